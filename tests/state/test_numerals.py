from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from state.text import numbers

ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
PIECES = ("point", "dozen", "thirds", "th", "of", "May", "per", "cent", ".")
WORDS = (*PIECES, *ONES, *TENS, *("hundred", "thousand", "million", "and", "a", "half"))


def spelled(n: int) -> str:
    """`n`, below a thousand million, in English words."""
    for size, name in ((10**6, "million"), (1000, "thousand")):
        if n >= size:
            rest = n % size
            joined = " and " if 0 < rest < 100 else " "
            return f"{spelled(n // size)} {name}{joined}{spelled(rest)}" if rest else f"{spelled(n // size)} {name}"
    if n >= 100:
        return f"{ONES[n // 100]} hundred and {spelled(n % 100)}" if n % 100 else f"{ONES[n // 100]} hundred"
    if n < 20:
        return ONES[n]
    return f"{TENS[n // 10]}-{ONES[n % 10]}" if n % 10 else TENS[n // 10]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,000 or 1000 or a thousand or one thousand", {"1000"}),
        ("1\u202f000 or 1\u00a0000", {"1000"}),
        ("forty-six, forty six and 46", {"46"}),
        ("3.50 and 3.5", {"3.5"}),
        ("0046 and 0.50", {"46", "0.5"}),
        ("two hundred and fifty", {"250"}),
        ("a hundred and fifty thousand and six", {"150006"}),
        ("one hundred and two hundred", {"100", "200"}),
        ("2.5 million, two and a half million, two point five million", {"2500000"}),
        ("half a million", {"500000"}),
        ("several hundred", {"100"}),
        ("a dozen, two dozen", {"12", "24"}),
        ("the 21st, the twenty-first, the fourteenth", {"21", "14"}),
        ("nineteen eighty-four and twenty twenty", {"1984", "2020"}),
        ("the 1990s", {"1990"}),
        ("two-thirds, three quarters", {"2/3", "3/4"}),
        ("1,2,3 and 12,34", {"1", "2", "3", "12", "34"}),
        ("４６ and ④⑥ and ٤٦", {"46"}),
        ("two of them, seven bridges, the first and the third", set()),
        ("five percent, 5 per cent, 5%", {"5", "percent"}),
        ("three point five percent", {"3.5", "percent"}),
        ("two dollars, $7, 9 USD", {"2", "7", "9", "dollar"}),
        ("£49.00 and 49 GBP", {"49", "pound"}),
        ("€12 or twelve euros", {"12", "euro"}),
        ("14 August 2018", {"14", "august", "2018"}),
        ("August 14, 2018", {"14", "august", "2018"}),
        ("the fourteenth of August, the 14th of Aug. and Aug. 14", {"14", "august"}),
        ("2018-08-14", {"14", "august", "2018"}),
        ("In August it rained.", {"august"}),
        ("May 14 and 46 may fall", {"14", "may", "46"}),
        ("they may march, and Jan may not", set()),
        ("on 5 May and 3 Mar", {"5", "may", "3", "march"}),
        ("sixty seventy", {"60", "70"}),
        ("", set()),
    ],
)
def test_what_a_text_states(text: str, found: set[str]) -> None:
    """Digits, words, fractions, ordinals, percents, currencies and dates come out in one spelling."""
    assert numbers(text) == found


@settings(deadline=None)
@given(st.integers(11, 10**9 - 1))
@example(1_000_000)
@example(700_011)
@example(100)
def test_every_spelling_of_a_number_is_one(n: int) -> None:
    """Digits, grouped digits and words of any number are the same."""
    assert numbers(str(n)) == numbers(f"{n:,}") == numbers(spelled(n)) == numbers(spelled(n).title()) == {str(n)}


@settings(deadline=None)
@given(st.integers(0, 10))
def test_small_words_are_everyday_words(n: int) -> None:
    """Up to ten, words are no claims and digits are."""
    assert numbers(f"There were {ONES[n]} of them.") == frozenset()
    assert numbers(f"There were {n} of them.") == {str(n)}


@settings(deadline=None)
@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_spelling_of_a_date_is_one(day: date) -> None:
    """A date in words, in either order, with an ordinal or as a figure, is the same."""
    month, n = MONTHS[day.month - 1], day.day
    suffix = "th" if 10 < n % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    found = {str(n), month.lower(), str(day.year)}
    for text in (
        f"{n} {month} {day.year}",
        f"{month} {n}, {day.year}",
        f"the {n}{suffix} of {month} {day.year}",
        f"{n} {month[:3]}. {day.year}",
        day.isoformat(),
    ):
        assert numbers(f"It was on {text} there.") == found, text


@settings(deadline=None)
@given(st.decimals(min_value=0, max_value=10**9, places=3))
def test_trailing_zeros_say_nothing(value: Decimal) -> None:
    """A decimal is the same with and without the zeros behind it, and never written with an exponent."""
    (found,) = numbers(f"{value:f}")
    assert numbers(f"{value:f}0") == {found} == numbers(f"{value:,f}")
    assert "E" not in found


@settings(deadline=None)
@given(
    st.text()
    | st.text(alphabet="0123456789.,- abcdeh%$£€½٣\u200b\u00a0")
    | st.lists(st.sampled_from(WORDS)).map(" ".join)
)
@example("9" * 10_000)
@example("1" + ",000" * 5_000)
@example("million " * 5_000)
@example("a thousand " * 5_000)
@example("one hundred and " * 5_000)
@example("0." + "1" * 5_000)
@example("1e999999")
def test_any_text_at_all(text: str) -> None:
    """Nothing raises, nothing takes for ever, and a text states the same in whatever typography."""
    found = numbers(text)
    assert all(found)
    assert numbers(text) == found
