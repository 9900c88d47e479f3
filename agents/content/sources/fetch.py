"""Fetching from the open web, which may be hostile, slow, endless or gone."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import httpx
import stamina
import stamina.instrumentation
from httpx_secure import httpx_ssrf_protection
from pydantic import Field, SecretStr, ValidationError

from agents.content.sources.budget import Spending, Tell
from agents.content.sources.errors import FetchError, problem
from agents.content.sources.inflate import ACCEPTED, Inflater, TooLarge
from agents.content.sources.memory import InMemory, Memory, Validators
from agents.content.sources.model import utc_now
from agents.content.sources.refusals import BY_HAND, Address, checked_url, is_public, named, status_error
from agents.content.sources.robots import MAX_BYTES, PRODUCT, Robots
from state.base import Frozen
from state.settings import ReadingBudget

USER_AGENT = f"{PRODUCT}/0.1"
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
    crawl_delay_seconds: float = Field(default=5, ge=0)
    """The longest `Crawl-delay` that is kept between two requests to a host; a longer one is cut to this."""


class Ask(Frozen):
    """How a URL is asked for."""

    known: Validators | None = None
    """What it held before: the answer may then be a `Page` of status 304 without a body."""
    interface: bool = False
    """It is made for programs, which a robots.txt doesn't speak to."""
    own: bool = False
    """The owner's own machine, named in the workspace: it may have a private address. A redirect may not."""
    json_body: bytes | None = None
    """Sent by POST."""
    token: SecretStr | None = None
    """Sent as `Authorization: Bearer`, and to no other host that a redirect names."""
    cut_at: int | None = None
    """Bytes after which the rest is left, where a larger body would be refused."""


_PLAIN = Ask()
_ROBOTS = Ask(interface=True, cut_at=MAX_BYTES)


class Page(Frozen):
    """One response with a body, after redirects."""

    url: str
    """The final URL."""
    status: int
    media_type: str
    """Lower case, without parameters; empty when the server didn't say."""
    charset: str | None
    body: bytes
    """Inflated; empty with status 304."""
    retrieved_at: datetime
    """Aware, UTC."""
    validators: Validators | None = None
    """What to ask with the next time, if the server gave something."""


@asynccontextmanager
async def open_fetcher(
    limits: FetchLimits | None = None,
    *,
    allow_loopback: bool = False,
    budget: ReadingBudget | None = None,
    memory: Memory | None = None,
    tell: Tell | None = None,
    contact: str | None = None,
) -> AsyncIterator[Fetcher]:
    """Open a `Fetcher` for one reading and close its connections at the end.

    `allow_loopback` is for tests; it opens nothing else. `memory` keeps what was read for the next run; `tell` hears of
    each fetch. `contact` is the owner's web or mail address, which servers are told in the User-Agent: Wikimedia's policy
    asks for one, and a site that minds can write instead of shutting us out. Proxy settings of the environment are ignored: a proxy would connect on our behalf, where nobody checks
    addresses.
    """
    limits = limits or FetchLimits()
    certificates = await asyncio.to_thread(_load)

    def admit(_host: str, address: Address, _port: int) -> bool:
        return is_public(address) or (allow_loopback and address.is_loopback)

    agent = user_agent(contact)
    async with _client(limits, certificates, agent) as open_web, _client(limits, certificates, agent) as own:
        httpx_ssrf_protection(open_web, check_globally_reachable=not allow_loopback, custom_validator=admit)
        spending = Spending(budget or ReadingBudget(), tell)
        yield Fetcher(open_web, own, limits, spending, memory or InMemory())


def user_agent(contact: str | None) -> str:
    """Name us, and who is behind us where that is known; what fits into no header is left out of it."""
    known = re.sub(r"[^\x21-\x7e]|[()]", "", contact or "")[:200]
    return f"{USER_AGENT} (+{known})" if known else USER_AGENT


def _client(limits: FetchLimits, certificates: ssl.SSLContext, agent: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        verify=certificates,
        trust_env=False,
        timeout=httpx.Timeout(limits.silent_seconds, connect=limits.connect_seconds, pool=None),
        headers={"User-Agent": agent, "Accept": _ACCEPT, "Accept-Encoding": ACCEPTED},
    )


def _load() -> ssl.SSLContext:
    """Read the certificates, and let stamina import its instrumentation: both read files."""
    stamina.instrumentation.get_on_retry_hooks()
    return httpx.create_ssl_context()


class Fetcher:
    """Gets pages, a few at a time, each within limits and all within a budget. Made by `open_fetcher`."""

    def __init__(
        self, client: httpx.AsyncClient, own: httpx.AsyncClient, limits: FetchLimits, spending: Spending, memory: Memory
    ) -> None:
        """Take a `client` that refuses private addresses by itself, and one that doesn't for the owner's machines."""
        self.memory = memory
        self._client = client
        self._own = own
        self._limits = limits
        self._spending = spending
        self._robots = Robots(self._robots_txt)
        self._free_at: dict[str, float] = {}
        self._turns = asyncio.Semaphore(limits.concurrent)
        self._turns_of_host = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(limits.per_host))
        self._again = stamina.AsyncRetryingCaller(
            attempts=limits.attempts,
            timeout=None,
            wait_initial=limits.backoff_seconds,
            wait_max=limits.backoff_seconds * 8,
            wait_jitter=limits.backoff_seconds,
        ).on(self._wait_before_retry)

    async def fetch(self, url: str, ask: Ask = _PLAIN) -> Page:
        """Get `url` after its redirects, asking again where that may help; raises `FetchError` in the name of `url`.

        First its host's robots.txt is kept to, and its crawl delay waited for, unless `ask` says that it is an interface.
        """
        start = checked_url(url, url)
        async with self._spending.fetching(url), self._turns_of_host[start.host]:
            if not ask.interface:
                async with self._turns:
                    rules = await self._robots.check(url, start)
                await self._pace(start.host, rules.delay)
            async with self._turns:
                return await self._in_time(url, start, ask)

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """List the sitemaps that the robots.txt of the host of `url` names; raises `FetchError`."""
        return (await self._robots.rules(url, checked_url(url, url))).sitemaps

    async def _in_time(self, source: str, url: httpx.URL, ask: Ask) -> Page:
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                return await self._again(self._attempt, source, url, ask)
        except TimeoutError:
            message = f"It took longer than {self._limits.total_seconds:g} s to send all of it."
            raise FetchError(problem(source, "source.timeout", message, f"Try again later. {BY_HAND}")) from None

    async def _robots_txt(self, url: httpx.URL) -> bytes:
        return (await self._in_time(str(url), url, _ROBOTS)).body

    async def _pace(self, host: str, delay: float) -> None:
        """Wait for this host's next free moment, and book the one after it."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._free_at.get(host, now))
        self._free_at[host] = at + min(delay, self._limits.crawl_delay_seconds)
        await asyncio.sleep(at - now)

    def _wait_before_retry(self, error: Exception) -> bool | float:
        """Tell stamina whether to ask again: False, True (its own backoff), or the seconds the server asked for."""
        if not isinstance(error, FetchError) or not error.transient:
            return False
        if error.retry_after is None:
            return True
        return error.retry_after <= self._limits.retry_after_seconds and float(error.retry_after)

    async def _attempt(self, source: str, url: httpx.URL, ask: Ask) -> Page:
        request = _request(self._client, url, ask)
        for _ in range(self._limits.redirects + 1):
            with named(source):
                answer = await self._hop(source, request, ask)
            if isinstance(answer, Page):
                return await self._unless_elsewhere(answer, source, url, ask)
            if not ask.interface:
                await self._robots.check(source, answer.url)
            request, ask = answer, ask.model_copy(update={"own": False})
        message = f"It redirects more than {self._limits.redirects} times, the last time to {request.url}."
        fix = "Give the address where a browser ends up."
        raise FetchError(problem(source, "source.too-many-redirects", message, fix))

    async def _unless_elsewhere(self, page: Page, source: str, url: httpx.URL, ask: Ask) -> Page:
        """Ask again for the whole of it where "not modified" was said of another address than the one we know."""
        if page.status == 304 and ask.known and page.url != ask.known.url:
            return await self._attempt(source, url, ask.model_copy(update={"known": None}))
        return page

    async def _hop(self, source: str, request: httpx.Request, ask: Ask) -> Page | httpx.Request:
        """Send one request: its page, or the request that a redirect asks for. A redirect's body is never read."""
        client = self._own if ask.own else self._client
        response = await client.send(request, stream=True, follow_redirects=False)
        try:
            if response.next_request is not None:
                checked_url(source, str(response.next_request.url))
                return response.next_request
            unchanged = response.status_code == 304 and ask.known is not None
            if not response.is_success and not unchanged:
                raise status_error(source, response)
            return Page(
                url=str(response.url),
                status=response.status_code,
                media_type=response.headers.get("content-type", "").partition(";")[0].strip().lower(),
                charset=response.charset_encoding,
                body=b"" if unchanged else await self._body(source, response, ask),
                retrieved_at=utc_now(),
                validators=_validators(response),
            )
        finally:
            await response.aclose()

    async def _body(self, source: str, response: httpx.Response, ask: Ask) -> bytes:
        inflater = Inflater(response.headers.get("content-encoding", ""), ask.cut_at or self._limits.max_bytes)
        try:
            async for chunk in response.aiter_raw():
                self._spending.take_bytes(source, len(chunk))
                inflater.feed(chunk)
        except TooLarge:
            if ask.cut_at is None:
                raise
        return inflater.body()[: ask.cut_at]


def _request(client: httpx.AsyncClient, url: httpx.URL, ask: Ask) -> httpx.Request:
    headers = ask.known.headers() if ask.known else {}
    if ask.token:
        headers["Authorization"] = f"Bearer {ask.token.get_secret_value()}"
    if ask.json_body is None:
        return client.build_request("GET", url, headers=headers)
    headers["Content-Type"] = "application/json"
    return client.build_request("POST", url, headers=headers, content=ask.json_body)


def _validators(response: httpx.Response) -> Validators | None:
    """Take what the server gave to ask again with; None if it gave nothing, or nothing that fits into a header."""
    etag, changed = response.headers.get("etag"), response.headers.get("last-modified")
    if not etag and not changed:
        return None
    try:
        return Validators(url=str(response.url), etag=etag or None, last_modified=changed or None)
    except ValidationError:
        return None
