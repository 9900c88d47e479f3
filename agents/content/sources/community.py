"""The one door to langchain-community, which warns when it is imported and is being sunset.

What comes from it: `SearxSearchWrapper`. Its HTTP knows no limits, so it is given a session of ours, through the
`aiosession` it offers, and everything passes through `Fetcher`.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_community.utilities.searx_search import SearxSearchWrapper

Send = Callable[[str, Mapping[str, Any]], Awaitable[str]]
"""Gets a URL with these parameters and gives the text of its answer; raises whatever it likes."""


async def searx_results(address: str, query: str, most: int, send: Send) -> list[dict[str, Any]]:
    """Ask the SearXNG at `address`: dicts of snippet, title, link, engines, category.

    Raises what `send` raises, and ValueError, KeyError, TypeError or AttributeError for an answer of another shape.
    """
    wrapper = (await asyncio.to_thread(_wrapper))(searx_host=address, k=most, aiosession=_Session(send))
    found: list[dict[str, Any]] = await wrapper.aresults(query, most)
    return [result for result in found if "link" in result]


def _wrapper() -> type[SearxSearchWrapper]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from langchain_community.utilities.searx_search import SearxSearchWrapper

    return SearxSearchWrapper


class _Response:
    """As much of aiohttp's response as the wrapper uses."""

    ok = True

    def __init__(self, body: str) -> None:
        self._body = body

    async def text(self) -> str:
        return self._body


class _Session:
    """As much of aiohttp's session as the wrapper uses."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def get(self, url: str, *, params: Mapping[str, Any], **_: object) -> AbstractAsyncContextManager[_Response]:
        return self._responding(url, params)

    @asynccontextmanager
    async def _responding(self, url: str, params: Mapping[str, Any]) -> AsyncIterator[_Response]:
        yield _Response(await self._send(url, params))
