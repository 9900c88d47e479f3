"""What a shop's report comes to, and what the shops' readers share."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import ValidationError

from state.trade import ClickRef, Sale, SaleKind

Why = Literal["forged", "stale", "unreadable"]
Headers = Mapping[str, str]
"""Names in lower case."""


@dataclass(frozen=True)
class Heard:
    """A report that is genuine."""

    sales: tuple[Sale, ...] = ()
    said: str = ""
    """Why it counts for nothing, where it does; or what of it isn't counted. No word of the report's own."""


@dataclass(frozen=True)
class Refusal:
    """A report that changes nothing. `said` holds no word of the report's own, so that it may be logged."""

    why: Why
    said: str


FORGED = Refusal("forged", "its signature is missing or wrong")
TEST_EVENT = Heard(said="a test event: it counts once [sales] test_events is true")
NO_MONEY = Heard(said="no money moved")
NOT_OURS = Heard(said="nothing that is counted")


class Unreadable(Exception):
    """A report isn't what its shop documents; the text says where, and quotes nothing."""


def same_secret(given: str, secret: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode("utf-8"))


def json_of(body: bytes) -> dict[str, Any]:
    """Read a JSON object in UTF-8. Raises Unreadable."""
    try:
        value = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unreadable("it is no JSON in UTF-8") from error
    if not isinstance(value, dict):
        raise Unreadable("it is no JSON object")
    return value


def part(value: Mapping[str, Any], *path: str) -> Any:
    """Give what stands at the end of `path`; None where it breaks off."""
    found: Any = value
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def object_at(value: Mapping[str, Any], *path: str) -> dict[str, Any]:
    """Give an object within `value`. Raises Unreadable where there is none."""
    found = part(value, *path)
    if isinstance(found, dict):
        return found
    raise Unreadable(f"{'.'.join(path)} is missing or no object")


def text_at(value: Mapping[str, Any], *path: str) -> str:
    """Give an id or another word. Raises Unreadable where there is none."""
    if found := word(part(value, *path)):
        return found
    raise Unreadable(f"{'.'.join(path)} is missing or no text")


def word(value: object) -> str | None:
    """Give `value` where it can be an id: short, and text that any database keeps."""
    return value if isinstance(value, str) and 0 < len(value) <= 255 and value.isprintable() else None


def number_at(value: Mapping[str, Any], *path: str) -> int:
    """Give an amount in minor units, or a time in seconds. Raises Unreadable for what is no whole number of either."""
    found = part(value, *path)
    if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**53:
        return found
    raise Unreadable(f"{'.'.join(path)} is missing or no number that can be counted")


def moment(seconds: int) -> datetime:
    """Give the time so many seconds after 1970. Raises Unreadable for one that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise Unreadable("its time is none") from error


def moment_of(text: str) -> datetime:
    """Read an ISO 8601 time; one without a zone is in UTC. Raises Unreadable."""
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable("its time is none") from error


def ref_of(*words: object) -> ClickRef | None:
    """Find the click that a shop gives back, in the first of `words` that is one."""
    return next((found for word in words if isinstance(word, str) and (found := ClickRef.parse(word))), None)


def sale_of(
    shop: str, event: str, order: str, kind: SaleKind, amount: int, currency: str, at: datetime, ref: ClickRef | None
) -> Sale:
    """Make a Sale; `amount` in millionths. Raises Unreadable."""
    code, click = (ref.code, ref.click) if ref else (None, None)
    about = {"event": event, "shop": shop, "order": order, "kind": kind, "code": code, "click": click}
    try:
        return Sale.model_validate({**about, "amount": amount, "currency": currency.upper(), "at": at})
    except ValidationError as error:
        # Its own text quotes the input.
        fields = ", ".join(str(found["loc"][0]) for found in error.errors(include_url=False, include_input=False))
        raise Unreadable(f"its {fields} can't be counted") from None
