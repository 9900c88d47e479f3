"""The wheel on real parts: pieces go out, readers follow links, a shop reports, and the next piece is made by what paid."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from state.contracts import Assignment, Learnings, MonetizedDraft
from state.ledger import Ledger
from state.trade import ClickRef
from tests.desk.conftest import ask_ledger, copied, on
from tests.desk.up.driver import Up, until, up
from tests.graph.rig import changed, reviews
from tests.support.local_stripe import LocalStripe

pytestmark = pytest.mark.server

OFFERS = """
[[offer]]
id = "course"
kind = "own"
name = "How to Look at a Bridge"
url = "http://127.0.0.1:9/course"
price = "49.00"
currency = "GBP"
pitch = "I've put what I know about looking at structures into a course. It costs {price}."
keywords = KEYWORDS
disclosure = "own"

[[offer]]
id = "kit"
kind = "affiliate"
name = "The Bench Roll repair kit"
url = "http://127.0.0.1:9/kit"
price = "36.50"
currency = "GBP"
pitch = "The kit I take to our repair morning is The Bench Roll. It costs {price}."
keywords = KEYWORDS
disclosure = "affiliate"
""".replace(
    "KEYWORDS", '["bridge", "repair", "lamp", "bulb", "paint", "code", "old", "year", "work", "look", "steel", "mend"]'
)
"""Both fit the same pieces as well, so that nothing but what they earned tells them apart."""
SECRET = "whsec_turning"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.{n}"
CLICKS = 30
"""By as many readers, on each link to the kit."""


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


@pytest.fixture
def workspace(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One that publishes by itself, a piece a minute, all of them with the kit at first."""
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", SECRET)
    folder = copied(tmp_path / "upkeep")
    (folder / "offers.toml").write_text(OFFERS, encoding="utf-8")
    changed(
        folder,
        reviews=reviews(release="never"),
        tracking=f'url = "http://127.0.0.1:{port}"\nclick_hosts = ["127.0.0.1"]',
        sales='test_events = true\nstripe = "payment_intents"\ncurrency = "GBP"',
        wheel='make = "* * * * *"\nlearn = "* * * * *"\nengage = ""',
        optimizer='explore = 0.0\nenough_sales = 3\npin = ["offers:kit"]',
    )
    return folder


def links(workspace: Path) -> dict[str, str]:
    """The tracked link of each page on the site, with the offer that it leads to: as a reader finds them."""
    found = {}
    for page in workspace.glob("site/posts/*/index.html"):
        text = page.read_text(encoding="utf-8")
        for url in re.findall(r'href="(http://127\.0\.0\.1:\d+/r/[a-z2-7]+)"', text):
            found[url] = "kit" if "The Bench Roll" in text else "course"
    return found


def followed(url: str, reader: int) -> str:
    """Follow it as a browser does, up to the shop; gives what the shop is told."""
    agent = {"User-Agent": BROWSER.format(n=reader)}
    answer = httpx.get(url, headers=agent, trust_env=False)
    assert answer.is_redirect
    (click,) = parse_qs(urlsplit(answer.headers["location"]).query)["click"]
    assert ClickRef.parse(click) is not None
    return click


def published(workspace: Path, pieces: int, wheel: Up) -> None:
    until(lambda: len(links(workspace)) >= pieces, within=60.0 * pieces + 120)
    assert wheel.process.poll() is None


def trade(workspace: Path, shop: LocalStripe) -> Decimal:
    """Readers follow both offers; twelve buy the kit, one of them gives it back and one in part, and one buys out of nowhere."""
    by_offer = {offer: [url for url, of in links(workspace).items() if of == offer] for offer in ("kit", "course")}
    assert (len(by_offer["kit"]), len(by_offer["course"])) == (2, 1)
    clicks = [followed(url, n) for url in by_offer["kit"] for n in range(CLICKS)]
    for n in range(4):
        followed(by_offer["course"][0], n)
    bots = httpx.get(by_offer["course"][0], headers={"User-Agent": "Googlebot/2.1"}, trust_env=False)
    assert bots.is_redirect
    gone = httpx.get(re.sub(r"/r/.*", "/r/aaaaaaaaaa", by_offer["kit"][0]), trust_env=False)
    assert gone.status_code == 404
    orders = [shop.pay(3650, "gbp", click=click) for click in clicks[:12]]
    shop.refund(orders[0], 3650)
    shop.refund(orders[1], 1000)
    shop.pay(1234, "gbp")
    return Decimal("36.50") * 12 - Decimal("36.50") - Decimal("10.00") + Decimal("12.34")


def test_what_paid_is_in_the_next_piece(workspace: Path, port: int) -> None:
    """Three pieces, sixty-four readers, thirteen orders and two refunds: the books balance, and the next offer is the one that paid."""
    flywheel = on(workspace)
    with LocalStripe() as shop, up(workspace, "--port", str(port)) as wheel:
        wheel.ready()
        shop.listen(f"http://127.0.0.1:{port}/webhooks/stripe", SECRET)
        published(workspace, 2, wheel)
        toml = workspace / "flywheel.toml"
        toml.write_text(toml.read_text(encoding="utf-8").replace("offers:kit", "offers:course"), encoding="utf-8")
        published(workspace, 3, wheel)
        toml.write_text(toml.read_text(encoding="utf-8").replace('pin = ["offers:course"]', ""), encoding="utf-8")
        changed(workspace, wheel='make = ""\nlearn = "* * * * *"\nengage = ""')
        sold = trade(workspace, shop)

        def told() -> dict[str, Any]:
            return flywheel("stats", "--by", "offer", "--json").json

        until(lambda: len(ask_ledger(workspace, lambda ledger: ledger.sales())) == 15)
        until(lambda: sum(f.clicked for f in ask_ledger(workspace, lambda ledger: ledger.followed()).values()) == 64)
        named = [t for t in ask_ledger(workspace, lambda ledger: ledger.touches()) if t.named]
        assert len(named) == 12  # each order of a reader's names the very click that led to it
        books = told()
        assert Decimal(str(books["sold"]["GBP"])) == sold, books
        assert books["balance"] is True
        until(lambda: _learnt_of(workspace, "kit"))
        code = wheel.end(signal.SIGTERM)
    assert code == 0
    changed(workspace, reviews=reviews(draft="never", brief="never", offer="always"))
    piece = str(flywheel("run", "--json").json["piece"])
    assignment, monetized, learnings = ask_ledger(workspace, lambda ledger: _made(ledger, piece))
    assert assignment.themes == tuple(assignment.choice.ranked)
    assert {f.name for f in learnings.themes} == set(assignment.themes)
    (choice,) = [c for c in monetized.choices if c.part == "offers"]
    assert (choice.picked, choice.how) == ("kit", "drawn")
    assert [i.offer for i in monetized.insertions] == ["kit"]
    best, other = choice.candidates
    assert (best.name, best.n, best.clicks) == ("kit", 200, 60)
    assert (other.name, other.n, other.clicks) == ("course", 100, 4)
    assert best.drawn is not None and other.drawn is not None and best.drawn > other.drawn
    shown = flywheel("review", piece).out
    assert "kit (the highest draw)" in re.sub(r"\s+", " ", shown)
    assert "60 of 200 clicked" in re.sub(r"\s+", " ", shown)


def _learnt_of(workspace: Path, offer: str) -> bool:
    """Whether the wheel has learnt, by itself, of every sale."""
    kept = ask_ledger(workspace, lambda ledger: ledger.latest_learnings())
    learnings = Learnings.model_validate_json(kept) if kept else Learnings(parent="")
    found = {f.name: f for f in learnings.offers}
    return offer in found and found[offer].unit == "GBP" and found[offer].clicks == 2 * CLICKS


async def _made(ledger: Ledger, piece: str) -> tuple[Assignment, MonetizedDraft, Learnings]:
    digests = {h.contract: h.digest for h in await ledger.handoffs(piece)}
    bodies = await asyncio.gather(*(ledger.body(digests[name]) for name in ("Assignment", "MonetizedDraft")))
    texts = [body[1] for body in bodies if body]
    assignment = Assignment.model_validate_json(texts[0])
    kept = await ledger.body(assignment.parent)
    assert kept is not None
    return assignment, MonetizedDraft.model_validate_json(texts[1]), Learnings.model_validate_json(kept[1])
