"""The searches that a workspace has switched on, as sources for one topic."""

from __future__ import annotations

from collections.abc import Iterator

from agents.content.sources.arxiv import Arxiv
from agents.content.sources.fetch import Fetcher
from agents.content.sources.hackernews import HackerNews
from agents.content.sources.search import Engine, SearchSource
from agents.content.sources.searxng import Searxng
from agents.content.sources.tavily import SearchKeys, Tavily
from agents.content.sources.wikipedia import Wikipedia
from state.settings import Searches
from state.sources import Source


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
