"""What Lemon Squeezy reports: https://docs.lemonsqueezy.com/help/webhooks/webhook-requests, .../api/orders and
.../api/subscription-invoices. Not yet proven against the real service.

Amounts are cents of the order's currency, tax included. A refund tells what has gone back of the order in all, so what went back before
is taken off by the ledger. Each renewal of a subscription is an order of its own, known by its invoice, and nobody's: the click is that of
the first payment, which is an order and an invoice at once, and counts as the order.
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
_SOLD = ("order_created", "subscription_payment_success")
_BACK = ("order_refunded", "subscription_payment_refunded")
_PAID = ("paid", "refunded", "partial_refund")
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
        if name not in (*_SOLD, *_BACK):
            return NOT_OURS
        order = object_at(report, "data", "attributes")
        if not tests and True in (part(report, "meta", "test_mode"), part(order, "test_mode")):
            return TEST_EVENT
        return _order(name, report, order)
    except Unreadable as error:
        return Refusal("unreadable", str(error))


def _order(name: str, report: dict[str, Any], order: dict[str, Any]) -> Heard:
    number, why = text_at(report, "data", "id"), part(order, "billing_reason")
    currency, at = text_at(order, "currency"), moment_of(text_at(order, "created_at"))
    total, refunding = number_at(order, "total"), name in _BACK
    if not total or why == "initial" or (not refunding and part(order, "status") not in _PAID):
        return NO_MONEY
    kept = f"invoice/{number}" if name.startswith("subscription_") else number  # the two are numbered apart
    ref = ref_of(part(report, "meta", "custom_data", "click")) if why is None else None
    bought = sale_of(SHOP, kept, kept, "sale", total * _CENT, currency, at, ref)
    if not refunding:
        return Heard((bought,))
    whole = part(order, "refunded_amount") is None and part(order, "refunded") is True
    back = total if whole else number_at(order, "refunded_amount")
    when = part(order, "refunded_at") or part(order, "updated_at") or part(order, "created_at")
    refund = sale_of(
        SHOP, f"{kept}/refunded/{back}", kept, "refund", back * _CENT, currency, moment_of(str(when)), None
    )
    return Heard((bought, RefundedSoFar.model_validate(refund.model_dump())))
