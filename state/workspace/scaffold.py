"""What `flywheel init DIR` writes: a workspace that loads as it is, with a remark at each thing to fill in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from state.workspace.config import CONFIG
from state.workspace.problems import Problem, Refused, WorkspaceError
from state.workspace.toml_writing import escaped
from state.workspace.values import one_line

# flywheel.toml comes last: a folder without it can be written again. Names that begin with . or _ are never read.
TEMPLATES: Mapping[str, str] = {
    "README.md": "README.md",
    ".gitignore": "gitignore",
    ".env.example": "env.example",
    "offers.toml": "offers.toml",
    "sources/.gitkeep": "keep-sources",
    "media/.gitkeep": "keep-media",
    "voice/README.md": "voice-README.md",
    "voice/notes/_example.md": "note-example.md",
    CONFIG: CONFIG,
}
"""Path in the workspace -> file in templates/."""
_FOLDER_FIX = "Choose a folder that you may write to, or one that isn't there yet."


def write_workspace(folder: Path, *, name: str, author: str) -> tuple[Path, ...]:
    """Write a new workspace into `folder`, made if need be, and return the files written.

    A file that is already there is left as it is. Raises `WorkspaceError` where there is a flywheel.toml, or where the
    name or the author won't do. Writes files, so give it a thread of its own in async code.
    """
    texts = _texts(name, author)
    if (folder / CONFIG).exists():
        said = f"{folder} is a workspace already, and nothing was written."
        raise WorkspaceError([Problem(path=CONFIG, message=said, fix="Edit its files, or choose another folder.")])
    written = []
    for path, text in texts.items():
        try:
            if _write(folder / path, text):
                written.append(folder / path)
        except OSError as error:
            said = f"it can't be written to {folder}: {error.strerror or error}."
            raise WorkspaceError([Problem(path=path, message=said, fix=_FOLDER_FIX)]) from error
    return tuple(written)


def _texts(name: str, author: str) -> dict[str, str]:
    """Fill in the templates, by path in the workspace."""
    problems: list[Problem] = []
    quoted: dict[str, str] = {}
    for key, value in (("name", name), ("author", author)):
        try:
            line = one_line(value)
        except Refused as error:
            problems.append(Problem(path=CONFIG, key=f"[identity] {key}", message=error.message, fix=error.fix))
        else:
            quoted[f"@{key.upper()}@"] = escaped(line)
    if problems:
        raise WorkspaceError(problems)
    return {
        path: _filled(_template(template), quoted if path == CONFIG else {}) for path, template in TEMPLATES.items()
    }


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Fill each `@SLOT@` once: a value that itself holds one is left as it is."""
    return re.sub("@[A-Z]+@", lambda slot: values.get(slot[0], slot[0]), text)


def _template(name: str) -> str:
    return (files("state.workspace") / "templates" / name).read_text(encoding="utf-8")


def _write(path: Path, text: str) -> bool:
    """Write a new file; False when there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True
