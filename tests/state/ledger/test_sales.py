"""Sales are counted once, whoever tells of them and in whatever order; what a buyer had followed is known for a day."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from state.ledger import Ledger
from state.trade import MICROS, Click, Link, RefundedSoFar, Sale

Later = Callable[[float], datetime]
A, B, C, D = "a" * 10, "b" * 10, "c" * 10, "d" * 10


def sale(event: str, order: str = "", **more: object) -> Sale:
    about = {
        "event": event,
        "shop": "stripe",
        "order": order or event,
        "kind": "sale",
        "amount": 5 * MICROS,
        "currency": "GBP",
    }
    return Sale.model_validate({**about, "at": datetime(2026, 3, 1, 12, tzinfo=UTC), **more})


def so_far(event: str, order: str, amount: int) -> RefundedSoFar:
    return RefundedSoFar.model_validate({**sale(event, order, kind="refund", amount=amount).model_dump()})


async def test_a_report_counts_once(ledger: Ledger) -> None:
    """By shop and event: of a hundred at once one is new; another shop's event of the same name is another."""
    told = await asyncio.gather(*(ledger.record_sale(sale("pi_1")) for _ in range(100)))
    assert told.count(True) == 1
    assert await ledger.record_sale(sale("pi_1", shop="csv"))
    assert not await ledger.record_sale(sale("pi_1", amount=9 * MICROS))
    assert [(s.shop, s.amount) for s in await ledger.sales()] == [("stripe", 5 * MICROS), ("csv", 5 * MICROS)]


async def test_many_at_once_are_new_or_known(ledger: Ledger) -> None:
    """All of a file are written in one go; one that stands in it twice, or was known, isn't new."""
    await ledger.record_sale(sale("e7"))
    new = await ledger.record_sales([sale(f"e{n}") for n in (*range(1000), 3, 5)])
    assert len(new) == 999
    assert len(await ledger.sales()) == 1000
    assert await ledger.record_sales(()) == ()


async def test_a_refund_may_come_before_its_sale(ledger: Ledger, later: Later) -> None:
    """They are rows of their own; time says which was first."""
    assert await ledger.record_sale(sale("re_1", "pi_1", kind="refund", at=later(60)))
    assert await ledger.record_sale(sale("pi_1", at=later(0)))
    assert [s.kind for s in await ledger.sales()] == ["sale", "refund"]


async def test_what_a_later_report_knows_is_added(ledger: Ledger) -> None:
    """A payment that was told without its click gets it from the one that names it; what is known stays as it is."""
    await ledger.record_sale(sale("pi_1"))
    assert not await ledger.record_sale(sale("pi_1", code=A, click="c1", offer="course"))
    assert not await ledger.record_sale(sale("pi_1", code=B, click="c2", offer="book", amount=1))
    (kept,) = await ledger.sales()
    assert (kept.code, kept.click, kept.offer, kept.amount) == (A, "c1", "course", 5 * MICROS)


async def test_running_totals_are_taken_apart(ledger: Ledger) -> None:
    """Told in whatever order and however often, refunds of an order add up to the largest total that was told."""
    for total in (200, 200, 500, 300, 500, 200):
        await ledger.record_sales([sale("1"), so_far(f"1/refunded/{total}", "1", total)])
    refunds = [s.amount for s in await ledger.sales() if s.kind == "refund"]
    assert refunds == [200, 300]
    new = await ledger.record_sales([so_far("1/refunded/600", "1", 600)])
    assert [s.amount for s in new] == [100]
    assert type(new[0]) is Sale


async def test_running_totals_at_once(ledger: Ledger) -> None:
    """Twenty that arrive at the same moment count no more than the largest of them."""
    await asyncio.gather(*(ledger.record_sales([so_far(f"1/{total}", "1", total)]) for total in range(100, 120)))
    assert sum(s.amount for s in await ledger.sales()) == 119


async def test_every_order_of_telling_comes_to_the_same(ledger: Ledger) -> None:
    """A payment, with its click and without, and two running totals of what went back: each of 24 orders, told twice, comes to the same."""
    for number, told in enumerate(itertools.permutations(range(4))):
        order = f"o{number}"
        reports = (
            [sale(order)],
            [sale(order, code=A, click="c1")],
            [sale(order), so_far(f"{order}/4", order, 4)],
            [sale(order), so_far(f"{order}/9", order, 9)],
        )
        async with ledger.together():
            for at in (*told, *told):
                await ledger.record_sales(reports[at])
    kept = {(s.order, s.kind, s.click): 0 for s in await ledger.sales()}
    for s in await ledger.sales():
        kept[s.order, s.kind, s.click] += s.amount
    assert len(kept) == 48
    assert {(kind, amount) for (_, kind, _), amount in kept.items()} == {("sale", 5 * MICROS), ("refund", 9)}
    assert {click for (_, kind, click) in kept if kind == "sale"} == {"c1"}


async def linked(ledger: Ledger, piece: str, now: datetime) -> None:
    links = [
        Link(code=code, piece=piece, channel="site", offer="course", url="https://x.example") for code in (A, B, C)
    ]
    other = Link(code=D, piece=piece, channel="site", offer="book", url="https://x.example")
    await ledger.write_links([*links, other], now=now)


def click(name: str, code: str, at: datetime, visitor: str = "ada", *, bot: bool = False) -> Click:
    return Click(id=name, code=code, at=at, visitor=visitor, bot=bot)


async def test_what_a_buyer_had_followed(ledger: Ledger, piece: str, later: Later) -> None:
    """The click that the sale names, and those of the same visitor up to the sale; not a bot's, another's, a later one, or one on another offer."""
    await linked(ledger, piece, later(0))
    await ledger.record_clicks(
        [
            click("1", A, later(10)),
            click("2", A, later(20)),
            click("3", B, later(30)),
            click("4", B, later(25), bot=True),
            click("5", C, later(26), "ben"),
            click("6", C, later(50)),
            click("7", D, later(27)),
        ]
    )
    await ledger.record_sales(
        [sale("pi_1", at=later(40), code=B, click="3"), sale("pi_2", at=later(40)), sale("pi_3", click="none")]
    )
    touches = await ledger.touches()
    assert [(t.event, t.code, t.first, t.last, t.named) for t in touches] == [
        ("pi_1", B, later(30), later(30), True),
        ("pi_1", A, later(10), later(20), False),
    ]
    assert touches[0].first.tzinfo is not None
    assert await ledger.touches(since=later(41)) == ()
    assert await ledger.touches(since=later(40)) == touches


async def test_a_click_that_led_to_a_sale_counts_though_it_looked_like_a_bots(
    ledger: Ledger, piece: str, later: Later
) -> None:
    """Somebody paid. A visitor that nobody could tell from others has no path, and clocks may differ by a little."""
    await linked(ledger, piece, later(0))
    await ledger.record_clicks([click("1", A, later(10), "", bot=True), click("2", B, later(5), "")])
    await ledger.record_sales(
        [sale("pi_1", at=later(8), code=A, click="1"), sale("re_1", "pi_1", kind="refund", click="1")]
    )
    assert [(t.event, t.code, t.named) for t in await ledger.touches()] == [("pi_1", A, True)]


@pytest.mark.long
async def test_two_processes_count_once(
    url: str, start: Callable[..., subprocess.Popen[str]], go: Callable[..., None]
) -> None:
    """Both tell of the same fifty sales and the same running totals at the same time."""
    from state.ledger import open_ledger

    ledger = await open_ledger(url)
    children = [start("sell", url) for _ in range(2)]
    await asyncio.to_thread(go, *children)
    counted = [int((await asyncio.to_thread(child.communicate))[0]) for child in children]
    sales = await ledger.sales()
    await ledger.close()
    assert sum(counted) == len(sales)
    assert sum(s.kind == "sale" for s in sales) == 50
    assert sum(s.amount for s in sales if s.kind == "refund") == 10 * 50
    assert timedelta(0) == sales[0].at - sales[-1].at
