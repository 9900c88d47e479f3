"""Whose the money is, over a ledger of a year: what buyers had followed, credits, and conversion."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from agents.revenue.attribution import converted, credit
from benchmarks.machine import slowness
from state.ledger import Ledger, open_ledger
from state.trade import Click, Link, Sale

CLICKS, SALES, LINKS = 100_000, 3_000, 5_000
AIM, WORST = 3.0, 15.0
"""Seconds, of the 10 that `learn` may take over as many clicks."""
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


async def fill(ledger: Ledger) -> None:
    """A year's clicks by 40,000 visitors, one in fifty of them a flood's, and sales of which most name a click."""
    chance = random.Random(5)
    names = [f"{n:010b}".translate({48: "a", 49: "b"})[-10:].rjust(10, "c") for n in range(1024)]
    codes = [f"{chance.choice(names)[:6]}{n:04}".translate({48: "g", 49: "h", 56: "i", 57: "j"}) for n in range(LINKS)]
    await ledger.start_piece("p", topic="t", driver="embedded", now=BEGAN)
    links = [
        Link(code=c, piece="p", channel="site", offer=f"o{n % 5}", url="https://x.example") for n, c in enumerate(codes)
    ]
    await ledger.write_links(links, now=BEGAN)
    clicks = []
    for n in range(CLICKS):
        at = BEGAN + timedelta(seconds=chance.randrange(365 * 86_400))
        visitor = "flood" if n % 50 == 0 else f"{at:%j}-{chance.randrange(100)}"
        clicks.append(Click(id=f"{n:x}", code=chance.choice(codes), at=at, visitor=visitor, bot=chance.random() < 0.1))
    await ledger.record_clicks(clicks)
    sales = []
    for n in range(SALES):
        click = chance.choice(clicks)
        led = {"code": click.code, "click": click.id} if n % 4 else {}
        about = {
            "shop": "stripe",
            "amount": 49_000_000,
            "currency": "USD" if n % 3 else "GBP",
            "at": click.at + timedelta(hours=1),
        }
        sales.append(Sale.model_validate({**about, **led, "event": f"pi_{n}", "order": f"pi_{n}", "kind": "sale"}))
        if n % 20 == 0:
            sales.append(Sale.model_validate({**about, "event": f"re_{n}", "order": f"pi_{n}", "kind": "refund"}))
    await ledger.record_sales(sales)


def test_whose_the_money_is(tmp_path: Path, loop: asyncio.AbstractEventLoop, report: Callable[[str], None]) -> None:
    """A year of 100,000 clicks and 3,000 sales is credited and converted within 3 s, a flood of clicks among it."""
    ledger = loop.run_until_complete(open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}"))
    loop.run_until_complete(fill(ledger))
    began = time.perf_counter()
    touches = loop.run_until_complete(ledger.touches())
    asked = time.perf_counter()
    sales, links = loop.run_until_complete(ledger.sales()), loop.run_until_complete(ledger.links())
    credits = credit(sales, touches, links, model="linear", window=timedelta(days=30))
    home = converted(credits, {"USD": Decimal("0.79")}, "GBP")
    took = time.perf_counter() - began
    loop.run_until_complete(ledger.close())
    assert {one.currency for one in home} == {"GBP"}
    report(
        f"{CLICKS} clicks, {len(sales)} sales and refunds: {took:.2f} s (aim {AIM:.0f}), {asked - began:.2f} of it for {len(touches)} touches"
    )
    assert took < WORST * slowness()
