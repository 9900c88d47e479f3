"""SearXNG, a search engine one runs oneself. Not yet proven against the real service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from agents.content.sources.community import searx_results
from agents.content.sources.fetch import Ask, Fetcher
from agents.content.sources.search import Found, bad_answer

_OWN = Ask(interface=True, own=True)


class Searxng:
    """One instance, by its address. It may stand in a private network: the owner named it."""

    name = "searxng"
    fixes: Mapping[int, str] = {
        403: "Allow JSON in its settings.yml (search: formats: [html, json]), or let this machine pass its limiter.",
        404: "Give the address where its search page opens, without /search.",
        429: "Its limiter is on: switch it off for an instance of your own (server: limiter: false in settings.yml).",
    }

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    async def find(self, query: str, most: int, fetcher: Fetcher) -> Found:
        """Search all engines that the instance has switched on; raises `SourceError`."""

        async def send(url: str, params: Mapping[str, Any]) -> str:
            page = await fetcher.fetch(f"{url}?{httpx.QueryParams(params)}", _OWN)
            return page.body.decode("utf-8", errors="replace")

        try:
            results = await searx_results(f"{self._address}/search", query, most, send)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise bad_answer(self.name, f"{type(error).__name__}: {error}") from error
        return Found(pages=tuple(str(result["link"]) for result in results))
