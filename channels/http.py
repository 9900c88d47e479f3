"""Calls to a far side's HTTP API, and what their failures mean: whether something may have been posted decides what is raised."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from state.channels import OutcomeUnknown, Rejected, Unauthorized, Unreachable

TIMEOUT = 30.0
"""Seconds for each of: connecting, writing, the next bytes of an answer."""
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""No byte of the request had left."""
_LONGEST = 300
"""Characters of a far side's own words that a person is shown."""


class Answer(Protocol):
    """What httpx and requests both make of a response."""

    @property
    def status_code(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


class Api:
    """One account at one far side. `mend` says how a person mends refused credentials."""

    def __init__(
        self, name: str, base_url: str, *, mend: str, headers: Mapping[str, str] = {}, timeout: float = TIMEOUT
    ) -> None:
        self.name, self.mend = name, mend
        self.host = urlsplit(base_url).hostname
        self._client = httpx.AsyncClient(base_url=base_url, headers=dict(headers), timeout=timeout, verify=_trusted())

    async def ask(self, method: str, path: str, *, absent: tuple[int, ...] = (), **request: Any) -> httpx.Response:
        """Make a call that changes nothing there. A status among `absent` is given back like a success.

        Raises Unreachable, Unauthorized or Rejected.
        """
        try:
            response = await self._client.request(method, path, **request)
        except httpx.TransportError as error:
            raise Unreachable(f"{self.name} can't be reached: {told(error)}") from error
        return self._taken(response, absent, acts=False)

    async def act(self, method: str, path: str, *, absent: tuple[int, ...] = (), **request: Any) -> httpx.Response:
        """Make a call that posts or changes something. Raises what `ask` raises, and OutcomeUnknown."""
        try:
            response = await self._client.request(method, path, **request)
        except NOT_SENT as error:
            raise Unreachable(f"{self.name} can't be reached: {told(error)}") from error
        except httpx.TransportError as error:
            raise OutcomeUnknown(f"the call to {self.name} broke off: {told(error)}") from error
        return self._taken(response, absent, acts=True)

    @contextmanager
    def understood(self, *, acts: bool) -> Iterator[None]:
        """Read an answer within: one that isn't as documented leaves a call that acts unknown, and can be asked for again else."""
        try:
            yield
        except (ValueError, KeyError, TypeError) as error:
            said = f"{self.name} didn't answer as it documents: {type(error).__name__} {error}"
            raise (OutcomeUnknown(said) if acts else Unreachable(said)) from error

    async def aclose(self) -> None:
        await self._client.aclose()

    def _taken(self, response: httpx.Response, absent: tuple[int, ...], *, acts: bool) -> httpx.Response:
        if response.status_code not in absent and (error := refusal(self.name, self.mend, response, acts=acts)):
            raise error
        return response


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that all clients go by: reading them takes a quarter of a second."""
    return httpx.create_ssl_context()


def refusal(name: str, mend: str, answer: Answer, *, acts: bool) -> Exception | None:
    """Say what a status means that is no success; None for one that is. `acts`: whether the call may have posted something."""
    code = answer.status_code
    if code >= 500 or code == 408:
        said = f"{name} answered {_said(answer)}"
        return OutcomeUnknown(said) if acts else Unreachable(said, retry_after=retry_after(answer))
    if code == 429:
        return Unreachable(f"{name} wants us to wait: {_said(answer)}", retry_after=retry_after(answer))
    if code in (401, 403):
        return Unauthorized(f"{name} refused the credentials: {_said(answer)}.", mend)
    if code >= 300:
        return Rejected(f"{name} refused it: {_said(answer)}.", "Change what it names, and review the piece again.")
    return None


def told(error: Exception) -> str:
    """An error in words; some have none but their name."""
    return str(error) or type(error).__name__


def retry_after(answer: Answer) -> float | None:
    """Seconds that the far side asks us to wait; None when it doesn't say.

    It says so in `Retry-After` (RFC 9110, 10.2.3: seconds or a date), or by the moment at which its rate limit starts anew:
    Mastodon in ISO 8601, X in seconds of Unix time.
    """
    value = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    until = _date(value) or _moment(
        answer.headers.get("x-ratelimit-reset", answer.headers.get("x-rate-limit-reset", ""))
    )
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()) if until else None


def _date(value: str) -> datetime | None:
    try:
        return parsedate_to_datetime(value)
    except ValueError:
        return None


def _moment(value: str) -> datetime | None:
    if re.fullmatch(r"\d{9,11}", value):
        return datetime.fromtimestamp(int(value), UTC)
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _said(answer: Answer) -> str:
    """The status, and the start of what the body says on one line."""
    words = " ".join(answer.text.split())[:_LONGEST]
    return f"{answer.status_code} {words}".strip()
