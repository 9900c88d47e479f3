"""What failures of the `atproto` library mean to the drainer. The library takes seconds to load, so it is only loaded once it has failed."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum, auto

import httpx

from channels.http import NOT_SENT, told
from state.channels import Gone, OutcomeUnknown, Rejected, Unauthorized, Unreachable

PASSWORD = "BLUESKY_APP_PASSWORD"  # noqa: S105 - the name of a variable
_LONGEST = 300
"""Characters of the server's own words that a person is shown."""
_STALE = frozenset({"ExpiredToken", "InvalidToken"})
"""What a server says, with status 400, of a token that it doesn't take."""
_ABSENT = frozenset({"RecordNotFound", "NotFound"})


class Aim(Enum):
    """What a call is for, which decides what its failure means."""

    LOG_IN = auto()
    ASK = auto()
    """It changes nothing."""
    PREPARE = auto()
    """It changes something that no reader sees."""
    POST = auto()


def failures() -> tuple[type[Exception], ...]:
    """All that the library raises for a call; a ValueError is an answer that isn't what it should be."""
    from atproto.exceptions import AtProtocolError

    return (AtProtocolError, httpx.RequestError, ValueError)


def is_stale(error: Exception) -> bool:
    """Whether the server didn't take our token, and so did nothing."""
    response = _response(error)
    return response is not None and (response[0] == 401 or response[1] in _STALE)


def meaning(error: Exception, aim: Aim, *, service: str, handle: str) -> Exception:
    """The seam's error for one of the library's."""
    lost = OutcomeUnknown if aim is Aim.POST else Unreachable
    response = _response(error)
    if response is None:
        cause = error.__cause__ if isinstance(error.__cause__, httpx.RequestError) else error
        kind = Unreachable if isinstance(cause, NOT_SENT) else lost
        return kind(f"The call to {service} broke off: {told(cause)}")
    status, name = response
    said = f"{service} answered {str(error)[:_LONGEST]}"
    if status == 429:
        return Unreachable(said, retry_after=_wait(error))
    if status >= 500 or status == 408:
        return lost(said)
    if status in (401, 403) or name in _STALE or aim is Aim.LOG_IN:
        return Unauthorized(
            f"{said} to {handle}.",
            f"Set {PASSWORD} to an app password of that account (Settings, Privacy and security, App passwords).",
        )
    if name in _ABSENT:
        return Gone(said)
    if aim is Aim.ASK or name == "InvalidSwap":
        return Unreachable(said)
    return Rejected(f"{said}.", "Change what it names, and review the piece again.")


def _response(error: Exception) -> tuple[int, str] | None:
    """Status and the error's name (empty where the server gave none) of an answer; None when none came, or none to make sense of."""
    from atproto.exceptions import RequestErrorBase
    from atproto_client.models.common import XrpcError

    if not isinstance(error, RequestErrorBase) or error.response is None:
        return None
    content = error.response.content
    return error.response.status_code, content.error if isinstance(content, XrpcError) else ""


def _wait(error: Exception) -> float | None:
    """Seconds until the server wants to hear from us again; None when it doesn't say."""
    from atproto.exceptions import RateLimitExceededError

    if not isinstance(error, RateLimitExceededError):
        return None
    if error.retry_after is not None or error.reset_at is None:
        return error.retry_after
    return max(0.0, (error.reset_at - datetime.now(UTC)).total_seconds())
