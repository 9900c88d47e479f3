"""Searches: what an engine finds for a query, read page by page."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from agents.content.sources.errors import FetchError, SourceError, failure, problem
from agents.content.sources.fetch import Ask, Fetcher, Page
from agents.content.sources.model import Document, utc_now, web_url
from agents.content.sources.pages import PageSource
from agents.content.sources.text import shorten
from state.base import Frozen
from state.sources import Reading, Snapshot, SourceProblem

RESULTS = 5
"""Results read of one search, unless the workspace says otherwise."""
_QUERY = 300
"""Characters of a query that are sent."""


class Found(Frozen):
    """What an engine answered, best first."""

    documents: tuple[Document, ...] = ()
    """Whole texts that the engine holds itself."""
    pages: tuple[str, ...] = ()
    """URLs to read. An engine's snippet is never evidence: it leaves words out without saying so."""


class Engine(Protocol):
    """One search service."""

    @property
    def name(self) -> str:
        """One lower-case word."""
        ...

    @property
    def fixes(self) -> Mapping[int, str]:
        """What to do about the statuses with which the service refuses."""
        ...

    async def find(self, query: str, most: int, fetcher: Fetcher) -> Found:
        """Ask for at most `most` results; raises `SourceError`."""
        ...


class SearchSource:
    """One query to one engine."""

    def __init__(self, engine: Engine, query: str, fetcher: Fetcher, results: int = RESULTS) -> None:
        self._engine = engine
        self._query = shorten(query, _QUERY)
        self._fetcher = fetcher
        self._results = results

    @property
    def name(self) -> str:
        """The engine and the query: `wikipedia:light bulbs`."""
        return f"{self._engine.name}:{self._query}"

    async def read(self) -> Reading:
        """Search, then read the pages that were found. Nothing found is neither a snapshot nor a problem."""
        try:
            found = await self._engine.find(self._query, self._results, self._fetcher)
        except SourceError as error:
            return Reading(problems=(self._worded(error),))
        now = utc_now()
        urls = list(dict.fromkeys(url for url in map(web_url, found.pages) if url))[: self._results]
        readings = await asyncio.gather(*(PageSource(url, self._fetcher).read() for url in urls))
        return Reading(
            snapshots=(
                *_archived(found.documents[: self._results], now),
                *(snapshot for reading in readings for snapshot in reading.snapshots),
            ),
            problems=tuple(bad for reading in readings for bad in reading.problems),
        )

    def _worded(self, error: SourceError) -> SourceProblem:
        """Say it in the name of the search: an address with a query in it is nothing to save as a file."""
        told: dict[str, object] = {"source": self.name}
        if isinstance(error, FetchError) and error.problem.code != "source.budget-spent":
            later = f"Try again later, or take {self._engine.name} out of the searches in flywheel.toml."
            told["fix"] = self._engine.fixes.get(error.status or 0, later)
        return error.problem.model_copy(update=told)


def _archived(documents: tuple[Document, ...], now: datetime) -> tuple[Snapshot, ...]:
    return tuple(found.snapshot(path=None, retrieved_at=now) for found in documents if found.text)


class Answer(BaseModel):
    """The part of a service's JSON that we use; what else it holds is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


A = TypeVar("A", bound=Answer)


async def ask_json(fetcher: Fetcher, url: str, wants: type[A], ask: Ask) -> A:
    """Ask a service and read its JSON; raises `FetchError`, or `SourceError` (source.bad-answer)."""
    page = await fetcher.fetch(url, ask)
    try:
        return await asyncio.to_thread(wants.model_validate_json, page.body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise bad_answer(url, _kind(page) or f"{f'{where}: ' if where else ''}{first['msg']}") from None


def bad_answer(source: str, why: str) -> SourceError:
    """Build the error for an answer that isn't what the service's documentation says."""
    message = f"Its answer can't be understood ({shorten(why, 200)})."
    fix = "Check the address of the service; if that is right, it has changed, or is having trouble: try again later."
    return SourceError(problem(source, "source.bad-answer", message, fix))


def no_key(source: str, variable: str, where: str) -> SourceError:
    """Build the error for a service whose key isn't in the environment."""
    fix = f"Set {variable} in the environment or in .env (a key is to be had at {where}), or take it out."
    return failure(source, "source.key-missing", f"It wants a key, and {variable} isn't set.", fix)


def _kind(page: Page) -> str | None:
    """Name what came instead of JSON."""
    start = page.body[:200].lstrip()
    if not start:
        return "it is empty"
    return "it is a web page, not JSON" if start.startswith(b"<") else None
