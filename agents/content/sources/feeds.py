"""Feeds on the web: one document an entry, and the linked page where the entry is only a teaser."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from agents.content.sources.documents import read_as
from agents.content.sources.errors import problem
from agents.content.sources.fetch import Fetcher, Page
from agents.content.sources.model import Document
from agents.content.sources.pages import PageSource, archived, raw_of, read_unless_known
from state.sources import Reading, Snapshot, SourceProblem

TEASER_WORDS = 40
"""An entry of fewer words is a teaser: its page is read."""
PAGES_A_FEED = 10
"""At most so many linked pages are fetched for one feed."""


class FeedSource:
    """One RSS or Atom feed."""

    def __init__(self, url: str, fetcher: Fetcher) -> None:
        self._url = url
        self._fetcher = fetcher

    @property
    def name(self) -> str:
        """The feed's URL, as the workspace gives it."""
        return self._url

    async def read(self) -> Reading:
        """Fetch the feed, and the pages behind its first `PAGES_A_FEED` teasers."""
        return await read_unless_known(self._url, self._fetcher, self._read)

    async def _read(self, page: Page) -> Reading:
        parsed = await asyncio.to_thread(read_as, "feed", raw_of(page, self._url))
        teasers = [at for at, entry in enumerate(parsed.documents) if _is_teaser(entry)]
        chosen = teasers[:PAGES_A_FEED]
        behind = await asyncio.gather(*(self._behind(parsed.documents[at], page) for at in chosen))
        answers = dict(zip(chosen, behind, strict=True))
        readings = [
            answers.get(at) or Reading(snapshots=archived((entry,), page)) for at, entry in enumerate(parsed.documents)
        ]
        silent = sum(not parsed.documents[at].text for at in teasers[PAGES_A_FEED:])
        return Reading(
            snapshots=tuple(found for reading in readings for found in reading.snapshots),
            problems=(*(bad for reading in readings for bad in reading.problems), *self._skipped(silent)),
        )

    async def _behind(self, entry: Document, feed: Page) -> Reading:
        """Read the page a teaser links to. Without it the teaser stands, and a page that failed is only then a problem
        when there is no teaser either.
        """
        own = Reading(snapshots=archived((entry,), feed))
        page = await PageSource(entry.url or "", self._fetcher).read()
        if not page.snapshots:
            return own if own.snapshots else page
        if len(page.snapshots) != 1 or len(page.snapshots[0].text) <= len(entry.text):
            return own
        return page.model_copy(update={"snapshots": (_merged(entry, page.snapshots[0]),)})

    def _skipped(self, silent: int) -> Iterable[SourceProblem]:
        if silent:
            message = f"{silent} entries hold no text, and only {PAGES_A_FEED} linked pages are read for one feed."
            yield problem(self.name, "source.entries-skipped", message, "List the pages you need under pages.")


def _is_teaser(entry: Document) -> bool:
    return entry.url is not None and len(entry.text.split()) < TEASER_WORDS


def _merged(entry: Document, page: Snapshot) -> Snapshot:
    """Take the page's text and whose it is, and what the feed says about it where it says anything."""
    about = {
        "title": entry.title,
        "author": entry.author or page.author,
        "published": entry.published or page.published,
    }
    return page.model_copy(update=about)
