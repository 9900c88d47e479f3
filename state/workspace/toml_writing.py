"""TOML that we write: one value, one table. Grammar: TOML 1.0.0, https://toml.io/en/v1.0.0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeAlias

Value: TypeAlias = str | int | date | Sequence[str]
_QUOTED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escaped(text: str) -> str:
    """What stands between the double quotes of a basic string. Nothing in it is invisible."""
    return "".join(_QUOTED.get(char) or _plain(char) for char in text)


def value_text(value: Value) -> str:
    """One value, on one line."""
    if isinstance(value, str):
        return f'"{escaped(value)}"'
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    return f"[{', '.join(map(value_text, value))}]"


def table_text(name: str, values: Mapping[str, Value]) -> str:
    r"""One table of an array of tables, its keys and its name bare ones; lines end in `\n`, the last one too."""
    return "".join((f"[[{name}]]\n", *(f"{key} = {value_text(value)}\n" for key, value in values.items())))


def _plain(char: str) -> str:
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
