"""What Lemon Squeezy reports: https://docs.lemonsqueezy.com/help/webhooks/webhook-requests and .../api/orders. Not yet proven against the
real service.

Amounts are cents of the order's currency, tax included. order_refunded tells what has gone back of the order in all, so what went
back before is taken off by the ledger. What a subscription's renewals bring (subscription_payment_success) isn't counted yet.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from desk.web.shops.heard import (
    FORGED,
    NO_MONEY,
    NOT_OURS,
    TEST_EVENT,
    Headers,
    Heard,
    Refusal,
    Unreadable,
    json_of,
    moment_of,
    number_at,
    object_at,
    part,
    ref_of,
    sale_of,
    same_secret,
    text_at,
)
from state.trade import RefundedSoFar

SHOP = "lemonsqueezy"
SIGNATURE = "x-signature"
_CENT = 10_000
"""Millionths. Its documentation says cents for every currency."""


def read(body: bytes, headers: Headers, secret: str, *, tests: bool) -> Heard | Refusal:
    """Check the signature, and say what the order comes to. The signature has no time in it: what is repeated counts once by its order."""
    signed = hmac.new(secret.encode("utf-8"), body, hashlib.sha256).hexdigest()
    if not same_secret(headers.get(SIGNATURE, "").strip().lower(), signed):
        return FORGED
    try:
        report = json_of(body)
        name = text_at(report, "meta", "event_name")
        if name not in ("order_created", "order_refunded"):
            return NOT_OURS
        order = object_at(report, "data", "attributes")
        if not tests and True in (part(report, "meta", "test_mode"), part(order, "test_mode")):
            return TEST_EVENT
        return _order(name, report, order)
    except Unreadable as error:
        return Refusal("unreadable", str(error))


def _order(name: str, report: dict[str, Any], order: dict[str, Any]) -> Heard:
    number, ref = text_at(report, "data", "id"), ref_of(part(report, "meta", "custom_data", "click"))
    currency, at = text_at(order, "currency"), moment_of(text_at(order, "created_at"))
    total = number_at(order, "total")
    if name == "order_created" and part(order, "status") not in ("paid", "refunded", "partial_refund"):
        return NO_MONEY
    if not total:
        return NO_MONEY
    bought = sale_of(SHOP, number, number, "sale", total * _CENT, currency, at, ref)
    if name == "order_created":
        return Heard((bought,))
    whole = part(order, "refunded_amount") is None and part(order, "refunded") is True
    back = total if whole else number_at(order, "refunded_amount")
    when = part(order, "refunded_at") or part(order, "updated_at") or part(order, "created_at")
    event = f"{number}/refunded/{back}"
    refund = sale_of(SHOP, event, number, "refund", back * _CENT, currency, moment_of(str(when)), None)
    return Heard((bought, RefundedSoFar.model_validate(refund.model_dump())))
