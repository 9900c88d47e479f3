"""What shops report, by real HTTP: counted once, and nothing that isn't the shop's changes anything."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import logging
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import stripe
import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette

from desk import server
from desk.web.webhooks import BIGGEST, Secrets, Till, Webhooks
from state.ledger import close_ledgers, ledger_at, open_ledger
from state.settings import SalesSettings
from state.trade import MICROS, Sale
from tests.support.local_stripe import LocalStripe

REF = "abcdefghij-0a1b2c"
SECRETS = Secrets(
    stripe=SecretStr("whsec_sesame"), lemonsqueezy=SecretStr("lemon-sesame"), gumroad=SecretStr("gum-sesame")
)
SETTINGS = SalesSettings(test_events=True, stripe="payment_intents")


@dataclass
class Shop:
    """The routes, served on loopback, and what they have counted."""

    database: str
    settings: SalesSettings = SETTINGS
    secrets: Secrets = SECRETS
    client: httpx.Client = field(default_factory=httpx.Client)
    port: int = 0

    async def till(self) -> Till:
        return Till(await ledger_at(self.database), self.settings)

    def sales(self) -> tuple[Sale, ...]:
        async def asked() -> tuple[Sale, ...]:
            ledger = await open_ledger(self.database)
            try:
                return await ledger.sales()
            finally:
                await ledger.close()

        return asyncio.run(asked())

    def stripe(self, name: str, item: dict[str, Any], **how: Any) -> httpx.Response:
        body, headers = stripes(name, item, **how)
        return self.client.post("/webhooks/stripe", content=body, headers=headers)


def stripes(
    name: str, item: dict[str, Any], *, secret: str = "whsec_sesame", at: float | None = None
) -> tuple[bytes, dict[str, str]]:
    about = {"id": f"evt_{time.time_ns()}", "object": "event", "type": name, "created": 1_772_366_400, "livemode": True}
    body = json.dumps({**about, "data": {"object": item}}).encode()
    return body, signature(body, secret=secret, at=at)


def signature(body: bytes, *, secret: str = "whsec_sesame", at: float | None = None) -> dict[str, str]:
    stamp = int(time.time() if at is None else at)
    return {"stripe-signature": stripe.WebhookSignature.generate_signature_header(body.decode(), secret, stamp)}


def intent(name: str = "pi_1", amount: int = 4900) -> dict[str, Any]:
    return {"id": name, "amount": amount, "amount_received": amount, "currency": "gbp", "metadata": {"click": REF}}


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger that was migrated once, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "ledger.db"

    async def made() -> None:
        await (await open_ledger(f"sqlite:///{path}")).close()

    asyncio.run(made())
    return path


@pytest.fixture
def shop(empty: Path, tmp_path: Path) -> Iterator[Shop]:
    made = Shop(database=f"sqlite:///{shutil.copy(empty, tmp_path)}")
    app = Starlette(routes=[*Webhooks(made.till, lambda: made.secrets).routes])
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))

    async def serve() -> None:
        try:
            await running.serve()
        finally:
            await close_ledgers()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    while not running.started:
        assert thread.is_alive()
        time.sleep(0.01)
    made.port = running.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{made.port}", timeout=30) as client:
        made.client = client
        yield made
    running.should_exit = True
    thread.join()


def test_the_server_has_the_routes() -> None:
    """Shops report to the app beside LangGraph's server."""
    paths = {getattr(route, "path", "") for route in server.app.routes}
    assert {"/webhooks/stripe", "/webhooks/lemonsqueezy", "/webhooks/gumroad/{secret}"} <= paths


def test_a_report_is_counted_once(shop: Shop) -> None:
    """It is answered when its row is in the ledger; told again, by the same event or another, it changes nothing."""
    answer = shop.stripe("payment_intent.succeeded", intent())
    assert (answer.status_code, answer.json()) == (200, {"counted": 1})
    (sale,) = shop.sales()
    assert (sale.event, sale.amount, sale.code, sale.click) == ("pi_1", 49 * MICROS, "abcdefghij", "0a1b2c")
    assert shop.stripe("payment_intent.succeeded", intent()).json() == {"counted": 0}
    session = {
        "id": "cs_1",
        "mode": "payment",
        "payment_status": "paid",
        "payment_intent": "pi_1",
        "amount_total": 4900,
        "currency": "gbp",
    }
    assert shop.stripe("checkout.session.completed", session).json() == {"counted": 0}
    assert shop.sales() == (sale,)


def test_refunds_in_any_order(shop: Shop) -> None:
    """Two parts of a refund come before their sale, and one of them twice."""
    back = {
        "object": "refund",
        "payment_intent": "pi_1",
        "currency": "gbp",
        "created": 1_772_366_500,
        "status": "succeeded",
    }
    for name in ("re_1", "re_2", "re_1"):
        assert shop.stripe("refund.created", {**back, "id": name, "amount": 1000}).status_code == 200
    shop.stripe("payment_intent.succeeded", intent())
    assert [(s.kind, s.order, s.amount // MICROS) for s in shop.sales()] == [
        ("sale", "pi_1", 49),
        ("refund", "pi_1", 10),
        ("refund", "pi_1", 10),
    ]


@pytest.mark.parametrize("told", list(itertools.permutations(["session", "invoice", "refund"])))
def test_an_invoiced_purchase_counts_once_in_any_order(shop: Shop, told: tuple[str, ...]) -> None:
    """A payment link that makes an invoice is told of twice: it is one sale, with its click, and its refund shares its order."""
    shop.settings = SalesSettings(stripe="checkout")
    about = {"currency": "gbp", "amount_total": 4900, "client_reference_id": REF, "mode": "payment"}
    back = {"payment_intent": "pi_1", "currency": "gbp", "created": 1_772_366_500, "status": "succeeded", "amount": 900}
    reports: dict[str, tuple[str, dict[str, Any]]] = {
        "session": (
            "checkout.session.completed",
            {**about, "id": "cs_1", "payment_status": "paid", "payment_intent": "pi_1", "invoice": "in_1"},
        ),
        "invoice": ("invoice.paid", {"id": "in_1", "amount_paid": 4900, "currency": "gbp", "billing_reason": "manual"}),
        "refund": ("refund.created", {**back, "id": "re_1"}),
    }
    for name in (*told, *told):
        assert shop.stripe(*reports[name]).status_code == 200
    assert [(s.kind, s.order, s.amount // MICROS, s.click) for s in shop.sales()] == [
        ("sale", "pi_1", 49, "0a1b2c"),
        ("refund", "pi_1", 9, None),
    ]


def test_disputes_in_any_order(shop: Shop) -> None:
    """Told from its end to its beginning and twice, before its sale: a won dispute leaves all of it there, a lost one in dollars takes dollars."""
    about = {"object": "dispute", "created": 1_772_366_500}
    won = {**about, "id": "du_1", "payment_intent": "pi_1", "amount": 4900, "currency": "gbp", "status": "won"}
    lost = {**about, "id": "du_2", "payment_intent": "pi_1", "amount": 700, "currency": "usd", "status": "lost"}
    for _ in range(2):
        for closed in (won, lost):
            shop.stripe("charge.dispute.closed", closed)
            shop.stripe("charge.dispute.funds_withdrawn", {**closed, "status": "under_review"})
            shop.stripe("charge.dispute.created", {**closed, "status": "needs_response"})
        # What the charge says of its refunds is a running total, and counts for nothing beside them.
        shop.stripe("charge.refunded", {"id": "ch_1", "payment_intent": "pi_1", "amount_refunded": 1000})
        shop.stripe("payment_intent.succeeded", intent())
    assert sorted((s.event, s.kind, s.amount // MICROS, s.currency) for s in shop.sales()) == [
        ("du_1", "refund", 49, "GBP"),
        ("du_1/won", "sale", 49, "GBP"),
        ("du_2", "refund", 7, "USD"),
        ("pi_1", "sale", 49, "GBP"),
    ]


def test_what_isnt_the_shops_changes_nothing(shop: Shop) -> None:
    """Forged, stale, cut short, in another character set: 400, and no row."""
    body, headers = stripes("payment_intent.succeeded", intent())
    post = shop.client.post
    assert shop.stripe("payment_intent.succeeded", intent(), secret="whsec_guess").status_code == 400
    stale = shop.stripe("payment_intent.succeeded", intent(), at=time.time() - 400)
    assert stale.status_code == 400 and "clock" in stale.json()["said"]
    assert post("/webhooks/stripe", content=body[:-20], headers=headers).status_code == 400
    assert post("/webhooks/stripe", content=body.decode().encode("utf-16"), headers=headers).status_code == 400
    assert post("/webhooks/stripe", content=body).status_code == 400
    assert post("/webhooks/lemonsqueezy", content=body, headers={"x-signature": "00"}).status_code == 400
    assert post("/webhooks/gumroad/gum-sesame", content=b"\xff\xfe").status_code == 400
    assert shop.sales() == ()


def test_a_huge_body_is_cut_off(shop: Shop) -> None:
    """Whether or not it says its size beforehand; what is just small enough is read."""
    big = b"x" * (BIGGEST + 1)
    assert shop.client.post("/webhooks/stripe", content=big).status_code == 413
    assert shop.client.post("/webhooks/stripe", content=iter([big[:500_000]] * 3)).status_code == 413
    assert shop.client.post("/webhooks/stripe", content=big[:-1]).status_code == 400
    assert shop.sales() == ()


def test_a_body_that_breaks_off_hurts_nobody(shop: Shop) -> None:
    """The connection ends half-way: nothing is counted, and the next report is."""
    body, headers = stripes("payment_intent.succeeded", intent())
    with socket.create_connection(("127.0.0.1", shop.port)) as raw:
        head = f"POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nStripe-Signature: {headers['stripe-signature']}\r\n\r\n"
        raw.sendall(head.encode() + body[:50])
    assert shop.client.post("/webhooks/stripe", content=body, headers=headers).json() == {"counted": 1}


def test_a_body_that_never_ends_is_let_go(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends no more is answered after a while, and holds nothing up."""
    monkeypatch.setattr("desk.web.webhooks.PATIENCE", 0.3)
    with socket.create_connection(("127.0.0.1", shop.port), timeout=30) as raw:
        raw.sendall(b"POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
        assert shop.stripe("payment_intent.succeeded", intent()).json() == {"counted": 1}
        assert raw.recv(100).startswith(b"HTTP/1.1 408")


def test_a_shop_without_a_secret_isnt_there(shop: Shop) -> None:
    """404 for a shop that isn't set up, and for Gumroad's address with another word in it; only POST is taken."""
    assert shop.client.post("/webhooks/gumroad/gum-guess", content=b"").status_code == 404
    assert shop.client.get("/webhooks/stripe").status_code == 405
    shop.secrets = Secrets()
    for path in ("stripe", "lemonsqueezy", "gumroad/None", "gumroad/gum-sesame"):
        assert shop.client.post(f"/webhooks/{path}", content=b"{}").status_code == 404


def test_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty one counts as none, and none is shown."""
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_sesame")
    monkeypatch.setenv("GUMROAD_WEBHOOK_SECRET", " ")
    found = Secrets.from_environment()
    assert found.stripe is not None and found.stripe.get_secret_value() == "whsec_sesame"
    assert (found.lemonsqueezy, found.gumroad) == (None, None)
    assert "sesame" not in repr(found)


def test_what_cant_be_written_down_is_asked_for_again(shop: Shop, tmp_path: Path) -> None:
    """503 while the ledger can't be used; the same report counts when it can."""
    good = shop.database
    (tmp_path / "no-folder").write_text("")
    shop.database = f"sqlite:///{tmp_path}/no-folder/ledger.db"
    body, headers = stripes("payment_intent.succeeded", intent())
    answer = shop.client.post("/webhooks/stripe", content=body, headers=headers)
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text
    shop.database = good
    assert shop.client.post("/webhooks/stripe", content=body, headers=headers).json() == {"counted": 1}


def test_lemon_squeezy_and_gumroad(shop: Shop) -> None:
    """Payloads as their documentation has them: not yet proven against the real services."""
    order = {"status": "paid", "currency": "EUR", "total": 1199, "created_at": "2026-02-17T09:45:53Z"}
    for name, more in (
        ("order_created", {}),
        ("order_refunded", {"refunded_amount": 500}),
        ("order_refunded", {"refunded_amount": 1199}),
    ):
        meta = {"event_name": name, "custom_data": {"click": REF}}
        body = json.dumps({"meta": meta, "data": {"id": "1", "attributes": {**order, **more}}}).encode()
        signature = hmac.new(b"lemon-sesame", body, hashlib.sha256).hexdigest()
        for counted in (1, 0):
            answer = shop.client.post("/webhooks/lemonsqueezy", content=body, headers={"X-Signature": signature})
            assert (answer.status_code, answer.json()["counted"]) == (200, counted)
    ping = {"sale_id": "G1", "price": "500", "refunded": "true", "url_params[click]": REF}
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert shop.client.post("/webhooks/gumroad/gum-sesame", content=urlencode(ping), headers=form).json() == {
        "counted": 2
    }
    told = [(s.shop, s.kind, s.amount) for s in shop.sales()]
    assert sorted(told) == [
        ("gumroad", "refund", 5_000_000),
        ("gumroad", "sale", 5_000_000),
        ("lemonsqueezy", "refund", 5_000_000),
        ("lemonsqueezy", "refund", 6_990_000),
        ("lemonsqueezy", "sale", 11_990_000),
    ]


def test_gumroads_disputes_and_parts(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """Pings of a sale in every order come to the same; a part that its owner read in is taken off what is paid back later."""
    told: tuple[dict[str, str], ...] = ({}, {"disputed": "true"}, {"disputed": "true", "dispute_won": "true"})
    again = {"disputed": "true", "dispute_won": "true", "refunded": "true"}

    def ping(number: str, more: dict[str, str]) -> None:
        form = {"content-type": "application/x-www-form-urlencoded"}
        content = urlencode({"sale_id": number, "price": "500", **more})
        assert shop.client.post("/webhooks/gumroad/gum-sesame", content=content, headers=form).status_code == 200

    def left(number: str) -> int:
        return sum(s.amount if s.kind == "sale" else -s.amount for s in shop.sales() if s.order == number)

    for number, pings in enumerate(itertools.permutations(told)):
        for more in pings:
            ping(f"W{number}", more)
        assert left(f"W{number}") == 5 * MICROS
    for number, pings in enumerate(itertools.permutations((*told[1:], again))):
        for more in pings:
            ping(f"R{number}", more)
        assert left(f"R{number}") == 0
    ping("P", {"resource_name": "refund"})
    assert "Gumroad doesn't say how much" in caplog.text
    part = {"event": "csv-1", "shop": "gumroad", "order": "P", "kind": "refund", "amount": 2 * MICROS}

    async def read_in() -> None:
        ledger = await open_ledger(shop.database)
        await ledger.record_sale(Sale.model_validate({**part, "currency": "USD", "at": "2026-02-07T00:00:00Z"}))
        await ledger.close()

    asyncio.run(read_in())
    assert left("P") == 3 * MICROS
    ping("P", {"resource_name": "refund", "refunded": "true"})
    assert left("P") == 0


def test_no_secret_and_no_body_is_logged(
    shop: Shop, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by us, and not in the addresses that the web server writes down."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "uvicorn.access")
    monkeypatch.setattr(logging.getLogger("uvicorn.access"), "propagate", True)  # a server without it switched it off
    shop.client.post("/webhooks/gumroad/gum-sesame", content="sale_id=buyer%40example.org&price=x")
    shop.client.post("/webhooks/gumroad/gum-sesame", content="sale_id=buyer%40example.org&price=5")
    shop.stripe("payment_intent.succeeded", {**intent(), "currency": "buyer"})
    shop.stripe("payment_intent.succeeded", intent("buyer@example.org"))
    shop.stripe("payment_intent.succeeded", intent(), secret="whsec_guess")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("flywheel", "uvicorn"))]
    assert any("/webhooks/gumroad/..." in said for said in ours)
    assert any("was refused" in said for said in ours)
    assert not [said for said in ours if "sesame" in said or "buyer" in said]


@pytest.mark.torture
def test_ten_thousand_copies_are_one_sale(shop: Shop) -> None:
    """Fifty at a time, signed afresh as Stripe does when it tries again; each is answered, and there is one row."""
    body, _ = stripes("payment_intent.succeeded", intent())

    async def flood() -> list[int]:
        counted: list[int] = []
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{shop.port}", timeout=60) as client:

            async def some() -> None:
                for _ in range(200):
                    answer = await client.post("/webhooks/stripe", content=body, headers=signature(body))
                    counted.append(answer.json()["counted"])

            await asyncio.gather(*(some() for _ in range(50)))
        return counted

    counted = asyncio.run(flood())
    assert (len(counted), sum(counted)) == (10_000, 1)
    assert len(shop.sales()) == 1


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.server
def test_localstripe_pays_and_refunds(shop: Shop) -> None:
    """Webhooks that localstripe signs and sends: a payment with its click, a refund in two parts, a payment in yen."""
    with LocalStripe() as far:
        far.listen(f"http://127.0.0.1:{shop.port}/webhooks/stripe", "whsec_sesame")
        paid = far.pay(4900, "gbp", click=REF)
        until(lambda: len(shop.sales()) == 1)
        refunds = {far.refund(paid, 1000), far.refund(paid, 500)}
        other = far.pay(700, "jpy")
        until(lambda: len(shop.sales()) == 4)
    told = {s.event: s for s in shop.sales()}
    assert set(told) == {paid, other, *refunds}
    assert (told[paid].code, told[paid].click, told[paid].amount) == ("abcdefghij", "0a1b2c", 49 * MICROS)
    assert (told[other].amount, told[other].currency, told[other].code) == (700 * MICROS, "JPY", None)
    assert sum(told[name].amount for name in refunds) == 15 * MICROS
    assert {told[name].order for name in refunds} == {paid}
