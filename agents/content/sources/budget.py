"""What a whole reading may take, over all its sources, and how far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

from agents.content.sources.errors import FetchError, problem
from state.base import Frozen
from state.settings import ReadingBudget


class Progress(Frozen):
    """Where a reading stands after one more fetch."""

    url: str
    failed: bool
    done: int
    """Fetches that have ended, this one included."""
    asked: int
    """Fetches that have begun; more come as feeds and searches name them."""
    bytes: int
    seconds: float


Tell: TypeAlias = Callable[[Progress], None]
"""Called on the event loop after each fetch: it must neither block nor raise."""


class Spending:
    """Counts what is spent of a `ReadingBudget`. Made on a running event loop, whose clock it uses."""

    def __init__(self, budget: ReadingBudget, tell: Tell | None = None) -> None:
        self._budget = budget
        self._tell = tell
        self._asked = self._done = self._bytes = 0
        self._began = asyncio.get_running_loop().time()

    def take_bytes(self, source: str, count: int) -> None:
        """Count bytes that have come; raises `FetchError` (source.budget-spent) past the budget."""
        self._bytes += count
        if self._bytes > self._budget.bytes:
            raise _spent(source, f"{self._budget.bytes / 1e6:g} MB")

    @asynccontextmanager
    async def fetching(self, source: str) -> AsyncIterator[None]:
        """Count one fetch, cut it off at the reading's last second, and tell of its end.

        Raises `FetchError` (source.budget-spent) if there is no page, byte or second left for it.
        """
        if self._asked >= self._budget.pages:
            raise _spent(source, f"{self._budget.pages} pages")
        self.take_bytes(source, 0)
        self._asked += 1
        failed = True
        try:
            async with asyncio.timeout_at(self._began + self._budget.seconds):
                yield
            failed = False
        except TimeoutError:
            raise _spent(source, f"{self._budget.seconds:g} s") from None
        finally:
            self._done += 1
            self._report(source, failed)

    def _report(self, url: str, failed: bool) -> None:
        if self._tell:
            seconds = asyncio.get_running_loop().time() - self._began
            self._tell(
                Progress(url=url, failed=failed, done=self._done, asked=self._asked, bytes=self._bytes, seconds=seconds)
            )


def _spent(source: str, what: str) -> FetchError:
    message = f"It wasn't read: the {what} that one reading may take were spent."
    fix = "Name fewer feeds, pages, sitemaps and searches, or the ones you need first."
    return FetchError(problem(source, "source.budget-spent", message, fix))
