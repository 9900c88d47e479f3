"""Offers without a model: those that were drawn, else those that fit best, each where it was drawn or as late as may be."""

from __future__ import annotations

from agents.optimizer.telling import because
from agents.revenue.proposal import OfferChoice, OfferPlace, RevenueInput, Turn, fitting
from state.placements import is_free, last_free, places


def by_rule(given: RevenueInput) -> OfferChoice:
    """As many of the offers that fit as may stand, none twice, none near another; none if none fits well enough."""
    open_, taken = list(fitting(given)), list[OfferPlace]()
    for number in range(given.most):
        turn = given.turns[number] if number < len(given.turns) else Turn()
        at = _place(given, turn, [p.after_block for p in taken])
        if not open_ or not at:
            break
        drawn = turn.offer.picked if turn.offer else ""
        offer = drawn if drawn in open_ else open_[0]
        open_.remove(offer)
        taken.append(OfferPlace(offer=offer, after_block=at, lead=""))
    return OfferChoice(offers=tuple(taken), reason=_why(given, taken) if taken else unfit(given))


def _place(given: RevenueInput, turn: Turn, taken: list[int]) -> int:
    """Number of the block behind which the next offer stands: of the kind that was drawn, where that is free; 0 if none is."""
    kinds = dict(places(given.draft.body, given.insight))
    drawn = next((at for kind, at in kinds.items() if turn.place and kind == turn.place.picked), 0)
    if drawn and is_free(given.draft.body, drawn, taken, given.apart):
        return drawn
    return last_free(given.draft.body, taken, given.apart)


def _why(given: RevenueInput, taken: list[OfferPlace]) -> str:
    """`bench-roll: it fits. It had the highest draw: ...`; of the first alone where there is no other, without its name."""
    said = []
    for number, place in enumerate(taken):
        drawn = given.turns[number].offer if number < len(given.turns) else None
        if drawn and drawn.picked == place.offer:
            why = f"It fits. {because(drawn)}"
        else:
            why = f"It fits by {given.fits.of(place.offer):.2f}, and {given.fits.enough:.2f} is enough."
        said.append(why if len(taken) == 1 else f"{place.offer}: {why[0].lower()}{why[1:]}")
    return " ".join(said)


def unfit(given: RevenueInput) -> str:
    """Why none is placed: which comes nearest, and what it lacks."""
    live = {o.id: o for o in given.offers if o.id not in given.rejected}
    best = next((c for c in given.fits.considered if c.offer in live), None)
    if best is None:
        return " ".join(("No offer is left: each one was sent back.", *given.mend))
    if not best.fit:
        words = ", ".join(live[best.offer].keywords)
        return f"No offer fits: the piece speaks of no keyword of any; of {best.offer}, none of {words}."
    return f"No offer fits well enough: the best is {best.offer}, by {best.fit:.2f}, and {given.fits.enough:.2f} would be enough."
