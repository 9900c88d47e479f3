"""arXiv by its own Atom interface (info.arxiv.org/help/api/user-manual). Not yet proven against the real service.

langchain-community's retriever wants the package `arxiv`, which fetches through requests without limits, and PyMuPDF
(AGPL); the interface is one GET of a feed, and feeds we can read.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from types import MappingProxyType

import httpx

from agents.content.sources.documents import read_as
from agents.content.sources.fetch import Ask, Fetcher
from agents.content.sources.language import is_function_word
from agents.content.sources.model import Document, host_of
from agents.content.sources.pages import raw_of
from agents.content.sources.search import Found, bad_answer

ADDRESS = "https://export.arxiv.org"
_WORDS = 8


class Arxiv:
    """Finds papers: their abstracts, which their authors wrote and which may be quoted as they stand."""

    name = "arxiv"
    fixes: Mapping[int, str] = MappingProxyType({503: "It allows one question in three seconds: try again later."})

    def __init__(self, address: str = ADDRESS) -> None:
        self._address = address

    async def find(self, query: str, most: int, fetcher: Fetcher) -> Found:
        """Search all fields for any of the query's words, best first; raises `SourceError`."""
        wanted = terms(query)
        if not wanted:
            return Found()
        params = httpx.QueryParams(search_query=wanted, start=0, max_results=most, sortBy="relevance")
        page = await fetcher.fetch(f"{self._address}/api/query?{params}", Ask(interface=True))
        raw = raw_of(page, self.name).model_copy(update={"media_type": "application/atom+xml"})
        parsed = await asyncio.to_thread(read_as, "feed", raw)
        for paper in parsed.documents:
            if paper.url and httpx.URL(paper.url).path.startswith("/api/errors"):
                raise bad_answer(self.name, paper.text)
        return Found(documents=tuple(_on_site(paper) for paper in parsed.documents))


def terms(query: str) -> str:
    """Write a query in arXiv's own syntax: its content words, at most eight, of which any may occur."""
    words = [word for word in re.findall(r"\w{2,}", query) if not is_function_word(word, "en")]
    return " OR ".join(f"all:{word}" for word in dict.fromkeys(words[:_WORDS]))


def _on_site(paper: Document) -> Document:
    """Let a paper stand for arxiv.org only, whatever address its entry gives."""
    there = host_of(paper.url) == "arxiv.org"
    return paper.model_copy(update={"url": paper.url if there else None, "origin": "arxiv.org"})
