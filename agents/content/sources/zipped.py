"""Zip files of a stranger's: what a member holds, never inflated past a limit, whatever the directory says of its size."""

from __future__ import annotations

import zlib
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from agents.content.sources.entries import declares_entities
from agents.content.sources.errors import failure
from agents.content.sources.model import Raw

MAX_INFLATED = 40_000_000
"""Bytes of all members of one file together."""
MAX_MEMBERS = 5_000
_AGAIN = "Save it again, or save its text as a file."


class Zipped:
    """The members of one file. Nothing is written to disk, so a member's name can lead nowhere."""

    def __init__(self, raw: Raw, *, limit: int = MAX_INFLATED) -> None:
        """Raises `SourceError`: source.unreadable (not a zip file, or broken), source.too-large (too many members)."""
        self._raw = raw
        self._left = limit
        try:
            self._file = ZipFile(BytesIO(raw.body))
        except (BadZipFile, ValueError, NotImplementedError) as error:
            raise failure(raw.source, "source.unreadable", f"It can't be unpacked ({error}).", _AGAIN) from error
        self.names = frozenset(self._file.namelist())
        if len(self.names) > MAX_MEMBERS:
            message = f"It holds {len(self.names)} files inside, more than any document needs."
            raise failure(raw.source, "source.too-large", message, _AGAIN)

    def read(self, name: str) -> bytes:
        """Give a member's bytes; empty when there is no such member.

        Raises `SourceError`: source.too-large past the limit, source.unreadable if it is broken or locked.
        """
        if name not in self.names:
            return b""
        try:
            with self._file.open(name) as member:
                body = member.read(self._left + 1)
        except (BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, zlib.error) as error:
            raise failure(self._raw.source, "source.unreadable", f"It can't be unpacked ({error}).", _AGAIN) from error
        self._left -= len(body)
        if self._left < 0:
            message = "Unpacked it would be larger than any text we read."
            raise failure(self._raw.source, "source.too-large", message, "Keep the part you need in a file of its own.")
        return body

    def xml(self, name: str) -> bytes:
        """Give a member that is XML; see `read`. Raises `SourceError` (source.unsafe-xml) if it declares entities too."""
        body = self.read(name)
        if declares_entities(body):
            message = "It declares XML entities, which documents have no use for and attacks do."
            raise failure(self._raw.source, "source.unsafe-xml", message, _AGAIN)
        return body
