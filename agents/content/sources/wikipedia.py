"""Wikipedia by MediaWiki's own interfaces (rest.php search, api.php extracts). Not yet proven against the real service.

langchain-community's retriever wants the package `wikipedia`, last released in 2014, which speaks plain HTTP through
requests without limits; two GETs need neither.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote

import httpx

from agents.content.sources.fetch import Ask, Fetcher
from agents.content.sources.model import Document, host_of
from agents.content.sources.search import Answer, Found, ask_json, bad_answer
from agents.content.sources.text import join_paragraphs, shorten

_INTERFACE = Ask(interface=True)
_HEADING = re.compile(r"^\s*(={2,6})\s*(.+?)\s*\1\s*$")


class _Hit(Answer):
    title: str


class _Hits(Answer):
    pages: tuple[_Hit, ...]


class _Page(Answer):
    title: str
    extract: str = ""


class _Query(Answer):
    pages: tuple[_Page, ...] = ()


class _Fault(Answer):
    info: str = ""


class _Extracts(Answer):
    query: _Query | None = None
    error: _Fault | None = None


class Wikipedia:
    """One language's encyclopedia: the text of whole articles, without tables, notes and references."""

    name = "wikipedia"
    fixes: Mapping[int, str] = MappingProxyType({404: "Check the language: it is the first part of the host's name."})

    def __init__(self, language: str = "en", address: str | None = None) -> None:
        """Take a language code; `address` is another one in tests."""
        self._address = address or f"https://{language}.wikipedia.org"

    async def find(self, query: str, most: int, fetcher: Fetcher) -> Found:
        """Search titles and texts, then fetch each article: extracts come one at a time; raises `SourceError`."""
        params = httpx.QueryParams(q=query, limit=most)
        hits = await ask_json(fetcher, f"{self._address}/w/rest.php/v1/search/page?{params}", _Hits, _INTERFACE)
        pages = await asyncio.gather(*(self._article(hit.title, fetcher) for hit in hits.pages[:most]))
        return Found(documents=tuple(self._document(page) for page in pages if page))

    async def _article(self, title: str, fetcher: Fetcher) -> _Page | None:
        """Fetch one article; None when it has been deleted since it was indexed."""
        # fmt: off
        params = httpx.QueryParams(
            action="query", prop="extracts", explaintext=1, exsectionformat="wiki", redirects=1, titles=title,
            format="json", formatversion=2,
        )
        # fmt: on
        answer = await ask_json(fetcher, f"{self._address}/w/api.php?{params}", _Extracts, _INTERFACE)
        if answer.error or answer.query is None:
            raise bad_answer(self.name, answer.error.info if answer.error else "it holds no articles")
        return next((page for page in answer.query.pages if page.extract), None)

    def _document(self, page: _Page) -> Document:
        """Build its document. Each line of an extract is a paragraph or a heading; nobody in particular wrote it."""
        lines = (_HEADING.sub(r"\2", line) for line in page.extract.split("\n"))
        url = f"{self._address}/wiki/{quote(page.title.replace(' ', '_'), safe='/:(),!')}"
        return Document(
            text=join_paragraphs(lines),
            title=shorten(page.title, 300) or url,
            origin=host_of(url) or self.name,
            url=url,
        )
