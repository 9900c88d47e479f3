"""Single pages: whatever a URL holds, be it HTML, PDF or text."""

from __future__ import annotations

import asyncio

from agents.content.sources.documents import read_documents
from agents.content.sources.errors import SourceError
from agents.content.sources.fetch import Fetcher, Page
from agents.content.sources.model import Document, Parsed, Raw
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
        try:
            page, parsed = await read_page(self._url, self._fetcher)
        except SourceError as error:
            return Reading(problems=(error.problem,))
        return Reading(snapshots=archived(parsed.documents, page), problems=parsed.problems)


async def read_page(url: str, fetcher: Fetcher) -> tuple[Page, Parsed]:
    """Fetch `url` and read the documents on it; raises `SourceError`."""
    page = await fetcher.fetch(url)
    return page, await asyncio.to_thread(read_documents, raw_of(page, url))


def raw_of(page: Page, source: str) -> Raw:
    """Hand a page over to the readers, under the name that the workspace gives it."""
    return Raw(source=source, body=page.body, media_type=page.media_type, charset=page.charset, url=page.url)


def archived(documents: tuple[Document, ...], page: Page) -> tuple[Snapshot, ...]:
    """Make a snapshot of each document that has text."""
    return tuple(found.snapshot(path=None, retrieved_at=page.retrieved_at) for found in documents if found.text)
