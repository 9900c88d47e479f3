"""What CONTENT can read: folders of files, feeds, pages. The open web stays behind `Fetcher`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from agents.content.sources.errors import problem
from agents.content.sources.feeds import FeedSource
from agents.content.sources.fetch import Fetcher, FetchLimits, open_fetcher
from agents.content.sources.files import FolderSource
from agents.content.sources.pages import PageSource
from state.sources import Reading, Source

__all__ = [
    "FeedSource",
    "FetchLimits",
    "Fetcher",
    "FolderSource",
    "PageSource",
    "open_fetcher",
    "open_sources",
    "read_all",
]

_log = logging.getLogger(__name__)


def open_sources(
    workspace: Path, folders: Sequence[str], feeds: Sequence[str], pages: Sequence[str], fetcher: Fetcher
) -> tuple[Source, ...]:
    """Make the sources a workspace names: folders (relative to it), then feeds, then pages, each in the order given."""
    return (
        *(FolderSource(workspace, folder) for folder in folders),
        *(FeedSource(url, fetcher) for url in feeds),
        *(PageSource(url, fetcher) for url in pages),
    )


async def read_all(sources: Sequence[Source]) -> Reading:
    """Read all sources at once and merge in their order; of snapshots with the same sha256 the first stays.

    Never raises for one bad source: even a bug in one becomes a problem (source.failed) and a logged traceback.
    """
    readings = await asyncio.gather(*(_safely(source) for source in sources))
    first = {found.sha256: found for reading in reversed(readings) for found in reversed(reading.snapshots)}
    return Reading(
        snapshots=tuple(found for reading in readings for found in reading.snapshots if first[found.sha256] is found),
        problems=tuple(bad for reading in readings for bad in reading.problems),
    )


async def _safely(source: Source) -> Reading:
    try:
        return await source.read()
    except Exception as error:
        _log.exception("reading %s failed", source.name)
        message = f"Reading it failed in a way we didn't foresee ({type(error).__name__}: {error})."
        fix = "Take it out of flywheel.toml for now, and report this with the traceback from the log."
        return Reading(problems=(problem(source.name, "source.failed", message, fix),))
