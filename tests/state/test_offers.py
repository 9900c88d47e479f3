from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from state.offers import Offer
from tests.state.pieces import COURSE, KIT, vary


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"price": "49.00", "currency": None}, "price and currency go together"),
        ({"price": None, "currency": None}, "the offer has no price"),
        ({"price": "49,00"}, "pattern"),
        ({"kind": "affiliate"}, 'needs disclosure = "affiliate"'),
        ({"url": "ftp://shop.example"}, "pattern"),
        ({"url": "https://shop.example/<b>"}, "pattern"),
        ({"url": "https:///path"}, "no host"),
        ({"url": "https://[broken"}, "IPv6"),
        ({"id": "Not An Id"}, "pattern"),
        ({"keywords": []}, "at least 1"),
        ({"surprise": 1}, "not permitted"),
    ],
)
def test_an_offer_that_is_none(fields: dict[str, Any], said: str) -> None:
    """What can't be offered is refused, with the reason."""
    with pytest.raises(ValidationError, match=said):
        Offer.model_validate(COURSE.model_dump() | fields)


def test_prices() -> None:
    """A price is shown as its currency is written, in the pitch too; without one it is free."""
    assert COURSE.price_text == "49.00 GBP"
    assert COURSE.pitch_text.endswith("It costs 49.00 GBP.")
    assert vary(COURSE, price="49").price_text == "49.00 GBP"
    assert vary(COURSE, price="4900", currency="JPY").pitch_text.endswith("It costs 4900 JPY.")
    assert vary(COURSE, price="4900.50", currency="JPY").price_text == "4900.50 JPY"
    assert KIT.price_text == "free"


@pytest.mark.parametrize(
    ("start", "end", "live"),
    [
        (None, None, True),
        (date(2026, 6, 1), date(2026, 6, 1), True),
        (date(2026, 6, 2), None, False),
        (None, date(2026, 5, 31), False),
    ],
)
def test_the_days_of_an_offer(start: date | None, end: date | None, live: bool) -> None:
    """Both ends belong to its time, and an end that isn't given never comes."""
    assert vary(COURSE, live_from=start, live_until=end).live_on(date(2026, 6, 1)) is live
