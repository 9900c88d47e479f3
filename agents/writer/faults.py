"""From whatever a provider's library raises to one of our errors, in words that a person can act on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from agents.writer.answer import shortened
from agents.writer.errors import (
    WAY_OUT,
    WriterError,
    WriterMisconfigured,
    WriterRefused,
    WriterUnavailable,
)

_KEY_LIKE = re.compile(r"\bsk-[\w*\-]{4,}|(?i:bearer)\s+\S+")
_FILTERS = frozenset({"content_filter", "content_policy_violation"})
"""Codes of a 400 that is a refusal (Azure OpenAI, OpenAI)."""
_OVERFLOWS = frozenset({"context_length_exceeded", "exceed_context_size_error"})
"""Codes of a 400 for too long a request (OpenAI and vLLM, llama.cpp); LangChain knows only some of their messages."""


@dataclass(frozen=True)
class Place:
    """Where a model is asked, for people: which model, at which address, how patiently."""

    model: str
    url: str
    """Base URL; empty when the provider's library knows it and we don't."""
    timeout: float
    retries: int
    key: SecretStr | None = None

    @property
    def at(self) -> str:
        """` at https://host/v1`, without credentials or query."""
        if not self.url:
            return ""
        parts = urlsplit(self.url)
        return f" at {parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def scrubbed(self, text: str) -> str:
        """`text` on one line, shortened, with no key in it."""
        if self.key is not None:
            text = text.replace(self.key.get_secret_value(), "***")
        return shortened(" ".join(_KEY_LIKE.sub("***", text).split()), 300, 0)


def explain(error: Exception, place: Place) -> WriterError:
    """Make the WriterError that says what `error` means and what to do."""
    from langchain_core import exceptions as known

    if isinstance(error, WriterError):
        return error
    if isinstance(error, known.ContextOverflowError) or _words_for(error) & _OVERFLOWS:
        return WriterMisconfigured(
            place.model,
            f"The request is longer than the model{place.at} can read. {_said(error, place)}",
            f"Choose a model with a larger context window, or fewer and shorter sources; then rework. {WAY_OUT}",
        )
    if isinstance(error, TimeoutError | known.ModelTimeoutError):
        return _unavailable(place, f"gave no answer within {place.timeout:g} s", "Raise `models.timeout` if it is slow")
    status = _status(error)
    if status is not None:
        return _by_status(status, error, place)
    if isinstance(error, known.ModelConnectionError | OSError):
        return _unavailable(place, f"can't be reached: {_said(error, place)}", f"Start it, or mend {_address(place)}")
    return _unavailable(
        place, f"answered with something else than a completion: {_said(error, place)}", f"Check {_address(place)}"
    )


def _words_for(error: Exception) -> set[str]:
    """Collect the names that the far side gives its failure."""
    return {str(getattr(error, key)) for key in ("code", "type") if getattr(error, key, None)}


def _status(error: Exception) -> int | None:
    """Find the HTTP status behind `error`, where most libraries keep it."""
    for holder in (error, getattr(error, "response", None)):
        status = getattr(holder, "status_code", None)
        if isinstance(status, int) and status >= 400:
            return status
    return None


def _by_status(status: int, error: Exception, place: Place) -> WriterError:
    said = f"({status}). {_said(error, place)}".strip()
    if _words_for(error) & _FILTERS:
        return WriterRefused(
            place.model,
            f"The provider's content filter stopped it {said}",
            f"Change the topic or the angle, or choose another model. {WAY_OUT}",
        )
    if status in (408, 409, 425, 429) or status >= 500:
        what = "takes no more requests for now" if status == 429 else "reports a failure of its own"
        return _unavailable(place, f"{what} {said}", "Check its quota" if status == 429 else "Check its status page")
    what, fix = {
        401: ("refused the key", f"Set {_key(place)} to a key that it takes."),
        403: ("doesn't let this key use the model", f"Set {_key(place)} to a key that may, or choose another model."),
        404: ("doesn't know the model", f"Check the name in `models`, and {_address(place)}."),
    }.get(status, ("can't take the request", "Choose a model that does structured output by JSON schema."))
    return WriterMisconfigured(place.model, f"The endpoint{place.at} {what} {said}", f"{fix} {WAY_OUT}")


def _unavailable(place: Place, what: str, fix: str) -> WriterUnavailable:
    tries = f" It was tried {place.retries + 1} times." if place.retries else ""
    return WriterUnavailable(
        place.model, f"The endpoint{place.at} {what.rstrip('. ')}.{tries}", f"{fix}; rework when it is back. {WAY_OUT}"
    )


def _said(error: Exception, place: Place) -> str:
    """Quote the far side if it said anything, else the library, down to the first cause."""
    body = getattr(error, "body", None)
    if isinstance(body, dict) and body.get("message"):
        return place.scrubbed(str(body["message"]))
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return place.scrubbed(str(cause) or type(cause).__name__)


def _key(place: Place) -> str:
    return "OPENAI_API_KEY" if place.url else "the provider's key"


def _address(place: Place) -> str:
    return "OPENAI_BASE_URL (most end in /v1)" if place.url else "the provider's settings in the environment"
