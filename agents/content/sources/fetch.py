"""Fetching from the open web, which may be hostile, slow, endless or gone."""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import httpx
import stamina
import stamina.instrumentation
from httpx_secure import httpx_ssrf_protection
from pydantic import Field

from agents.content.sources.errors import FetchError, problem
from agents.content.sources.inflate import ACCEPTED, Inflater
from agents.content.sources.model import utc_now
from agents.content.sources.refusals import BY_HAND, Address, checked_url, is_public, named, status_error
from state.base import Frozen

USER_AGENT = "content-flywheel/0.1"
_ACCEPT = "text/html, application/xhtml+xml, application/atom+xml, application/rss+xml, text/*;q=0.9, */*;q=0.5"


class FetchLimits(Frozen):
    """How much of anything one fetch may take. Times are seconds."""

    max_bytes: int = Field(default=5_000_000, gt=0)
    """Of the body, as sent and as inflated."""
    total_seconds: float = Field(default=20, gt=0)
    """From the first connection to the last byte, redirects and retries included; waiting for a turn isn't."""
    connect_seconds: float = Field(default=5, gt=0)
    silent_seconds: float = Field(default=8, gt=0)
    """How long a server may say nothing before we ask again."""
    redirects: int = Field(default=5, ge=0)
    per_host: int = Field(default=2, gt=0)
    concurrent: int = Field(default=8, gt=0)
    attempts: int = Field(default=3, gt=0)
    backoff_seconds: float = Field(default=0.5, ge=0)
    """The first wait between attempts; it doubles, and as much again is added at random."""
    retry_after_seconds: float = Field(default=10, ge=0)
    """The longest `Retry-After` that is waited for; a longer one ends the fetch."""


class Page(Frozen):
    """One response with a body, after redirects."""

    url: str
    """The final URL."""
    status: int
    media_type: str
    """Lower case, without parameters; empty when the server didn't say."""
    charset: str | None
    body: bytes
    """Inflated."""
    retrieved_at: datetime
    """Aware, UTC."""


@asynccontextmanager
async def open_fetcher(limits: FetchLimits | None = None, *, allow_loopback: bool = False) -> AsyncIterator[Fetcher]:
    """Open a `Fetcher` and close its connections at the end. `allow_loopback` is for tests; it opens nothing else.

    Proxy settings of the environment are ignored: a proxy would connect on our behalf, where nobody checks addresses.
    """
    limits = limits or FetchLimits()
    certificates = await asyncio.to_thread(_load)
    client = httpx.AsyncClient(
        verify=certificates,
        trust_env=False,
        timeout=httpx.Timeout(limits.silent_seconds, connect=limits.connect_seconds, pool=None),
        headers={"User-Agent": USER_AGENT, "Accept": _ACCEPT, "Accept-Encoding": ACCEPTED},
    )

    def admit(_host: str, address: Address, _port: int) -> bool:
        return is_public(address) or (allow_loopback and address.is_loopback)

    httpx_ssrf_protection(client, check_globally_reachable=not allow_loopback, custom_validator=admit)
    async with client:
        yield Fetcher(client, limits)


def _load() -> ssl.SSLContext:
    """Read the certificates, and let stamina import its instrumentation: both read files."""
    stamina.instrumentation.get_on_retry_hooks()
    return httpx.create_ssl_context()


class Fetcher:
    """Gets pages, a few at a time, each within limits. Made by `open_fetcher`."""

    def __init__(self, client: httpx.AsyncClient, limits: FetchLimits) -> None:
        """Take a `client` that refuses private addresses by itself: nothing here checks them again."""
        self._client = client
        self._limits = limits
        self._turns = asyncio.Semaphore(limits.concurrent)
        self._turns_of_host = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(limits.per_host))
        self._again = stamina.AsyncRetryingCaller(
            attempts=limits.attempts,
            timeout=None,
            wait_initial=limits.backoff_seconds,
            wait_max=limits.backoff_seconds * 8,
            wait_jitter=limits.backoff_seconds,
        ).on(self._wait_before_retry)

    async def fetch(self, url: str) -> Page:
        """Get `url` after its redirects, asking again where that may help; raises `FetchError` in the name of `url`."""
        start = checked_url(url, url)
        async with self._turns_of_host[start.host], self._turns:
            try:
                async with asyncio.timeout(self._limits.total_seconds):
                    return await self._again(self._attempt, url, start)
            except TimeoutError:
                message = f"It took longer than {self._limits.total_seconds:g} s to send all of it."
                raise FetchError(problem(url, "source.timeout", message, f"Try again later. {BY_HAND}")) from None

    def _wait_before_retry(self, error: Exception) -> bool | float:
        """Tell stamina whether to ask again: False, True (its own backoff), or the seconds the server asked for."""
        if not isinstance(error, FetchError) or not error.transient:
            return False
        if error.retry_after is None:
            return True
        return error.retry_after <= self._limits.retry_after_seconds and float(error.retry_after)

    async def _attempt(self, source: str, url: httpx.URL) -> Page:
        request = self._client.build_request("GET", url)
        for _ in range(self._limits.redirects + 1):
            with named(source):
                answer = await self._hop(source, request)
            if isinstance(answer, Page):
                return answer
            request = answer
        message = f"It redirects more than {self._limits.redirects} times, the last time to {request.url}."
        fix = "Give the address where a browser ends up."
        raise FetchError(problem(source, "source.too-many-redirects", message, fix))

    async def _hop(self, source: str, request: httpx.Request) -> Page | httpx.Request:
        """Send one request: its page, or the request that a redirect asks for. A redirect's body is never read."""
        response = await self._client.send(request, stream=True, follow_redirects=False)
        try:
            if response.next_request is not None:
                checked_url(source, str(response.next_request.url))
                return response.next_request
            if not response.is_success:
                raise status_error(source, response)
            return Page(
                url=str(response.url),
                status=response.status_code,
                media_type=response.headers.get("content-type", "").partition(";")[0].strip().lower(),
                charset=response.charset_encoding,
                body=await self._body(response),
                retrieved_at=utc_now(),
            )
        finally:
            await response.aclose()

    async def _body(self, response: httpx.Response) -> bytes:
        inflater = Inflater(response.headers.get("content-encoding", ""), self._limits.max_bytes)
        async for chunk in response.aiter_raw():
            inflater.feed(chunk)
        return inflater.body()
