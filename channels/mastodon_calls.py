"""Calls that Mastodon.py makes by requests, in threads, and what goes wrong in them: whether anything may be there decides it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import requests
from mastodon import Mastodon
from pydantic import SecretStr
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import MaxRetryError, NewConnectionError
from urllib3.exceptions import SSLError as HandshakeError

from channels.http import refusal, told
from state.channels import Gone, OutcomeUnknown, Unreachable

PAGE, PAGES = 40, 50
"""Entries of a page (Mastodon gives no more), and pages that are read before a look-up gives up."""
_NEEDED = ("content-type", "link")
_BAD_REQUEST = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
)
_LONGEST = 300


T = TypeVar("T")


class Calls:
    """One account at one server. `api` is the library, whose functions are called through `call`."""

    def __init__(self, server: str, token: SecretStr, *, timeout: float) -> None:
        """`timeout` is in seconds, for connecting and for each wait for bytes."""
        self.server = server
        self._mend = f"Set MASTODON_ACCESS_TOKEN to a token of {server} with the scopes read and write (Preferences, Development)."
        self._session = _Session()
        self.api = Mastodon(
            access_token=token.get_secret_value(),
            api_base_url=server,
            ratelimit_method="throw",
            request_timeout=timeout,
            session=self._session,
            user_agent="content-flywheel",
        )
        self._me = ""

    async def call(self, call: Callable[[], T], *, acts: bool = False, about: str | None = None) -> T:
        """Make a call, and read its answer within it. `acts`: whether it may post something; a 404 on what it is `about` is Gone.

        Whatever the library or the reading trips over counts, not its own errors alone: an answer that isn't as documented is none.
        """
        try:
            return await asyncio.to_thread(call)
        except Exception as error:
            raise meaning(error, self.server, self._mend, acts=acts, about=about) from error

    async def me(self) -> str:
        """The id of our own account."""
        self._me = self._me or await self.call(lambda: id_of(self.api.account_verify_credentials()))
        return self._me

    async def newest(self, fetch: Callable[..., Any], since: datetime) -> AsyncIterator[Any]:
        """Entries since then, newest first, a page at a time; a server that ignores `max_id` gives the same page again.

        Raises Unreachable where there are more than can be read.
        """

        def read(oldest: str | None) -> dict[str, Any]:
            return {id_of(entry): entry for entry in fetch(max_id=oldest, limit=PAGE)}

        seen: set[str] = set()
        oldest: str | None = None
        for _ in range(PAGES):
            page = await self.call(partial(read, oldest))
            fresh = [entry for id_, entry in page.items() if id_ not in seen]
            for entry in fresh:
                if entry.created_at >= since:
                    yield entry
            if not fresh or fresh[-1].created_at < since:
                return
            oldest = id_of(fresh[-1])
            seen.update(page)
        raise Unreachable(
            f"{self.server} has more than {PAGE * PAGES} entries since {since:%d %B %Y}: look for yours by hand."
        )

    def close(self) -> None:
        self._session.close()


def id_of(entity: Any) -> str:
    """Raise ValueError for what has no id, as any entity of Mastodon's has."""
    if not getattr(entity, "id", None):
        raise ValueError("it answered with something that has no id")
    return str(entity.id)


class _Session(requests.Session):
    """Raises an answer that is no success as `requests.HTTPError`, whose `response` has the headers that Mastodon.py drops.

    Of a success, the library gets to see no rate limit (one that it can't read would make it raise after the status is there)
    and no deprecation. A redirect is no success: followed, a POST would become a GET. A connection serves one call, since a
    server that closes an idle one just then would leave it open whether the next call arrived.
    """

    def __init__(self) -> None:
        super().__init__()
        self.headers["Connection"] = "close"

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        response = super().request(method, url, *args, **options | {"allow_redirects": False})
        if response.status_code >= 300:
            raise requests.HTTPError(response=response)
        response.headers = CaseInsensitiveDict((k, v) for k, v in response.headers.items() if k.lower() in _NEEDED)
        return response


def meaning(error: Exception, server: str, mend: str, *, acts: bool, about: str | None = None) -> Exception:
    """What a failed call means to the drainer. `acts`: whether it may have posted something; `about`: what a 404 says is gone."""
    cause = error.__context__
    if isinstance(cause, requests.HTTPError) and cause.response is not None:
        if about is not None and cause.response.status_code in (404, 410):
            return Gone(f"{server} doesn't have {about}")
        return refusal(server, mend, cause.response, acts=acts) or error
    said = told(cause if isinstance(cause, Exception) else error)[:_LONGEST]
    if not acts or _never_left(cause):
        return Unreachable(f"{server} can't be reached: {said}")
    return OutcomeUnknown(f"the call to {server} broke off: {said}")


def _never_left(cause: BaseException | None) -> bool:
    """Whether no byte of the request had left: no connection came about, or there was nothing to connect to."""
    if isinstance(cause, (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError, *_BAD_REQUEST)):
        return True
    wrapped = cause.args[0] if isinstance(cause, requests.exceptions.ConnectionError) and cause.args else None
    reason = wrapped.reason if isinstance(wrapped, MaxRetryError) else None
    if isinstance(reason, HandshakeError):
        return any(isinstance(why, ssl.SSLCertVerificationError) for why in reason.args)
    return isinstance(reason, NewConnectionError)
