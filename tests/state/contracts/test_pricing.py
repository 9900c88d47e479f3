"""A piece that names what it offers names no other price for it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.contracts.pricing import prices_are_the_offers
from state.prices import amounts
from tests.state.pieces import Chain, broken, fails, told, vary


def saying(made: Chain, said: str) -> list[str]:
    """Codes and words of what is wrong when the author's last paragraph says so."""
    body = f"{made.monetized.body}\n\n{said}"
    return [v.message for v in prices_are_the_offers(vary(made.monetized, body=body), made.facts)]


@pytest.mark.parametrize(
    "said",
    [
        "How to Look at a Bridge costs 49.00 GBP, and the torch is extra.",
        "How to Look at a Bridge is £49.",
        "The torch cost me £12, and it was not in any course.",
        "How to Look at a Bridge has 12 lessons, written in 39 weeks.",
        "Most people pay 49 pounds for How to Look at a Bridge.",
    ],
)
def test_the_same_price_or_none(made: Chain, said: str) -> None:
    """The offer's own price in any spelling is right, and so are numbers that are no money, and money for something else."""
    assert saying(made, said) == []


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("How to Look at a Bridge costs £39.", "£39"),
        ("I wrote How to Look at a Bridge. It costs 39.00 GBP.", "39.00 GBP"),
        ("How to look at a bridge is 49.00 EUR where you live.", "49.00 EUR"),
        ("How to Look at a Bridge is 1,049.00 GBP.", "1,049.00 GBP"),
        ("How to Look at a Bridge: $49", "$49"),
        ("You get How to Look at a Bridge for 39,50 €.", "39,50 €"),
    ],
)
def test_another_price(made: Chain, said: str, amount: str) -> None:
    """Another sum or another currency in its paragraph is told, with the offer's own price."""
    (message,) = saying(made, said)
    assert message.startswith(f"The piece says {amount} where")
    assert "49.00 GBP" in message


def test_a_person_may_let_it_stand(made: Chain) -> None:
    """Both can be true, as of a price that has changed: it can be waived."""
    body = f"{made.monetized.body}\n\nLast year How to Look at a Bridge cost £39."
    violation = broken(prices_are_the_offers, vary(made.monetized, body=body), made.facts)
    assert told(violation) == fails("offer.other-price", "offer bridge-course", waivable=True)


def test_an_offer_that_is_not_here(made: Chain) -> None:
    """Of an offer that the piece doesn't carry, the author may say what they like."""
    body = f"{made.monetized.body}\n\nHow to Look at a Bridge costs £39."
    assert prices_are_the_offers(vary(made.monetized, body=body, insertions=()), made.facts) == ()


@given(
    whole=st.integers(0, 9_999_999),
    cents=st.one_of(st.none(), st.integers(0, 99)),
    marks=st.sampled_from([(",", "."), (".", ","), (" ", ","), ("", "."), ("", ",")]),
    form=st.sampled_from(["£{}", "{} GBP", "GBP {}", "{} pounds", "£ {}"]),
)
def test_every_spelling_is_read(whole: int, cents: int | None, marks: tuple[str, str], form: str) -> None:
    """Whatever groups its thousands and stands before its decimals, an amount is read as what it is."""
    group, mark = marks
    number = f"{whole:,}".replace(",", group) + ("" if cents is None else f"{mark}{cents:02d}")
    (found,) = amounts(f"It is {form.format(number)} today.", {"GBP"})
    assert found.value == Decimal(whole) + Decimal(cents or 0) / 100
