"""Calls to a far side's HTTP API, and what their failures mean: whether something may have been posted decides what is raised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from state.channels import OutcomeUnknown, Rejected, Unauthorized, Unreachable

TIMEOUT = 30.0
"""Seconds for each of: connecting, writing, the next bytes of an answer."""
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""No byte of the request had left."""
_LONGEST = 300
"""Characters of a far side's own words that a person is shown."""


class Api:
    """One account at one far side. `mend` says how a person mends refused credentials."""

    def __init__(
        self, name: str, base_url: str, *, mend: str, headers: Mapping[str, str] = {}, timeout: float = TIMEOUT
    ) -> None:
        self.name, self.mend = name, mend
        self._client = httpx.AsyncClient(base_url=base_url, headers=dict(headers), timeout=timeout)

    async def ask(self, method: str, path: str, *, absent: tuple[int, ...] = (), **request: Any) -> httpx.Response:
        """Make a call that changes nothing there. A status among `absent` is given back like a success.

        Raises Unreachable, Unauthorized or Rejected.
        """
        try:
            response = await self._client.request(method, path, **request)
        except httpx.TransportError as error:
            raise Unreachable(f"{self.name} can't be reached: {told(error)}") from error
        if response.status_code in absent:
            return response
        if response.status_code >= 500:
            raise Unreachable(f"{self.name} answers {_said(response)}", retry_after=retry_after(response))
        return self._taken(response)

    async def act(self, method: str, path: str, *, absent: tuple[int, ...] = (), **request: Any) -> httpx.Response:
        """Make a call that posts or changes something. Raises what `ask` raises, and OutcomeUnknown."""
        try:
            response = await self._client.request(method, path, **request)
        except NOT_SENT as error:
            raise Unreachable(f"{self.name} can't be reached: {told(error)}") from error
        except httpx.TransportError as error:
            raise OutcomeUnknown(f"the call to {self.name} broke off: {told(error)}") from error
        if response.status_code in absent:
            return response
        if response.status_code >= 500 or response.status_code == 408:
            raise OutcomeUnknown(f"{self.name} answered {_said(response)}")
        return self._taken(response)

    async def aclose(self) -> None:
        await self._client.aclose()

    def _taken(self, response: httpx.Response) -> httpx.Response:
        code = response.status_code
        if code == 429:
            raise Unreachable(f"{self.name} wants us to wait: {_said(response)}", retry_after=retry_after(response))
        if code in (401, 403):
            raise Unauthorized(f"{self.name} refused the credentials: {_said(response)}.", self.mend)
        if code >= 300:
            raise Rejected(
                f"{self.name} refused it: {_said(response)}.", "Change what it names, and review the piece again."
            )
        return response


def told(error: Exception) -> str:
    """An error in words; some have none but their name."""
    return str(error) or type(error).__name__


def retry_after(response: httpx.Response) -> float | None:
    """Seconds that the far side asks us to wait (RFC 9110, 10.2.3: seconds or a date); None when it doesn't say."""
    value = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _said(response: httpx.Response) -> str:
    """The status, and the start of what the body says on one line."""
    words = " ".join(response.text.split())[:_LONGEST]
    return f"{response.status_code} {words}".strip()
