"""Single pages: whatever a URL holds, be it HTML, PDF or text."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from agents.content.sources.documents import read_documents
from agents.content.sources.errors import SourceError
from agents.content.sources.fetch import Ask, Fetcher, Page
from agents.content.sources.memory import Remembered
from agents.content.sources.model import Document, Raw
from state.sources import Reading, Snapshot


class PageSource:
    """One URL."""

    def __init__(self, url: str, fetcher: Fetcher) -> None:
        self._url = url
        self._fetcher = fetcher

    @property
    def name(self) -> str:
        """The URL, as the workspace gives it."""
        return self._url

    async def read(self) -> Reading:
        """Fetch the page and read its text."""
        return await read_unless_known(self._url, self._fetcher, self._read)

    async def _read(self, page: Page) -> Reading:
        parsed = await asyncio.to_thread(read_documents, raw_of(page, self._url))
        return Reading(snapshots=archived(parsed.documents, page), problems=parsed.problems)


async def read_unless_known(url: str, fetcher: Fetcher, read: Callable[[Page], Awaitable[Reading]]) -> Reading:
    """Fetch `url` and `read` it; what it held the last time is given again where its server says that it is unchanged.

    `read` may raise `SourceError`, which becomes a problem. A reading with problems isn't remembered: it is read anew.
    """
    known = await fetcher.memory.get(url)
    try:
        page = await fetcher.fetch(url, Ask(known=known.validators if known else None))
        if known and page.status == 304:
            return Reading(snapshots=known.snapshots)
        reading = await read(page)
    except SourceError as error:
        return Reading(problems=(error.problem,))
    if page.validators and not reading.problems:
        await fetcher.memory.put(url, Remembered(validators=page.validators, snapshots=reading.snapshots))
    return reading


def raw_of(page: Page, source: str) -> Raw:
    """Hand a page over to the readers, under the name that the workspace gives it."""
    return Raw(source=source, body=page.body, media_type=page.media_type, charset=page.charset, url=page.url)


def archived(documents: tuple[Document, ...], page: Page) -> tuple[Snapshot, ...]:
    """Make a snapshot of each document that has text."""
    return tuple(found.snapshot(path=None, retrieved_at=page.retrieved_at) for found in documents if found.text)
