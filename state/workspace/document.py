"""A TOML file of the workspace: what it holds, and on which line each key stands."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from state.workspace.lines import Path, lines_of
from state.workspace.problems import Problem, WorkspaceError

_AT = re.compile(r"\s*\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")
_BACKSLASH = "Write \\\\ for a backslash, or put the text in single quotes."
_CURES = {
    "Cannot overwrite a value": "It is set twice: keep one of the two.",
    "Cannot declare": "This table stands in the file twice: put its keys under one heading.",
    "Invalid value": "Text stands in double quotes, a list in square brackets; yes and no are true and false.",
    "Unescaped '\\'": _BACKSLASH,
    "Invalid hex value": _BACKSLASH,
    "Illegal character '\\n'": "Close the quotes on the line where they open; a text of many lines stands in three.",
}
_CURE = "See https://toml.io for how this kind of file is written."
LARGEST = 2**63 - 1
"""TOML 1.0.0: integers are 64 bits wide."""


@dataclass(frozen=True)
class Document:
    """One parsed file. `path` is relative to the workspace."""

    path: str
    data: Mapping[str, Any]
    lines: Mapping[Path, int]
    problems: tuple[Problem, ...] = ()
    """Numbers that no setting can hold."""

    def line(self, where: Path) -> int | None:
        """Give the line of `where`, or of the nearest table around it that has one."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where)

    def problem(self, where: Path, message: str, fix: str, *, key: str | None = None) -> Problem:
        label = key_of(where, self.data) if key is None else key
        return Problem(path=self.path, line=self.line(where), key=label, message=message, fix=fix)


def key_of(where: Path, data: Mapping[str, Any]) -> str:
    """Name a place as a person would look for it: `[reviews] draft`, `[sources] feeds, item 2`, `[reviews]`."""
    item, last = "", where[-1] if where else ""
    if isinstance(last, int):
        where, item = where[:-1], f", item {last + 1}"
    value: Any = data
    for part in where:
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, Mapping):
        return f"[{'.'.join(map(str, where))}]{item}" if where else ""
    table = ".".join(map(str, where[:-1]))
    return f"[{table}] {where[-1]}{item}" if table else f"{where[-1]}{item}"


def read_text(workspace: FilePath, path: str) -> str:
    r"""Read a file in UTF-8, its byte order mark dropped and its lines ended by `\n`.

    Raises `WorkspaceError` when it can't be read or is something else, and `FileNotFoundError` when it isn't there.
    """
    return text_of(path, read_bytes(workspace, path))


def read_bytes(workspace: FilePath, path: str) -> bytes:
    """Read a file as it is. Raises `WorkspaceError` when it can't be read, and `FileNotFoundError` when it isn't there."""
    try:
        return (workspace / path).read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        said = f"It can't be read: {error.strerror or error}."
        raise WorkspaceError([Problem(path=path, message=said, fix="Check what it is and who may read it.")]) from error


def text_of(path: str, raw: bytes) -> str:
    """The text of a file's bytes, as `read_text` gives it. Raises `WorkspaceError` when they are something else."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts from behind the byte order mark that it has skipped.
        offset = error.start + (len(raw) - len(error.object))
        said = f"The byte 0x{raw[offset]:02X} at offset {offset} (from 0) is not UTF-8."
        line = raw.count(b"\n", 0, offset) + 1
        raise WorkspaceError([Problem(path=path, line=line, message=said, fix="Save the file as UTF-8.")]) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_document(workspace: FilePath, path: str) -> Document:
    """Read a TOML file. Raises as `read_text` does, and `WorkspaceError` with line and column for a syntax error."""
    return parsed(path, read_text(workspace, path))


@lru_cache(maxsize=16)
def parsed(path: str, text: str) -> Document:
    """What a text that stands in `path`, or would, says; each text is taken apart once. Raises `WorkspaceError` with line and column for a syntax error."""
    try:
        data = tomllib.loads(text)
        document = Document(path=path, data=data, lines=lines_of(text))
    except RecursionError as error:
        deep = Problem(path=path, message="Its lists or tables are nested too deeply.", fix="Make it flatter.")
        raise WorkspaceError([deep]) from error
    except ValueError as error:
        raise WorkspaceError([_syntax(path, text, str(error))]) from error
    return replace(document, problems=tuple(_odd_numbers(document, (), data)))


def _syntax(path: str, text: str, said: str) -> Problem:
    found = _AT.search(said)
    line = text.rstrip("\n").count("\n") + 1
    what, column = said, ""
    if found:
        what = said[: found.start()]
        line = int(found["line"] or line)
        column = f" at column {found['column']}" if found["column"] else " at the end of the file"
    cure = next((cure for start, cure in _CURES.items() if what.startswith(start)), _CURE)
    return Problem(path=path, line=line, message=f"Not valid TOML{column}: {what}.", fix=cure)


def _odd_numbers(document: Document, where: Path, value: object) -> Iterator[Problem]:
    """Numbers that TOML can write and nothing behind us can keep: inf, nan, more than 64 bits."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _odd_numbers(document, (*where, key), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _odd_numbers(document, (*where, index), inner)
    elif isinstance(value, float) and not math.isfinite(value):
        yield document.problem(where, f"{value} is not a number to work with.", "Give a number, or leave the key out.")
    elif isinstance(value, int) and abs(value) > LARGEST:
        yield document.problem(where, "This number is too large.", "Give a smaller one.")
