"""On which line each key of a TOML text stands: tomllib says what a text holds, but not where.

Reads only text that tomllib has accepted, so it judges nothing. Grammar: TOML 1.0.0, https://toml.io/en/v1.0.0.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys from the top down; an item of a list, or of an array of tables, is its index from 0."""

_SPACE = re.compile(r"[ \t]*+")
_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*+")
_KEY = re.compile(r"""(?P<bare>[A-Za-z0-9_-]+)|"(?:[^"\\]|\\.)*+"|'[^']*'""")
# A multi-line string may end in one or two quotation marks of its own before the three that close it.
_SCALAR = re.compile(
    r'''"""(?:[^"\\]|\\.|"{1,2}(?!"))*+"{3,5}|"(?:[^"\\]|\\.)*+"'''
    r"""|'{3}(?:[^']|'{1,2}(?!'))*+'{3,5}|'[^']*'|[^,\]}#\n]+""",
    re.DOTALL,
)


def lines_of(text: str) -> Mapping[Path, int]:
    r"""Map every key, table and list item of `text` to the line where it is first named, from 1.

    `text` is valid TOML whose lines end in `\n`. A table that is only implied (`a` in `[a.b]`) counts as named.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def spans_of(text: str) -> Mapping[Path, tuple[int, int]]:
    """Map every key and list item of `text`, as `lines_of` wants it, to where its value begins and where that ends."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.spans


class _Scanner:
    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self.spans: dict[Path, tuple[int, int]] = {}
        self._text = text
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._at = 0
        self._arrays: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._next("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> Path:
        """Read `[a.b]` or `[[a.b]]` and return the path that the keys below it belong to."""
        line, brackets = self._line(), 2 if self._next("[[") else 1
        self._at += brackets
        keys = self._keys()
        self._at += brackets
        if brackets == 1:
            return self._place((), keys, line)
        array = (*self._place((), keys[:-1], line), keys[-1])
        index = self._arrays.get(array, 0)
        self._arrays[array] = index + 1
        self.lines.setdefault(array, line)
        self.lines[(*array, index)] = line
        return (*array, index)

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = self._place(table, self._keys(), line)
        self._at += 1
        self._skip(_SPACE)
        self._value(path)

    def _place(self, path: Path, keys: list[str], line: int) -> Path:
        """Go down from `path`, noting what is named here for the first time; an array of tables means its last one."""
        for key in keys:
            path = (*path, key)
            self.lines.setdefault(path, line)
            if path in self._arrays:
                path = (*path, self._arrays[path] - 1)
        return path

    def _keys(self) -> list[str]:
        """Read a dotted key and the white space around it."""
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            token = self._take(_KEY)
            keys.append(token["bare"] or tomllib.loads(f"key = {token[0]}")["key"])
            self._skip(_SPACE)
            if not self._next("."):
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        start = self._at
        if self._next("["):
            self._items(path, "]")
        elif self._next("{"):
            self._items(path, "}")
        else:
            self._take(_SCALAR)
        self.spans[path] = (start, start + len(self._text[start : self._at].rstrip()))

    def _items(self, path: Path, end: str) -> None:
        """Read a list, or an inline table, up to its closing bracket."""
        self._at += 1
        self._skip(_BLANK)
        index = 0
        while not self._next(end):
            if end == "}":
                self._pair(path)
            else:
                self.lines[(*path, index)] = self._line()
                self._value((*path, index))
            index += 1
            self._skip(_BLANK)
            if self._next(","):
                self._at += 1
                self._skip(_BLANK)
        self._at += 1

    def _line(self) -> int:
        return bisect_left(self._ends, self._at) + 1

    def _next(self, token: str) -> bool:
        return self._text.startswith(token, self._at)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._take(pattern)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"line {self._line()}: not TOML; this text was not checked by tomllib first")
        self._at = found.end()
        return found
