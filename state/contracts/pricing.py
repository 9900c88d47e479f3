"""That a piece names no other price for what it offers than the offer itself does."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from state.facts import Facts
from state.offers import Offer
from state.text import blocks, fold
from state.violations import Violation

if TYPE_CHECKING:
    from state.contracts.monetized import MonetizedDraft

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

    def is_price_of(self, offer: Offer) -> bool:
        there = _NAMES.get(self.unit, (self.unit,))
        return offer.price is not None and self.value == Decimal(offer.price) and offer.currency in there


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


def prices_are_the_offers(monetized: MonetizedDraft, facts: Facts) -> tuple[Violation, ...]:
    """A paragraph of the author's that names an offer which stands here names no sum but the offer's price."""
    placed = [o for i in monetized.insertions if (o := facts.offers.get(i.offer))]
    return tuple(violation for offer in placed for violation in other_prices(offer, monetized.body))


def other_prices(offer: Offer, body: str) -> Iterator[Violation]:
    name, known = fold(offer.name).casefold(), {*_OFTEN, *filter(None, [offer.currency])}
    for block in blocks(body):
        paragraph = body[block.start : block.end]
        if name not in fold(paragraph).casefold():
            continue
        for amount in amounts(paragraph, known):
            if not amount.is_price_of(offer):
                yield Violation(
                    code="offer.other-price",
                    where=f"offer {offer.id}",
                    message=f"The piece says {amount.text} where it speaks of {offer.name}; the offer is {offer.price_text}.",
                    fix="Send it back to VOICE, or mend the price in offers.toml; where both are right, approve it as it is.",
                    waivable=True,
                )
