"""What each shop's report comes to: Stripe's as its API documents it, Lemon Squeezy's and Gumroad's not yet proven against the real services."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import stripe as library
from hypothesis import given
from hypothesis import strategies as st

from desk.web.shops import gumroad, lemonsqueezy, stripe
from desk.web.shops.heard import Heard, Refusal
from state.settings import Counting
from state.trade import RefundedSoFar

SECRET = "whsec_0123456789"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
REF = "abcdefghij-0a1b2c"
SESSION = {
    "id": "cs_1",
    "object": "checkout.session",
    "mode": "payment",
    "payment_status": "paid",
    "payment_intent": "pi_1",
    "amount_total": 4900,
    "currency": "gbp",
    "client_reference_id": REF,
}
REFUND = {
    "id": "re_1",
    "object": "refund",
    "payment_intent": "pi_1",
    "charge": "ch_1",
    "amount": 1000,
    "currency": "gbp",
    "created": 1_772_400_000,
    "status": "succeeded",
}
DISPUTE = {
    "id": "du_1",
    "object": "dispute",
    "payment_intent": "pi_1",
    "charge": "ch_1",
    "amount": 4900,
    "currency": "gbp",
    "created": 1_772_400_000,
    "balance_transactions": [],
    "status": "needs_response",
}


def event(name: str, item: dict[str, Any], **more: Any) -> bytes:
    about = {"id": "evt_1", "object": "event", "type": name, "created": 1_772_366_400, "livemode": True, **more}
    return json.dumps({**about, "data": {"object": item}}).encode()


def signed(body: bytes, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    stamp = int(time.time() if at is None else at)
    header = library.WebhookSignature.generate_signature_header(body.decode("latin-1"), secret, stamp)
    return {"stripe-signature": header}


def from_stripe(
    name: str, item: dict[str, Any], *, counting: Counting = "checkout", tests: bool = False, **more: Any
) -> Heard | Refusal:
    body = event(name, item, **more)
    return stripe.read(body, signed(body), SECRET, counting=counting, tests=tests)


def rows(heard: Heard | Refusal) -> list[tuple[str, str, str, int, str]]:
    assert isinstance(heard, Heard)
    return [(s.event, s.order, s.kind, s.amount, s.currency) for s in heard.sales]


def test_a_paid_session_is_a_sale() -> None:
    """A payment link's purchase counts by its payment intent, and names the click that led there."""
    heard = from_stripe("checkout.session.completed", SESSION)
    assert rows(heard) == [("pi_1", "pi_1", "sale", 49_000_000, "GBP")]
    assert isinstance(heard, Heard)
    (sale,) = heard.sales
    assert (sale.code, sale.click, sale.at) == ("abcdefghij", "0a1b2c", datetime.fromtimestamp(1_772_366_400, UTC))


@pytest.mark.parametrize("status", ["unpaid", "no_payment_required", None])
def test_what_isnt_paid_yet_isnt_counted(status: str | None) -> None:
    """A session whose money is still to come counts when it has come, and a free one never."""
    assert rows(from_stripe("checkout.session.completed", {**SESSION, "payment_status": status})) == []
    later = from_stripe("checkout.session.async_payment_succeeded", SESSION)
    assert rows(later) == [("pi_1", "pi_1", "sale", 49_000_000, "GBP")]


def test_one_purchase_has_one_name_whatever_tells_of_it() -> None:
    """Intent and session of a purchase count under the same id; of a subscription, session and invoice."""
    intent = {"id": "pi_1", "amount": 4900, "amount_received": 4900, "currency": "gbp", "metadata": {}}
    assert rows(from_stripe("payment_intent.succeeded", intent)) == []
    assert rows(from_stripe("payment_intent.succeeded", intent, counting="payment_intents")) == rows(
        from_stripe("checkout.session.completed", SESSION, counting="payment_intents")
    )
    begun = {**SESSION, "mode": "subscription", "payment_intent": None, "invoice": "in_1", "amount_total": 900}
    paid = {"id": "in_1", "amount_paid": 900, "currency": "gbp", "billing_reason": "subscription_create"}
    assert rows(from_stripe("checkout.session.completed", begun)) == rows(from_stripe("invoice.paid", paid))
    for name, item in (("checkout.session.completed", begun), ("invoice.paid", paid)):
        assert rows(from_stripe(name, item, counting="payment_intents")) == []


def test_a_purchase_that_is_invoiced_afterwards_is_one_sale() -> None:
    """A payment link can make an invoice of what was paid: both are reported, and both name the invoice; refunds go by the payment."""
    invoiced = {**SESSION, "invoice": "in_1"}
    paid = {"id": "in_1", "amount_paid": 4900, "currency": "gbp", "billing_reason": "manual"}
    told = [rows(from_stripe("checkout.session.completed", invoiced)), rows(from_stripe("invoice.paid", paid))]
    assert told == [[("in_1", "pi_1", "sale", 49_000_000, "GBP")], [("in_1", "in_1", "sale", 49_000_000, "GBP")]]
    by_intent = rows(from_stripe("checkout.session.completed", invoiced, counting="payment_intents"))
    assert by_intent == [("pi_1", "pi_1", "sale", 49_000_000, "GBP")]


def test_a_renewal_is_a_sale_of_its_own() -> None:
    """It names a click only where the subscription keeps one."""
    paid: dict[str, Any] = {"id": "in_2", "amount_paid": 900, "currency": "usd", "billing_reason": "subscription_cycle"}
    heard = from_stripe("invoice.paid", paid)
    assert isinstance(heard, Heard)
    assert [(s.event, s.click) for s in heard.sales] == [("in_2", None)]
    kept = {**paid, "parent": {"subscription_details": {"metadata": {"click": REF}}}}
    heard = from_stripe("invoice.paid", kept)
    assert isinstance(heard, Heard)
    assert heard.sales[0].click == "0a1b2c"
    assert rows(from_stripe("invoice.paid", {**paid, "amount_paid": 0})) == []


def test_each_refund_has_an_id_of_its_own() -> None:
    """A refund counts when it is made, told once or thrice; one that failed is made good by a second row."""
    made = ("re_1", "pi_1", "refund", 10_000_000, "GBP")
    for name, status in (
        ("refund.created", "pending"),
        ("refund.updated", "succeeded"),
        ("charge.refund.updated", "succeeded"),
    ):
        assert rows(from_stripe(name, {**REFUND, "status": status})) == [made]
    back = ("re_1/failed", "pi_1", "sale", 10_000_000, "GBP")
    assert rows(from_stripe("refund.failed", {**REFUND, "status": "failed"})) == [made, back]
    assert rows(from_stripe("refund.updated", {**REFUND, "status": "canceled"})) == [made, back]
    assert rows(from_stripe("refund.created", {**REFUND, "payment_intent": None}))[0][1] == "ch_1"
    assert rows(from_stripe("refund.created", {**REFUND, "payment_intent": {"id": "pi_9"}}))[0][1] == "pi_9"
    assert rows(from_stripe("charge.refunded", {"id": "ch_1", "amount_refunded": 1000})) == []


def test_a_dispute_takes_off_what_a_refund_would() -> None:
    """Whichever event tells of it; one that was won is made good by a second row, one that was lost isn't."""
    taken = ("du_1", "pi_1", "refund", 49_000_000, "GBP")
    for name, status in (
        ("charge.dispute.created", "needs_response"),
        ("charge.dispute.updated", "under_review"),
        ("charge.dispute.funds_withdrawn", "needs_response"),
        ("charge.dispute.closed", "lost"),
    ):
        assert rows(from_stripe(name, {**DISPUTE, "status": status})) == [taken]
    won = ("du_1/won", "pi_1", "sale", 49_000_000, "GBP")
    for name in ("charge.dispute.closed", "charge.dispute.funds_reinstated"):
        assert rows(from_stripe(name, {**DISPUTE, "status": "won"})) == [taken, won]
    assert rows(from_stripe("charge.dispute.created", {**DISPUTE, "payment_intent": None}))[0][1] == "ch_1"
    assert rows(from_stripe("charge.dispute.created", {**DISPUTE, "amount": 500, "currency": "jpy"}))[0][3:] == (
        500_000_000,
        "JPY",
    )
    assert refused(from_stripe("charge.dispute.created", {**DISPUTE, "status": None})) == "unreadable"


@pytest.mark.parametrize("status", ["warning_needs_response", "warning_under_review", "warning_closed", "prevented"])
def test_an_inquiry_takes_nothing(status: str) -> None:
    """A bank that only asks has taken nothing yet; where the money did go, the dispute names how."""
    assert rows(from_stripe("charge.dispute.created", {**DISPUTE, "status": status})) == []
    gone = {**DISPUTE, "status": status, "balance_transactions": [{"id": "txn_1", "amount": -4900}]}
    assert [r[2] for r in rows(from_stripe("charge.dispute.closed", gone))] == ["refund"]


@pytest.mark.parametrize(("currency", "micros"), [("jpy", 4_900_000_000), ("kwd", 4_900_000), ("isk", 49_000_000)])
def test_not_every_currency_has_cents(currency: str, micros: int) -> None:
    """An amount is in the smallest unit that Stripe writes that currency in."""
    assert rows(from_stripe("checkout.session.completed", {**SESSION, "currency": currency}))[0][3] == micros


def test_test_mode_counts_only_when_it_is_asked_for() -> None:
    """A test purchase is nobody's money."""
    assert rows(from_stripe("checkout.session.completed", SESSION, livemode=False)) == []
    assert len(rows(from_stripe("checkout.session.completed", SESSION, livemode=False, tests=True))) == 1


def refused(heard: Heard | Refusal) -> str:
    assert isinstance(heard, Refusal)
    return heard.why


def read(body: bytes, headers: dict[str, str]) -> str:
    return refused(stripe.read(body, headers, SECRET, counting="checkout", tests=False))


def test_what_stripe_didnt_sign_is_forged() -> None:
    """Another secret, another body, no signature, or none that can be read."""
    body = event("checkout.session.completed", SESSION)
    assert read(body, signed(body, secret="whsec_other")) == "forged"
    assert read(body.replace(b"4900", b"9900"), signed(body)) == "forged"
    assert read(body[:-10], signed(body)) == "forged"
    for header in ("", "t=1", "v1=00", "t=x,v1=00", f"t={int(time.time())},v1=", "=", ",,,", "t=1,v1=é"):
        assert read(body, {"stripe-signature": header}) == "forged"
    assert read(body, {}) == "forged"


def test_an_old_signature_is_stale_and_a_fast_clock_isnt() -> None:
    """What is sent again after five minutes is refused; a shop's clock that is ahead of ours does no harm."""
    body = event("checkout.session.completed", SESSION)
    assert read(body, signed(body, at=time.time() - 301)) == "stale"
    for ahead in (-290, 290, 86_400):
        heard = stripe.read(body, signed(body, at=time.time() + ahead), SECRET, counting="checkout", tests=False)
        assert len(rows(heard)) == 1


@pytest.mark.parametrize(
    "body", [b"\xff\xfe{}", b"", b"[]", b"null", b"{}", b'{"type": 7}', b"[" * 5000, b'{"a":"\xe9"}']
)
def test_a_genuine_report_that_cant_be_read_is_told(body: bytes) -> None:
    """Bytes that aren't UTF-8, JSON that isn't an event."""
    mac = hmac.new(SECRET.encode(), f"{int(time.time())}.".encode() + body, hashlib.sha256).hexdigest()
    assert read(body, {"stripe-signature": f"t={int(time.time())},v1={mac}"}) == "unreadable"


@pytest.mark.parametrize(
    "change",
    [
        {"amount_total": -1},
        {"amount_total": 4900.5},
        {"amount_total": True},
        {"amount_total": 2**60},
        {"currency": "pounds"},
        {"currency": None},
        {"payment_intent": None, "id": "x\u0000"},
        {"payment_intent": "\ud800", "id": ""},
    ],
)
def test_a_session_that_cant_be_counted_is_told_without_its_words(change: dict[str, Any]) -> None:
    """What is wrong is named by its field; nothing of what was sent is repeated."""
    heard = from_stripe("checkout.session.completed", {**SESSION, **change})
    assert refused(heard) == "unreadable"
    assert isinstance(heard, Refusal)
    assert not any(word in heard.said for word in ("4900", "pounds", "cs_1", REF))


@pytest.mark.long
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)
    )
)
def test_no_genuine_json_breaks_a_reader(value: Any) -> None:
    """Whatever stands where an object is documented, the answer is sales or a refusal."""
    for name in ("checkout.session.completed", "invoice.paid", "refund.failed", "charge.dispute.closed"):
        from_stripe(name, value)
    for name in ("order_created", "order_refunded"):
        from_lemons({"meta": {"event_name": name, "custom_data": value}, "data": {"id": "1", "attributes": value}})
    gumroad.read(json.dumps(value).encode(), {"content-type": "application/json"}, tests=False, now=NOW)


# https://docs.lemonsqueezy.com/help/webhooks/webhook-requests
ORDER = {
    "status": "paid",
    "currency": "USD",
    "total": 1199,
    "refunded": False,
    "refunded_amount": 0,
    "created_at": "2026-02-17T09:45:53.000000Z",
    "updated_at": "2026-02-17T09:45:53.000000Z",
    "refunded_at": None,
    "test_mode": False,
}


def lemons(name: str, **order: Any) -> dict[str, Any]:
    meta = {"event_name": name, "custom_data": {"click": REF}, "test_mode": False}
    return {"meta": meta, "data": {"type": "orders", "id": "1", "attributes": {**ORDER, **order}}}


def from_lemons(value: Any, *, tests: bool = False) -> Heard | Refusal:
    body = json.dumps(value).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return lemonsqueezy.read(body, {"x-signature": signature}, SECRET, tests=tests)


def test_lemon_squeezy_orders_and_refunds() -> None:
    """An order is a sale with its click; a refund tells its order, and what has gone back of it so far."""
    heard = from_lemons(lemons("order_created"))
    assert isinstance(heard, Heard)
    (sale,) = heard.sales
    assert (sale.event, sale.amount, sale.currency, sale.click) == ("1", 11_990_000, "USD", "0a1b2c")
    assert sale.at == datetime(2026, 2, 17, 9, 45, 53, tzinfo=UTC)
    heard = from_lemons(lemons("order_refunded", status="partial_refund", refunded_amount=200))
    assert rows(heard) == [("1", "1", "sale", 11_990_000, "USD"), ("1/refunded/200", "1", "refund", 2_000_000, "USD")]
    assert isinstance(heard, Heard)
    assert isinstance(heard.sales[1], RefundedSoFar)
    whole = {"refunded_amount": None, "refunded": True, "refunded_at": "2026-02-18T00:00:00Z"}
    assert rows(from_lemons(lemons("order_refunded", **whole)))[1][3] == 11_990_000


def test_lemon_squeezys_renewals() -> None:
    """Each renewal is an order of its own, kept apart from the order of the same number and credited to nobody; the first payment is an order already."""
    renewed = {"billing_reason": "renewal", "subscription_id": 42}
    heard = from_lemons(lemons("subscription_payment_success", **renewed))
    assert rows(heard) == [("invoice/1", "invoice/1", "sale", 11_990_000, "USD")]
    assert isinstance(heard, Heard)
    assert (heard.sales[0].click, heard.sales[0].code) == (None, None)
    back = lemons("subscription_payment_refunded", status="refunded", refunded=True, refunded_amount=1199, **renewed)
    assert [(row[0], row[1]) for row in rows(from_lemons(back))] == [
        ("invoice/1", "invoice/1"),
        ("invoice/1/refunded/1199", "invoice/1"),
    ]
    assert rows(from_lemons(lemons("subscription_payment_success", billing_reason="initial"))) == []
    assert rows(from_lemons(lemons("subscription_payment_success", status="pending", **renewed))) == []


def test_what_lemon_squeezy_tells_besides_isnt_counted() -> None:
    """Orders that failed or cost nothing, other events, test mode."""
    assert rows(from_lemons(lemons("order_created", status="failed"))) == []
    assert rows(from_lemons(lemons("order_created", total=0))) == []
    assert rows(from_lemons(lemons("subscription_updated"))) == []
    assert rows(from_lemons(lemons("order_created", test_mode=True))) == []
    assert len(rows(from_lemons(lemons("order_created", test_mode=True), tests=True))) == 1


@pytest.mark.parametrize("signature", ["", "0" * 64, "é", "A" * 64])
def test_what_lemon_squeezy_didnt_sign_is_forged(signature: str) -> None:
    """A wrong signature changes nothing."""
    body = json.dumps(lemons("order_created")).encode()
    assert refused(lemonsqueezy.read(body, {"x-signature": signature}, SECRET, tests=False)) == "forged"
    assert refused(from_lemons(lemons("order_created", total="x"))) == "unreadable"
    assert refused(from_lemons(lemons("order_created", created_at="yesterday"))) == "unreadable"


# https://gumroad.com/ping
PING = {
    "sale_id": "FO8TXN-dbxYaBdahG97Y-Q==",
    "sale_timestamp": "2026-02-05T21:43:29Z",
    "price": "500",
    "currency": "eur",
    "url_params[click]": REF,
    "refunded": "false",
    "is_gift_receiver_purchase": "false",
}


def from_gumroad(ping: dict[str, str], *, tests: bool = False) -> Heard | Refusal:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return gumroad.read(urlencode(ping).encode(), headers, tests=tests, now=NOW)


def test_a_ping_is_a_sale_in_us_cents() -> None:
    """Whatever currency the product is listed in, `price` is US cents; the click comes back in its URL's parameters."""
    heard = from_gumroad(PING)
    assert rows(heard) == [(PING["sale_id"], PING["sale_id"], "sale", 5_000_000, "USD")]
    assert isinstance(heard, Heard)
    assert (heard.sales[0].click, heard.sales[0].at) == ("0a1b2c", datetime(2026, 2, 5, 21, 43, 29, tzinfo=UTC))
    plain = {**PING, "url_params": str({"click": REF})}
    del plain["url_params[click]"]
    heard = from_gumroad(plain)
    assert isinstance(heard, Heard)
    assert heard.sales[0].click == "0a1b2c"


def test_a_ping_as_json_says_the_same() -> None:
    """A seller can switch to JSON."""
    told = {"sale_id": "a", "price": 500, "refunded": True, "url_params": {"click": REF}}
    heard = gumroad.read(
        json.dumps(told).encode(), {"content-type": "application/json; charset=utf-8"}, tests=False, now=NOW
    )
    assert [(r[0], r[2]) for r in rows(heard)] == [("a", "sale"), ("a/refunded", "refund")]
    assert isinstance(heard, Heard)
    assert (heard.sales[0].click, heard.sales[1].at) == ("0a1b2c", NOW)


SOLD, WON = ("G1", "sale", 5_000_000), ("G1/refunded/won", "sale", 5_000_000)


def test_what_gumroad_tells_of_disputes() -> None:
    """One takes the whole price, as a refund does; a sale that was refunded loses nothing more; a won one can be refunded still."""

    def told(**flags: bool) -> list[tuple[str, str, int]]:
        ping = {**PING, "sale_id": "G1", **{name: str(flag).lower() for name, flag in flags.items()}}
        return [(event, kind, amount) for event, _, kind, amount, _ in rows(from_gumroad(ping))]

    assert told(disputed=False) == [SOLD]
    assert told(disputed=True) == told(refunded=True) == told(refunded=True, disputed=True)
    assert told(disputed=True) == [SOLD, ("G1/refunded", "refund", 5_000_000)]
    assert told(disputed=True, dispute_won=True) == [SOLD, ("G1/refunded", "refund", 5_000_000), WON]
    assert told(refunded=True, disputed=True, dispute_won=True) == [SOLD, ("G1/refunded/2", "refund", 10_000_000), WON]


def test_a_refund_of_a_part_says_no_amount() -> None:
    """Gumroad tells the price and nothing else: only the sale is known by that, and whoever listens is told."""
    heard = from_gumroad({**PING, "resource_name": "refund"})
    assert [r[2] for r in rows(heard)] == ["sale"]
    assert isinstance(heard, Heard)
    assert "flywheel sales import" in heard.said
    for whole in ({"resource_name": "refund", "refunded": "true"}, {"resource_name": "sale"}, {}):
        heard = from_gumroad({**PING, **whole})
        assert isinstance(heard, Heard)
        assert not heard.said


def test_what_gumroad_tells_besides_isnt_counted() -> None:
    """Free copies, preorders that took no money yet, tests, reports about subscriptions."""
    for change in ({"price": "0"}, {"is_preorder_authorization": "true"}, {"test": "true"}, {"sale_id": ""}):
        assert rows(from_gumroad({**PING, **change})) == []
    assert len(rows(from_gumroad({**PING, "test": "true"}, tests=True))) == 1


@pytest.mark.parametrize(
    "body", [b"sale_id=a&price=-5", b"sale_id=a&price=5.00", b"\xff", b"sale_id=%ff&price=5", b"sale_id", b"a=1&" * 501]
)
def test_a_ping_that_cant_be_read_is_told(body: bytes) -> None:
    """Amounts that are none, bytes that aren't UTF-8, forms without end."""
    assert refused(gumroad.read(body, {}, tests=False, now=NOW)) == "unreadable"
