"""What Gumroad reports: https://gumroad.com/ping, and the source of what it sends (antiwork/gumroad,
app/modules/purchase/ping_notification.rb). Not yet proven against the real service.

A ping has no signature: its address holds a secret. `price` is in US cents whatever the product is listed in, which is what `currency`
says. Refunds and disputes come to resource subscriptions named `refund`, `dispute` and `dispute_won`, of the same address. Each says how the
sale stands by then (`refunded`, `disputed`, `dispute_won`), and `price` is always the whole of it: a refund of a part says no amount and
isn't counted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from desk.web.shops.heard import (
    NO_MONEY,
    NOT_OURS,
    TEST_EVENT,
    Headers,
    Heard,
    Refusal,
    Unreadable,
    json_of,
    moment_of,
    part,
    ref_of,
    sale_of,
    text_at,
)
from state.trade import RefundedSoFar, Sale

SHOP = "gumroad"
CURRENCY = "USD"
PART = (
    "a part was paid back, and Gumroad doesn't say how much: it isn't counted until `flywheel sales import` reads it in"
)
_CENT = 10_000
"""Millionths."""
_FIELDS = 500


def read(body: bytes, headers: Headers, *, tests: bool, now: datetime) -> Heard | Refusal:
    """Say what a ping comes to whose address held the secret."""
    try:
        ping = _fields(body, headers.get("content-type", ""))
        if not ping.get("sale_id"):
            return NOT_OURS
        if _yes(ping, "test") and not tests:
            return TEST_EVENT
        return _sold(ping, now)
    except Unreadable as error:
        return Refusal("unreadable", str(error))


def _sold(ping: Mapping[str, str], now: datetime) -> Heard:
    number, price = text_at(ping, "sale_id"), ping.get("price", "")
    if not re.fullmatch(r"[0-9]{1,14}", price):
        raise Unreadable("price is no number of cents")
    cents = int(price)
    if not cents or _yes(ping, "is_preorder_authorization"):
        return NO_MONEY
    at = moment_of(ping["sale_timestamp"]) if ping.get("sale_timestamp") else now
    ref = ref_of(ping.get("url_params[click]"))
    rows: tuple[Sale, ...] = (sale_of(SHOP, number, number, "sale", cents * _CENT, CURRENCY, at, ref),)
    rows += _back(ping, number, cents, now)
    return Heard(rows, said=PART if ping.get("resource_name") == "refund" and not _yes(ping, "refunded") else "")


def _back(ping: Mapping[str, str], number: str, cents: int, now: datetime) -> tuple[Sale, ...]:
    """What went back of a sale and what came again, as far as the ping tells. Each flag stays up once it is: so these add up in any order.

    A sale that was refunded can't lose the same money to a dispute; one whose dispute was won can still be refunded, a second time.
    """
    refunded, won = _yes(ping, "refunded"), _yes(ping, "dispute_won")
    rows: tuple[Sale, ...] = ()
    if times := int(refunded or won or _yes(ping, "disputed")) + int(refunded and won):
        event = f"{number}/refunded" if times == 1 else f"{number}/refunded/{times}"
        gone = sale_of(SHOP, event, number, "refund", times * cents * _CENT, CURRENCY, now, None)
        rows += (RefundedSoFar.model_validate(gone.model_dump()),)
    if won:
        rows += (sale_of(SHOP, f"{number}/refunded/won", number, "sale", cents * _CENT, CURRENCY, now, None),)
    return rows


def _fields(body: bytes, kind: str) -> Mapping[str, str]:
    """Read a form; or the JSON that a seller can switch to, flattened as the form is."""
    if kind.partition(";")[0].strip().lower() == "application/json":
        read = json_of(body)
        fields = {name: _plain(value) for name, value in read.items()}
        return fields | {"url_params[click]": _plain(part(read, "url_params", "click"))}
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_FIELDS,
        )
    except ValueError as error:
        raise Unreadable("it is no form in UTF-8") from error
    fields = dict(reversed(pairs))
    if "url_params[click]" not in fields and fields.get("url_params", "").startswith("{"):
        fields["url_params[click]"] = _in_dictionary(fields["url_params"])
    return fields


def _in_dictionary(text: str) -> str:
    """The click in a dictionary, should it come as its text."""
    try:
        return _plain(part(json.loads(text.replace("'", '"').replace("=>", ":")), "click"))
    except (ValueError, RecursionError):
        return ""


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, str | int) else ""


def _yes(ping: Mapping[str, str], name: str) -> bool:
    return ping.get(name, "").lower() in ("true", "1")
