"""Amounts of money: minor units, and what people and programs write."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.money import Mark, NoAmount, decimals_of, micros_in, micros_of, shown
from state.trade import MICROS, ClickRef

MARKS: tuple[Mark, ...] = get_args(Mark)
GROUPS = {".": ("", ",", " ", "\u00a0", "'", "’"), ",": ("", ".", " ", "\u202f")}


def written(amount: Decimal, decimals: int, group: str, mark: str) -> str:
    """An amount as somebody's program writes it."""
    whole, _, rest = f"{abs(amount):,.{decimals}f}".partition(".")
    return whole.replace(",", group) + (mark + rest if rest else "")


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.sampled_from([(mark, group) for mark in MARKS for group in GROUPS[mark]]),
    st.sampled_from(["{}", "-{}", "({})", "\u2212{}", " +{} "]),
)
def test_what_is_written_is_read(amount: Decimal, style: tuple[Mark, str], around: str) -> None:
    """Whatever stands between the thousands, the amount comes back to the last millionth, with its sign."""
    mark, group = style
    sign = 1 if "+" in around or around == "{}" else -1
    text = around.format(written(amount, 2, group, mark))
    assert micros_in(text, "GBP", mark=mark) == sign * int(amount * MICROS)


@given(st.text(), st.sampled_from(MARKS))
def test_any_text_is_an_amount_or_refused(text: str, mark: Mark) -> None:
    """No text does anything else than give a number of millionths or say why it is none."""
    try:
        assert isinstance(micros_in(text, "EUR", mark=mark), int)
    except NoAmount as error:
        assert str(error)


@given(st.decimals(min_value=1, max_value=999, places=2), st.integers(1, 999))
def test_the_other_mark_is_never_taken_for_thousands(amount: Decimal, thousands: int) -> None:
    """`1.234,50` with a point for a mark, and `1,234.50` with a comma, are refused: neither is read as something else."""
    marks: tuple[tuple[Mark, Mark], ...] = ((".", ","), (",", "."))
    for mark, other in marks:
        text = written(amount + 1000 * thousands, 2, mark, other)
        with pytest.raises(NoAmount):
            micros_in(text, "GBP", mark=mark)


@pytest.mark.parametrize(
    ("text", "currency", "micros"),
    [
        ("1,234", "GBP", 1_234_000_000),
        ("0.125", "USD", 125_000),
        ("1.234", "KWD", 1_234_000),
        ("12.3456", "USD", 12_345_600),
        ("1234.500", "GBP", 1_234_500_000),
        ("-0", "GBP", 0),
    ],
)
def test_amounts_that_read_one_way(text: str, currency: str, micros: int) -> None:
    """Thousands in groups, fractions of a cent, and currencies with three decimals."""
    assert micros_in(text, currency) == micros


@pytest.mark.parametrize(
    "text",
    [
        "1.234",
        "12.345",
        "",
        ".",
        "1,23",
        "1,2345",
        "1 234,5",
        "1.2.3",
        "£12",
        "12 GBP",
        "1e5",
        "0.1234567",
        "(5",
        "5)",
        "--5",
        "٣",
        "9" * 14,
    ],
)
def test_what_could_mean_two_things_is_refused(text: str) -> None:
    """Three decimals in a currency that has two, broken groups, signs of currencies, and more than there is."""
    with pytest.raises(NoAmount):
        micros_in(text, "GBP")


def test_minor_units_follow_the_currency() -> None:
    """Yen have none, dinars three; króna and shillings are written with two all the same."""
    assert [micros_of(500, currency) for currency in ("JPY", "USD", "KWD", "ISK", "UGX")] == [
        500_000_000,
        5_000_000,
        500_000,
        5_000_000,
        5_000_000,
    ]
    assert decimals_of("EUR") == 2


@pytest.mark.parametrize(
    ("micros", "currency", "said"),
    [
        (1_234_500_000, "GBP", "1,234.50 GBP"),
        (-5_000_000, "JPY", "-5 JPY"),
        (1, "USD", "0.000001 USD"),
        (0, "EUR", "0.00 EUR"),
        (1_200_000_000, "KWD", "1,200.000 KWD"),
    ],
)
def test_amounts_are_shown_as_people_write_them(micros: int, currency: str, said: str) -> None:
    """As many decimals as the currency has, and more where the amount needs them."""
    assert shown(micros, currency) == said


@given(st.from_regex(r"[a-z2-7]{10}", fullmatch=True), st.from_regex(r"[0-9a-f]{1,64}", fullmatch=True))
def test_a_click_comes_back_as_it_went(code: str, click: str) -> None:
    """What a shop is handed, it can hand back: code and click are read out of it again."""
    ref = ClickRef(code=code, click=click)
    assert ClickRef.parse(ref.text) == ref
    assert len(ref.text) <= 200


@given(st.text())
def test_what_a_buyer_writes_there_is_no_click(text: str) -> None:
    """Anything else than such a word is no click, and no error."""
    found = ClickRef.parse(text)
    assert found is None or found.text == text
