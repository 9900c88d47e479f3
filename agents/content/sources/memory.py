"""Conditional GET: what a URL held when it was last read, so that a server need only say "not modified"."""

from __future__ import annotations

from typing import Protocol

from pydantic import Field

from state.base import Frozen
from state.sources import Snapshot


class Validators(Frozen):
    """What a server gave to ask again with (RFC 9110, section 8.8), word for word."""

    url: str
    """The final URL: they speak of nothing else."""
    etag: str | None = Field(default=None, max_length=1000, pattern=r"^[\x21-\x7e ]+$")
    last_modified: str | None = Field(default=None, max_length=100, pattern=r"^[\x21-\x7e ]+$")

    def headers(self) -> dict[str, str]:
        """Write the request headers for them (sections 13.1.2 and 13.1.3)."""
        both = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in both.items() if value}


class Remembered(Frozen):
    """One whole reading of a URL. For a feed these are its entries and the pages behind them."""

    validators: Validators
    snapshots: tuple[Snapshot, ...]


class Memory(Protocol):
    """Keeps the last reading of each URL between runs; what it gives back must be byte for byte what was put."""

    async def get(self, url: str) -> Remembered | None:
        """Give what was put for `url`, as the workspace writes it; None if nothing was."""
        ...

    async def put(self, url: str, remembered: Remembered) -> None:
        """Keep it in place of what was there."""
        ...


class InMemory:
    """A `Memory` for one process: tests, and readings that nobody keeps."""

    def __init__(self) -> None:
        self._kept: dict[str, Remembered] = {}

    async def get(self, url: str) -> Remembered | None:
        """Give what was put for `url`."""
        return self._kept.get(url)

    async def put(self, url: str, remembered: Remembered) -> None:
        """Keep it until the process ends."""
        self._kept[url] = remembered
