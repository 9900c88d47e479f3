"""The edit file: a review's texts in one file, and back. Pure.

One text is the file as it is. Several are sections, each below a line `=== KEY ===`; a line of the text itself that looks
like one carries a backslash in front.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from desk.errors import WrongUsage
from graph.shown import DECISION

_HEAD = re.compile(r"^=== (.+) ===[ \t]*$", re.MULTILINE)
_LIKE_HEAD = re.compile(r"^(\\*)(?==== .+ ===[ \t]*$)", re.MULTILINE)
_ESCAPED = re.compile(r"^\\(?=\\*=== .+ ===[ \t]*$)", re.MULTILINE)


def editable(args: Mapping[str, str]) -> dict[str, str]:
    """The texts of a review: everything but the decision."""
    return {key: text for key, text in args.items() if key != DECISION}


def joined(texts: Mapping[str, str]) -> str:
    """The file's content."""
    if len(texts) == 1:
        return next(iter(texts.values())).strip("\n") + "\n"
    return "\n".join(f"=== {key} ===\n\n{_hide(text.strip(chr(10)))}\n" for key, text in texts.items())


def parted(content: str, keys: Iterable[str]) -> dict[str, str]:
    """The texts that an edited file holds, by key. Raises WrongUsage, saying which section is wrong."""
    known = tuple(keys)
    if len(known) == 1:
        return {known[0]: content.strip("\n")}
    before, *rest = _HEAD.split(content)
    heads, bodies = rest[::2], rest[1::2]
    if before.strip():
        raise WrongUsage(
            "The file begins with text that belongs to no section.", fix=f"Start it with `=== {known[0]} ===`."
        )
    for key in heads:
        if key not in known:
            raise WrongUsage(f"There is no text called {key} here.", fix=f"The sections are {', '.join(known)}.")
        if heads.count(key) > 1:
            raise WrongUsage(f"The section {key} stands there twice.", fix="Make one of them.")
    for key in known:
        if key not in heads:
            raise WrongUsage(
                f"The section `=== {key} ===` is missing.", fix="Put its line back; left empty, it is dropped."
            )
    return {key: _ESCAPED.sub("", body.strip("\n")) for key, body in zip(heads, bodies, strict=True)}


def read_texts(file: Path, keys: Iterable[str]) -> dict[str, str]:
    """Read an edit file. Raises WrongUsage for one that isn't there, isn't text, or has the wrong sections."""
    content = read_words(file, missing="`flywheel review PIECE --save FILE` writes one to edit.")
    if not content.strip():
        raise WrongUsage(f"{file} is empty.", fix="`flywheel review PIECE --drop NOTE` drops a piece.")
    return parted(content, keys)


def read_words(file: Path, *, missing: str) -> str:
    """What a text file holds. Raises WrongUsage for one that can't be read (then `missing` is what to do) or isn't UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        said = f"{file} isn't UTF-8 text: the byte at offset {error.start} (from 0) is none."
        raise WrongUsage(said, fix="Save it as UTF-8.") from None
    except OSError as error:
        raise WrongUsage(f"{file} can't be read: {error.strerror or error}.", fix=missing) from None


def _hide(text: str) -> str:
    return _LIKE_HEAD.sub(r"\\\1", text)
