"""What CONTENT reads: archived snapshots, and the problems met on the way. A source never raises; it reports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from state.base import Frozen, sha256_text


class Snapshot(Frozen):
    """One document as it was when we read it. The text never changes afterwards; offsets into it stay good.

    `sha256` is the hash of `text` in UTF-8. Paragraphs in `text` are separated by a blank line.
    """

    sha256: str
    text: str
    title: str
    origin: str
    """Who stands behind it: the host of its URL, or the origin that a file states; a file that states none is `file:NAME`."""
    url: str | None = None
    path: str | None = None
    """Relative to the workspace, with forward slashes, when it came from a file."""
    author: str | None = None
    published: date | None = None
    retrieved_at: datetime
    """Aware, UTC."""

    @classmethod
    def of(cls, text: str, **fields: object) -> Snapshot:
        """Build a snapshot of `text`, hashing it."""
        return cls.model_validate({"text": text, "sha256": sha256_text(text), **fields})


class SourceProblem(Frozen):
    """A source that gave nothing, and what a person can do about it."""

    source: str
    """The path or URL, as the workspace names it."""
    code: str
    """`source.` and a kebab-case word: source.unreadable, source.not-found, source.too-large, ..."""
    message: str
    fix: str


class Reading(Frozen):
    """What one source gave. Both can be empty: a feed with no entries has neither."""

    snapshots: tuple[Snapshot, ...] = ()
    problems: tuple[SourceProblem, ...] = ()


class Source(Protocol):
    """Anything CONTENT can read. One conformance suite holds every implementer."""

    @property
    def name(self) -> str:
        """How the workspace names it: a path or a URL."""
        ...

    async def read(self) -> Reading:
        """Read all of it. Bad input becomes a `SourceProblem`; only bugs raise."""
        ...
