"""What REVENUE gets to see, and what its writer answers."""

from __future__ import annotations

from agents.revenue.fit import Fits
from state.base import Frozen
from state.choices import Choice
from state.contracts.draft import Draft
from state.offers import Offer


class Turn(Frozen):
    """One of the offers that a piece may carry, as it was drawn by what paid; the first is the one that counts most."""

    offer: Choice | None = None
    """Of the offers that fit, the one that was drawn; None where nothing was learnt yet."""
    place: Choice | None = None
    """The kind of place that was drawn for it."""


class RevenueInput(Frozen):
    """REVENUE's slice: the draft and the offers that are live."""

    piece: str
    draft: Draft
    offers: tuple[Offer, ...]
    """Live, and not used up."""
    fits: Fits = Fits()
    used_up: tuple[str, ...] = ()
    """Live offers that other pieces have taken all there is of."""
    most: int
    """Insertions that the contract allows in a piece of this length."""
    apart: int
    """Words that stand between two of them."""
    insight: tuple[str, ...] = ()
    """Ids of the evidence that the insight rests on."""
    turns: tuple[Turn, ...] = ()
    """For each offer that may be placed what was drawn; as many as there could be, at most `most`."""
    rejected: tuple[str, ...] = ()
    """Offers that failed, or that a person sent back."""
    mend: tuple[str, ...] = ()
    tracking: str = ""
    """Where redirects live; empty for links with UTM tags alone."""
    language: str = "en"
    """The readers', as a tag: in this one it is said that an offer is one."""


class OfferPlace(Frozen):
    """One offer, and where it stands."""

    offer: str
    after_block: int
    """Starts at 1."""
    lead: str


class OfferChoice(Frozen):
    """The offers of a piece, the one that counts most first; none of them where none fits."""

    offers: tuple[OfferPlace, ...]
    reason: str


def fitting(given: RevenueInput) -> tuple[str, ...]:
    """What may be placed, the best first: the offers that fit well enough and weren't sent back."""
    live = {o.id for o in given.offers}
    return tuple(
        c.offer
        for c in given.fits.considered
        if c.offer in live and c.fit >= given.fits.enough and c.fit and c.offer not in given.rejected
    )
