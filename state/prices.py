"""Sums of money as an author writes them, and which of them are another price than an offer's."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

_DOLLARS = ("USD", "AUD", "CAD", "HKD", "NZD", "SGD")
_NAMES: Mapping[str, Collection[str]] = {
    "£": ("GBP",),
    "pound": ("GBP",),
    "pounds": ("GBP",),
    "€": ("EUR",),
    "euro": ("EUR",),
    "euros": ("EUR",),
    "$": _DOLLARS,
    "dollar": _DOLLARS,
    "dollars": _DOLLARS,
    "¥": ("JPY", "CNY"),
    "yen": ("JPY",),
}
"""What amounts are written with, beside the three letters of ISO 4217."""
_OFTEN = ("EUR", "GBP", "USD")
"""Of which the letters alone are money, whatever the offer is sold in."""
_NUMBER = r"\d{1,3}(?:[,. \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)"
_WORD = r"pounds?|euros?|dollars?|yen"
_AMOUNT = re.compile(
    rf"(?P<before>[£€$¥]|\b[A-Z]{{3}}\b)\s?(?P<after_it>{_NUMBER})"
    rf"|(?<![\d.,])(?P<before_it>{_NUMBER})\s?(?P<after>[£€$¥]|[A-Z]{{3}}\b|(?:{_WORD})\b)"
)


class Amount(NamedTuple):
    """A sum of money as somebody wrote it."""

    text: str
    value: Decimal
    unit: str
    """A sign, a word or three letters."""

    def is_price(self, price: str | None, currency: str | None) -> bool:
        there = _NAMES.get(self.unit, (self.unit,))
        return price is not None and self.value == Decimal(price) and currency in there


def others(text: str, price: str | None, currency: str | None) -> Iterator[Amount]:
    """The sums of money in `text` that aren't this price."""
    known = {*_OFTEN, *filter(None, [currency])}
    yield from (amount for amount in amounts(text, known) if not amount.is_price(price, currency))


def amounts(text: str, currencies: Collection[str]) -> Iterator[Amount]:
    """The sums of money in `text`: a number beside a sign, a word, or the letters of one of `currencies`."""
    for found in _AMOUNT.finditer(text):
        unit = found["before"] or found["after"]
        if unit in _NAMES or unit in currencies:
            yield Amount(found[0], _value(found["after_it"] or found["before_it"]), unit)


def _value(number: str) -> Decimal:
    """A mark that one or two digits follow at the end stands before decimals; any other one groups."""
    whole, _, rest = re.sub(r"[.,](?=\d{1,2}\Z)", "|", number).partition("|")
    return Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{rest or 0}")
