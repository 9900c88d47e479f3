"""Pages that need nothing but themselves: one frame for what the desk shows, and files that it may write over."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from desk.errors import WrongUsage


def framed(kind: str, title: str, body: str, *styles: str, language: str = "en") -> str:
    """A page of this kind, of HTML and of styles in templates/. `title` is HTML too: escaped."""
    return Template(_template("page.html")).substitute(
        kind=kind, language=escape(language), title=title, style="".join(map(_template, styles)), body=body
    )


def mark(kind: str) -> str:
    """How a page of this kind begins."""
    return _template("page.html").partition("$kind")[0] + f"{kind} -->"


def is_page(file: Path, kind: str) -> bool:
    """Whether this is a file, and a page that we wrote. Raises OSError."""
    if not file.is_file():
        return False
    with file.open(encoding="utf-8", errors="replace") as there:
        return there.read(len(mark(kind))) == mark(kind)


def write_page(file: Path, html: str, kind: str, *, option: str) -> None:
    """Raises WrongUsage for a folder, for a file that isn't a page of ours, which is somebody's own, and where nothing can be written."""
    fix = f"Name another file with {option}."
    try:
        if file.exists() and not is_page(file, kind):
            raise WrongUsage(f"{file} is there already, and isn't a page of this command's.", fix=fix)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(html, encoding="utf-8")
    except OSError as error:
        raise WrongUsage(f"{file} can't be written: {error.strerror or error}.", fix=fix) from error


@cache
def _template(name: str) -> str:
    return (files("desk") / "templates" / name).read_text(encoding="utf-8")
