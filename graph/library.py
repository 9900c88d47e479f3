"""What CONTENT reads with: the ledger as its memory and archive, and LangGraph's custom stream to tell how far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from langgraph.config import get_stream_writer
from pydantic import ValidationError

from agents.content.sources import Progress, Remembered
from state.ledger import Ledger
from state.sources import Snapshot

READING = "reading"
"""The key of the custom stream's events: `{"reading": {"done": 41, "asked": 200, "url": "https://..."}}`."""


@asynccontextmanager
async def open_library(ledger: Ledger, clock: Callable[[], datetime]) -> AsyncIterator[LedgerLibrary]:
    """Open a library inside a node, which its progress is streamed from. What was read is kept on every way out."""
    library = LedgerLibrary(ledger, clock)
    try:
        yield library
    finally:
        await library.keep()


class LedgerLibrary:
    """Implements agents.content.agent.Library. Made by `open_library`.

    What was read is written down at the end, in one transaction: each of 200 small ones would wait for the disk.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._ledger, self._clock = ledger, clock
        self._write: Callable[[Any], None] = get_stream_writer()
        self._fresh: dict[str, Remembered] = {}

    async def get(self, url: str) -> Remembered | None:
        """What `url` held the last time; None where that is in a form that we no longer read."""
        if url in self._fresh:
            return self._fresh[url]
        kept = await self._ledger.reading(url)
        try:
            return await asyncio.to_thread(Remembered.model_validate_json, kept) if kept else None
        except ValidationError:
            return None

    async def put(self, url: str, remembered: Remembered) -> None:
        self._fresh[url] = remembered

    async def keep(self) -> None:
        """Write down what was put."""
        fresh, self._fresh = self._fresh, {}
        texts = await asyncio.to_thread(lambda: {url: seen.model_dump_json() for url, seen in fresh.items()})
        await self._ledger.keep_readings(texts, now=self._clock())

    async def archive(self, snapshots: Iterable[Snapshot]) -> None:
        await self._ledger.archive(snapshots)

    def tell(self, progress: Progress) -> None:
        self._write({READING: progress.model_dump(include={"done", "asked", "url"})})
