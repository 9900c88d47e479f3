"""Hacker News by Algolia's public search (hn.algolia.com/api). Not yet proven against the real service."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import httpx
from pydantic import Field

from agents.content.sources.fetch import Ask, Fetcher
from agents.content.sources.markup import fragment_text
from agents.content.sources.model import Document, author_or_none, iso_date
from agents.content.sources.search import Answer, Found, ask_json
from agents.content.sources.text import shorten

ADDRESS = "https://hn.algolia.com"
SITE = "https://news.ycombinator.com"


class _Story(Answer):
    objectID: str = Field(pattern=r"^\d{1,20}$")
    title: str | None = None
    url: str | None = None
    author: str | None = None
    created_at: str | None = None
    story_text: str | None = None

    def document(self) -> Document:
        """Make a document of a text that was posted on the site itself."""
        return Document(
            text=fragment_text(self.story_text or ""),
            title=shorten(self.title or "", 300) or f"Hacker News {self.objectID}",
            origin="news.ycombinator.com",
            url=f"{SITE}/item?id={self.objectID}",
            author=author_or_none(self.author),
            published=iso_date(self.created_at),
        )


class _Stories(Answer):
    hits: tuple[_Story, ...]


class HackerNews:
    """Finds stories: the pages that they link to, and the texts posted there ("Ask HN")."""

    name = "hackernews"
    fixes: Mapping[int, str] = MappingProxyType({})

    def __init__(self, address: str = ADDRESS) -> None:
        self._address = address

    async def find(self, query: str, most: int, fetcher: Fetcher) -> Found:
        """Search stories by relevance, then points; raises `SourceError`."""
        params = httpx.QueryParams(query=query, tags="story", hitsPerPage=most)
        answer = await ask_json(fetcher, f"{self._address}/api/v1/search?{params}", _Stories, Ask(interface=True))
        return Found(
            documents=tuple(story.document() for story in answer.hits if not story.url and story.story_text),
            pages=tuple(story.url for story in answer.hits if story.url),
        )
