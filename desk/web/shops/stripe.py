"""What Stripe reports: https://docs.stripe.com/api/events/types.

A payment is counted by the id of what took the money, not by the id of the event: so the events that tell of one purchase count it once,
whichever comes first, and the one that names the click adds it. Counted by `checkout` (payment links are Checkout too) that is:

- checkout.session.completed, once paid, and checkout.session.async_payment_succeeded: by the session's invoice, where it has one, or by its
  payment intent;
- invoice.paid: by the invoice. The first of a subscription is the one that its session names, and so is the one that a payment link makes of
  what was paid once (https://docs.stripe.com/payments/checkout/post-payment-invoices), whose refunds go by the session's payment intent. A
  renewal names no click of its own, unless the subscription's metadata does.

Counted by `payment_intents`, for a payment form of one's own: payment_intent.succeeded, with the click in `metadata.click`. Sessions in
payment mode only add their click; invoices are left out, as each has an intent.

Refunds are read from refund.created, refund.updated and refund.failed, which exist for all refunds since API version 2024-10-28: each
refund has an id and an amount of its own, so partial ones add up in any order, where charge.refunded tells a running total. A refund counts
when it is made. One that failed or was cancelled counts, and is made good by a second row.

Disputes are read as refunds are, from any of the charge.dispute events: each has an id and an amount, and takes off once whichever comes
first. One that was won is made good by a second row; the fee that Stripe takes is no part of it. An inquiry (`warning_...`) and a dispute
that was prevented take nothing, unless they name the balance transaction by which the money went. A refund by then has its own events.
"""

from __future__ import annotations

from typing import Any

import stripe

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
    moment,
    number_at,
    object_at,
    part,
    ref_of,
    sale_of,
    text_at,
    word,
)
from state.money import micros_of
from state.settings import Counting
from state.trade import ClickRef, NamesItsOrder, Sale

SHOP = "stripe"
SIGNATURE = "stripe-signature"
TOLERANCE = 300
"""Seconds by which a signature may be old: Stripe's own default. What was taken down on the way can't be sent again later."""
_FAILED = ("failed", "canceled")
_UNTAKEN = ("warning_needs_response", "warning_under_review", "warning_closed", "prevented")
"""Of a dispute, while no money has gone."""


def read(body: bytes, headers: Headers, secret: str, *, counting: Counting, tests: bool) -> Heard | Refusal:
    """Check the signature and its age, and say what the event comes to."""
    signature = headers.get(SIGNATURE, "")
    if not signature.isascii():  # the library compares in a way that raises for it
        return FORGED
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE)
    except UnicodeDecodeError:
        return Refusal("unreadable", "it is not UTF-8")
    except stripe.SignatureVerificationError as error:
        if str(error).startswith("Timestamp outside the tolerance zone"):
            said = (
                f"its signature is older than {TOLERANCE} s: sent again by somebody, or this machine's clock is ahead"
            )
            return Refusal("stale", said)
        return FORGED
    try:
        event = json_of(body)
        name, item = text_at(event, "type"), object_at(event, "data", "object")
        if part(event, "livemode") is not True and not tests:
            return TEST_EVENT
        return _heard(name, item, number_at(event, "created"), counting)
    except Unreadable as error:
        return Refusal("unreadable", str(error))


def _heard(name: str, item: dict[str, Any], created: int, counting: Counting) -> Heard:
    match name:
        case "checkout.session.completed" | "checkout.session.async_payment_succeeded":
            return _session(item, created, counting)
        case "payment_intent.succeeded" if counting == "payment_intents":
            return _intent(item, created)
        case "invoice.paid" | "invoice.payment_succeeded" if counting == "checkout":
            return _invoice(item, created)
        case "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated":
            return _refund(item, created)
        case (
            "charge.dispute.created"
            | "charge.dispute.updated"
            | "charge.dispute.closed"
            | "charge.dispute.funds_withdrawn"
            | "charge.dispute.funds_reinstated"
        ):
            return _dispute(item, created)
        case _:
            return NOT_OURS


def _session(session: dict[str, Any], created: int, counting: Counting) -> Heard:
    if part(session, "payment_status") != "paid":
        return NO_MONEY
    subscribes = part(session, "mode") == "subscription"
    if subscribes and counting == "payment_intents":
        return NOT_OURS
    invoice = _id(session, "invoice") if counting == "checkout" else None
    order = (None if subscribes else _id(session, "payment_intent")) or invoice or text_at(session, "id")
    ref = ref_of(part(session, "client_reference_id"), part(session, "metadata", "click"))
    heard = _paid(order, number_at(session, "amount_total"), session, created, ref)
    if invoice is None or invoice == order:
        return heard
    return Heard(tuple(NamesItsOrder.model_validate({**sale.model_dump(), "event": invoice}) for sale in heard.sales))


def _intent(intent: dict[str, Any], created: int) -> Heard:
    ref = ref_of(part(intent, "metadata", "click"))
    field = "amount_received" if part(intent, "amount_received") is not None else "amount"
    return _paid(text_at(intent, "id"), number_at(intent, field), intent, created, ref)


def _invoice(invoice: dict[str, Any], created: int) -> Heard:
    kept = (
        part(invoice, "parent", "subscription_details", "metadata"),
        part(invoice, "subscription_details", "metadata"),
    )
    ref = ref_of(part(invoice, "metadata", "click"), *(part(m, "click") for m in kept if isinstance(m, dict)))
    return _paid(text_at(invoice, "id"), number_at(invoice, "amount_paid"), invoice, created, ref)


def _paid(paid_by: str, minor: int, item: dict[str, Any], created: int, ref: ClickRef | None) -> Heard:
    if not minor:
        return NO_MONEY
    amount, currency = _money(minor, item)
    return Heard((sale_of(SHOP, paid_by, paid_by, "sale", amount, currency, moment(created), ref),))


def _refund(refund: dict[str, Any], created: int) -> Heard:
    return _gone(refund, created, back="failed" if part(refund, "status") in _FAILED else "")


def _dispute(dispute: dict[str, Any], created: int) -> Heard:
    status = text_at(dispute, "status")
    if status in _UNTAKEN and not part(dispute, "balance_transactions"):
        return NO_MONEY
    return _gone(dispute, created, back="won" if status == "won" else "")


def _gone(item: dict[str, Any], created: int, *, back: str) -> Heard:
    """What a refund or a dispute took off; and, where it came `back`, that it did, and by what."""
    name = text_at(item, "id")
    order = _id(item, "payment_intent") or _id(item, "charge") or name
    amount, currency = _money(number_at(item, "amount"), item)
    made = moment(number_at(item, "created"))
    rows: tuple[Sale, ...] = (sale_of(SHOP, name, order, "refund", amount, currency, made, None),)
    if back:
        rows += (sale_of(SHOP, f"{name}/{back}", order, "sale", amount, currency, moment(created), None),)
    return Heard(rows)


def _money(minor: int, item: dict[str, Any]) -> tuple[int, str]:
    """Millionths, and of what."""
    currency = text_at(item, "currency").upper()
    return micros_of(minor, currency), currency


def _id(item: dict[str, Any], name: str) -> str | None:
    """Give the id of what a field names, whether or not it is expanded."""
    found = part(item, name)
    return word(part(found, "id") if isinstance(found, dict) else found)
