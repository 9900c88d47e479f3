"""Whose the money is: by hand, and that the books balance whatever is sold, followed and paid back."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.revenue.attribution import converted, credit, split
from state.settings import Attribution
from state.trade import Credit, Link, Sale, Touch

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = timedelta(days=30)
MODELS: tuple[Attribution, ...] = get_args(Attribution)
A, B, C, OTHER = "a" * 10, "b" * 10, "c" * 10, "d" * 10


def link(code: str, offer: str = "course") -> Link:
    return Link(code=code, piece=f"piece-{code[0]}", channel="site", offer=offer, url="https://shop.example/")


LINKS = (link(A), link(B), link(C), link(OTHER, "tip-jar"))


def sale(event: str = "s1", amount: int = 100, order: str = "", **more: object) -> Sale:
    about = {"event": event, "shop": "stripe", "order": order or event, "kind": "sale", "currency": "GBP", "at": NOON}
    return Sale.model_validate({**about, "amount": amount, **more})


def refund(event: str, order: str, amount: int, **more: object) -> Sale:
    return sale(event, amount, order, **{"kind": "refund", "at": NOON + timedelta(days=1), **more})


def touch(code: str, hours: float, event: str = "s1", *, named: bool = False) -> Touch:
    at = NOON - timedelta(hours=hours)
    return Touch(shop="stripe", event=event, code=code, first=at, last=at, named=named)


PATH = (touch(A, 5), touch(B, 3), touch(OTHER, 2), touch(C, 1, named=True))


def shares(credits: tuple[Credit, ...]) -> dict[str | None, int]:
    found: Counter[str | None] = Counter()
    for one in credits:
        found[one.code] += one.amount
    return {code: amount for code, amount in found.items() if amount}


@pytest.mark.parametrize(
    ("model", "wanted"), [("last", {C: 100}), ("first", {A: 100}), ("linear", {A: 34, B: 33, C: 33})]
)
def test_the_three_models(model: Attribution, wanted: dict[str, int]) -> None:
    """The link that led to the shop, the first of its offer, or each of those once; what can't be divided goes to the first."""
    credits = credit([sale()], PATH, LINKS, model=model, window=WINDOW)
    assert shares(credits) == wanted
    assert {one.offer for one in credits} == {"course"}


@pytest.mark.parametrize("model", MODELS)
def test_what_nobody_led_to_is_nobodys(model: Attribution) -> None:
    """No click, a click that is too old, a code of no link of ours: the sale is there, and unattributed."""
    old = touch(A, 24 * 30 + 1, named=True)
    for touches, sold in (
        ((), sale(offer="book")),
        ((old,), sale(code=A, click="1")),
        ((touch("z" * 10, 1, named=True),), sale()),
        ((), sale(code="z" * 10, click="1")),
    ):
        (one,) = credit([sold], touches, LINKS, model=model, window=WINDOW)
        assert (one.code, one.amount, one.offer) == (None, 100, sold.offer)
    within = touch(A, 24 * 30, named=True)
    assert shares(credit([sale()], (within,), LINKS, model=model, window=WINDOW)) == {A: 100}


def test_a_code_that_came_back_counts_without_its_click() -> None:
    """The ledger may have lost the click; the shop still says which link it was."""
    assert shares(credit([sale(code=B, click="1")], (), LINKS, model="first", window=WINDOW)) == {B: 100}


@pytest.mark.parametrize("model", MODELS)
def test_refunds_are_taken_from_whoever_had_the_sale(model: Attribution) -> None:
    """In proportion, in parts, in whatever order they are told; the last one leaves nothing."""
    parts = [refund("r1", "s1", 50), refund("r2", "s1", 33), refund("r3", "s1", 17)]
    for order in ([sale(), *parts], [*reversed(parts), sale()]):
        assert shares(credit(order, PATH, LINKS, model=model, window=WINDOW)) == {}
    half = credit([sale(), parts[0]], PATH, LINKS, model=model, window=WINDOW)
    assert sum(one.amount for one in half) == 50
    assert all(amount >= 0 for amount in shares(half).values())


def test_a_refund_beyond_its_sale_is_nobodys() -> None:
    """More than was paid, an order that isn't known, another currency or another shop: unattributed, and still counted."""
    touches = (touch(A, 1, named=True),)
    more = credit([sale(), refund("r1", "s1", 130)], touches, LINKS, model="last", window=WINDOW)
    assert shares(more) == {None: -30}
    for other in (refund("r1", "s9", 40), refund("r1", "s1", 40, currency="USD"), refund("r1", "s1", 40, shop="csv")):
        credits = credit([sale(), other], touches, LINKS, model="last", window=WINDOW)
        assert [(one.code, one.amount) for one in credits] == [(A, 100), (None, -40)]


def test_a_refund_that_failed_changes_nothing() -> None:
    """What came back of its own accord is credited as its order is."""
    told = [sale(), refund("r1", "s1", 60), sale("r1/failed", 60, "s1", at=NOON + timedelta(days=2))]
    assert shares(credit(told, PATH, LINKS, model="linear", window=WINDOW)) == {A: 34, B: 33, C: 33}


def test_a_free_order_is_still_one() -> None:
    """Nothing was paid, and somebody led there."""
    (one,) = credit([sale(amount=0)], PATH, LINKS, model="last", window=WINDOW)
    assert (one.code, one.amount) == (C, 0)


moments = st.integers(-60 * 24, 60 * 24).map(lambda hours: NOON + timedelta(hours=hours))
orders = st.sampled_from(["o1", "o2", "o3"])
amounts = st.one_of(st.integers(0, 20), st.integers(0, 2**40))


@st.composite
def books(draw: st.DrawFn) -> tuple[list[Sale], list[Touch]]:
    """Sales and refunds of few orders, in two currencies, and paths to some of them, known links or not."""
    sales = draw(
        st.lists(
            st.builds(
                Sale,
                event=st.integers(0, 10**6).map(str),
                shop=st.sampled_from(["stripe", "csv"]),
                order=orders,
                kind=st.sampled_from(["sale", "refund"]),
                amount=amounts,
                currency=st.sampled_from(["GBP", "USD"]),
                code=st.sampled_from([None, A, "z" * 10]),
                at=moments,
            ),
            max_size=12,
            unique_by=lambda sale: (sale.shop, sale.event),
        )
    )
    touches = [
        Touch(shop=sold.shop, event=sold.event, code=code, first=at - timedelta(hours=1), last=at, named=named)
        for sold in sales
        if sold.kind == "sale"
        for code, at, named in draw(
            st.lists(st.tuples(st.sampled_from([A, B, C, OTHER, "z" * 10]), moments, st.booleans()), max_size=4)
        )
    ]
    return sales, touches


@pytest.mark.long
@pytest.mark.parametrize("model", MODELS)
@given(made=books(), seed=st.integers(), days=st.integers(1, 90))
def test_the_books_balance(model: Attribution, made: tuple[list[Sale], list[Touch]], seed: int, days: int) -> None:
    """What is credited is what came in less what went back, in each currency; the order in which it is told makes no difference."""
    sales, touches = made
    window = timedelta(days=days)
    credits = credit(sales, touches, LINKS, model=model, window=window)
    for currency in ("GBP", "USD"):
        wanted = sum((1 if s.kind == "sale" else -1) * s.amount for s in sales if s.currency == currency)
        assert sum(one.amount for one in credits if one.currency == currency) == wanted
    for sold in sales:
        mine = [one.amount for one in credits if (one.shop, one.event) == (sold.shop, sold.event)]
        assert sum(mine) == (sold.amount if sold.kind == "sale" else -sold.amount)
        assert all(amount >= 0 for amount in mine) if sold.kind == "sale" else all(amount <= 0 for amount in mine)
    shuffled = random.Random(seed)
    shuffled.shuffle(sales)
    links = list(LINKS)
    shuffled.shuffle(links)
    again = credit(sales, touches, links, model=model, window=window)
    assert again == credits


@pytest.mark.long
@given(made=books())
def test_no_code_ever_owes(made: tuple[list[Sale], list[Touch]]) -> None:
    """Refunds take from a code at most what it had."""
    sales, touches = made
    left = shares(credit(sales, touches, LINKS, model="linear", window=WINDOW))
    assert all(amount >= 0 for code, amount in left.items() if code is not None)


@given(st.integers(0, 2**50), st.dictionaries(st.sampled_from([A, B, C]), st.integers(0, 2**40)))
def test_an_amount_is_divided_whole(amount: int, weights: dict[str, int]) -> None:
    """The parts add up, and none is further from its share than a millionth."""
    parts = split(amount, weights)
    assert sum(parts.values()) == amount
    whole = sum(weights.values())
    for code, weight in weights.items() if whole else ():
        assert abs(parts[code] - Fraction(amount * weight, whole)) < 1


rates = st.decimals(min_value=Decimal("0.000001"), max_value=1000, places=6)


@pytest.mark.long
@given(made=books(), rate=rates, seed=st.integers())
def test_what_is_converted_adds_up(made: tuple[list[Sale], list[Touch]], rate: Decimal, seed: int) -> None:
    """The total of a currency is converted and rounded once; its parts add up to that, each within a millionth of its own worth."""
    credits = list(credit(*made, LINKS, model="linear", window=WINDOW))
    home = converted(credits, {"USD": rate}, "GBP")
    assert {one.currency for one in home} <= {"GBP"}
    foreign = [(before, after) for before, after in zip(credits, home, strict=True) if before.currency == "USD"]
    exact = sum((before.amount for before, _ in foreign), 0) * Fraction(rate)
    assert sum(after.amount for _, after in foreign) == round(exact)
    assert all(abs(after.amount - before.amount * Fraction(rate)) < 1 for before, after in foreign)
    assert [b for b in credits if b.currency == "GBP"] == [
        a for b, a in zip(credits, home, strict=True) if b.currency == "GBP"
    ]
    random.Random(seed).shuffle(credits)
    assert sorted(map(repr, converted(credits, {"USD": rate}, "GBP"))) == sorted(map(repr, home))


def test_a_currency_without_a_rate_stays_apart() -> None:
    """Nothing is guessed about what it is worth."""
    credits = credit([sale(currency="JPY")], (), LINKS, model="last", window=WINDOW)
    assert converted(credits, {"USD": Decimal("0.79")}, "GBP") == credits
