"""That a piece names no other price for what it offers than the offer itself does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from state.facts import Facts
from state.offers import Offer
from state.prices import others
from state.text import blocks, fold
from state.violations import Violation

if TYPE_CHECKING:
    from state.contracts.monetized import MonetizedDraft


def prices_are_the_offers(monetized: MonetizedDraft, facts: Facts) -> tuple[Violation, ...]:
    """A paragraph of the author's that names an offer which stands here names no sum but the offer's price."""
    placed = [o for i in monetized.insertions if (o := facts.offers.get(i.offer))]
    return tuple(violation for offer in placed for violation in other_prices(offer, monetized.body))


def other_prices(offer: Offer, body: str) -> Iterator[Violation]:
    name = fold(offer.name).casefold()
    for block in blocks(body):
        paragraph = body[block.start : block.end]
        if name not in fold(paragraph).casefold():
            continue
        for amount in others(paragraph, offer.price, offer.currency):
            yield Violation(
                code="offer.other-price",
                where=f"offer {offer.id}",
                message=f"The piece says {amount.text} where it speaks of {offer.name}; the offer is {offer.price_text}.",
                fix="Send it back to VOICE, or mend the price in offers.toml; where both are right, approve it as it is.",
                waivable=True,
            )
