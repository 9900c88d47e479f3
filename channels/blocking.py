"""What goes wrong in calls that Mastodon.py makes by requests: whether anything may have been posted decides what is raised."""

from __future__ import annotations

import ssl
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import MaxRetryError, NewConnectionError
from urllib3.exceptions import SSLError as HandshakeError

from channels.http import TIMEOUT, refusal, told
from state.channels import Gone, OutcomeUnknown, Unreachable

__all__ = ["TIMEOUT", "PlainSession", "meaning"]

_NEEDED = ("content-type", "link")
_BAD_REQUEST = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
)
_LONGEST = 300


class PlainSession(requests.Session):
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
