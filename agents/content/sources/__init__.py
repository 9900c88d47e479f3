"""What CONTENT can read: folders of files, feeds, pages, sitemaps, searches. The open web stays behind `Fetcher`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from agents.content.sources.budget import Progress, Tell
from agents.content.sources.errors import problem
from agents.content.sources.feeds import FeedSource
from agents.content.sources.fetch import Fetcher, FetchLimits, open_fetcher
from agents.content.sources.files import FolderSource
from agents.content.sources.language import other_languages
from agents.content.sources.memory import InMemory, Memory, Remembered, Validators
from agents.content.sources.pages import PageSource
from agents.content.sources.search import SearchSource
from agents.content.sources.searches import open_searches
from agents.content.sources.sitemaps import SitemapLimits, SitemapSource
from state.sources import Reading, Source, SourceProblem

__all__ = [
    "FeedSource",
    "FetchLimits",
    "Fetcher",
    "FolderSource",
    "InMemory",
    "Memory",
    "PageSource",
    "Progress",
    "Remembered",
    "SearchSource",
    "SitemapLimits",
    "SitemapSource",
    "Tell",
    "Validators",
    "open_fetcher",
    "open_searches",
    "open_sources",
    "other_languages",
    "read_all",
]

_log = logging.getLogger(__name__)


def open_sources(
    workspace: Path,
    folders: Sequence[str],
    feeds: Sequence[str],
    pages: Sequence[str],
    fetcher: Fetcher,
    *,
    sitemaps: Sequence[str] = (),
) -> tuple[Source, ...]:
    """Make the sources a workspace names: folders (relative to it), feeds, pages, sitemaps, each in the order given."""
    return (
        *(FolderSource(workspace, folder) for folder in folders),
        *(FeedSource(url, fetcher) for url in feeds),
        *(PageSource(url, fetcher) for url in pages),
        *(SitemapSource(url, fetcher) for url in sitemaps),
    )


async def read_all(sources: Sequence[Source]) -> Reading:
    """Read all sources at once and merge in their order; of snapshots with the same sha256 the first stays.

    Never raises for one bad source: even a bug in one becomes a problem (source.failed) and a logged traceback. What the
    budget left unread is one problem.
    """
    readings = await asyncio.gather(*(_safely(source) for source in sources))
    first = {found.sha256: found for reading in reversed(readings) for found in reversed(reading.snapshots)}
    return Reading(
        snapshots=tuple(found for reading in readings for found in reading.snapshots if first[found.sha256] is found),
        problems=_unread_once([bad for reading in readings for bad in reading.problems]),
    )


def _unread_once(problems: Sequence[SourceProblem]) -> tuple[SourceProblem, ...]:
    """Say in the first problem of a spent budget how many more there are, and drop those."""
    unread = [bad for bad in problems if bad.code == "source.budget-spent"]
    if len(unread) < 2:
        return tuple(problems)
    message = f"{unread[0].message} The same is true of {len(unread) - 1} more addresses."
    once = unread[0].model_copy(update={"message": message})
    rest = (bad for bad in problems if bad.code != once.code or bad is unread[0])
    return tuple(once if bad is unread[0] else bad for bad in rest)


async def _safely(source: Source) -> Reading:
    try:
        return await source.read()
    except Exception as error:
        _log.exception("reading %s failed", source.name)
        message = f"Reading it failed in a way we didn't foresee ({type(error).__name__}: {error})."
        fix = "Take it out of flywheel.toml for now, and report this with the traceback from the log."
        return Reading(problems=(problem(source.name, "source.failed", message, fix),))
