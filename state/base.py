"""The ground every model of ours stands on: frozen, closed to unknown keys, hashable by content."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

AgentName = Literal["content", "voice", "revenue", "distribution"]
AGENTS: tuple[AgentName, ...] = ("content", "voice", "revenue", "distribution")


Line = Annotated[str, Field(pattern=r"^\S(?:[^\n\r]*\S)?$")]
"""One line of text, not empty, no white space at its ends: so that a plain-text form can hold it."""
OptionalLine = Annotated[str, Field(pattern=r"^(?:\S(?:[^\n\r]*\S)?)?$")]
"""The same, or empty."""
Prose = Annotated[str, Field(pattern=r"(?s)^\S(?:.*\S)?$")]
"""Text of any length, not empty, no white space at its ends."""


class Frozen(BaseModel):
    """A value: it can't be changed, and a key it doesn't know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def digest_of(value: Frozen) -> str:
    """Hex sha256 of the canonical JSON of `value` (sorted keys, no spaces, UTF-8)."""
    dump = value.model_dump(mode="json")
    return sha256_text(json.dumps(dump, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def one_line(text: str) -> str:
    """`text` with every run of white space made one space."""
    return " ".join(text.split())


def storable(text: str) -> str:
    """`text` with what no database can store (NUL, lone surrogates) made U+FFFD."""
    if text.isprintable():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\ufffd")


def sha256_text(text: str) -> str:
    """Hex sha256 of `text` in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
