"""Which searches a workspace has switched on, and the sources they become for one topic."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from agents.content.sources.arxiv import Arxiv
from agents.content.sources.fetch import Fetcher
from agents.content.sources.hackernews import HackerNews
from agents.content.sources.search import RESULTS, Engine, SearchSource
from agents.content.sources.searxng import Searxng
from agents.content.sources.tavily import SearchKeys, Tavily
from agents.content.sources.wikipedia import Wikipedia
from state.base import Frozen
from state.sources import Source


class Searches(Frozen):
    """The searches of a workspace; all are off unless it names them."""

    searxng: str | None = None
    """The address of an instance."""
    tavily: bool = False
    """Wants TAVILY_API_KEY."""
    wikipedia: str | None = Field(default=None, pattern=r"^[a-z][a-z-]{1,15}$")
    """A language code."""
    arxiv: bool = False
    hacker_news: bool = False
    results: int = Field(default=RESULTS, gt=0, le=20)
    """Read of each search."""


def open_searches(query: str, searches: Searches, fetcher: Fetcher) -> tuple[Source, ...]:
    """Make a source of each search that is on, all for one `query`. Reads TAVILY_API_KEY from the environment."""
    return tuple(SearchSource(engine, query, fetcher, searches.results) for engine in _engines(searches))


def _engines(searches: Searches) -> Iterator[Engine]:
    if searches.searxng:
        yield Searxng(searches.searxng)
    if searches.tavily:
        yield Tavily(SearchKeys().tavily_api_key)
    if searches.wikipedia:
        yield Wikipedia(searches.wikipedia)
    if searches.arxiv:
        yield Arxiv()
    if searches.hacker_news:
        yield HackerNews()
