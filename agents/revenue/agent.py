"""REVENUE: a Draft in, a MonetizedDraft out. The draft's text is passed on byte for byte."""

from __future__ import annotations

from collections.abc import Iterator

from agents.optimizer.choosing import settled
from agents.optimizer.telling import listed
from agents.prompts import prompt, rework_section
from agents.revenue.by_rule import by_rule, unfit
from agents.revenue.proposal import OfferChoice, OfferPlace, RevenueInput, fitting
from agents.writer import Task, Writer
from state.base import digest_of, one_line
from state.choices import Choice
from state.contracts.monetized import Insertion, MonetizedDraft
from state.disclosures import Form, disclosure_for
from state.links import landing_url, tracked_url
from state.offers import Offer
from state.placements import placement_of, places
from state.text import blocks
from state.violations import Refusal


async def run(given: RevenueInput, writer: Writer) -> MonetizedDraft | Refusal:
    """Raises WriterError."""
    if not given.most or not given.offers or not fitting(given):
        return assemble(given, OfferChoice(offers=(), reason=_why_none(given)))
    choice = await writer.write(
        Task(
            name="revenue.offer",
            agent="revenue",
            system=await prompt("revenue"),
            ask=_ask(given),
            given=given,
            wants=OfferChoice,
            by_rule=by_rule,
        )
    )
    return assemble(given, choice)


def _why_none(given: RevenueInput) -> str:
    if given.offers:
        return unfit(given) if given.most else "The contract allows no offer."
    used = ", ".join(given.used_up)
    return f"No offer is left: other pieces carry {used} as often as may be." if used else "No offer is live."


def assemble(given: RevenueInput, choice: OfferChoice) -> MonetizedDraft:
    """The MonetizedDraft that a choice means: the offers' own words, their disclosures, their tracked links, in the order of the text.

    An offer that doesn't fit, or that nobody has, isn't placed.
    """
    d, open_ = given.draft, fitting(given)
    offers = {o.id: o for o in given.offers if o.id in open_}
    placed = tuple(_insertion(offers[p.offer], p, given) for p in choice.offers if p.offer in offers)
    return MonetizedDraft(
        parent=digest_of(d),
        title=d.title,
        body=d.body,
        citations=d.citations,
        notes=d.notes,
        insertions=tuple(sorted(placed, key=lambda i: i.at)),
        reason=one_line(choice.reason) or "No reason was given.",
        considered=given.fits.considered,
        choices=tuple(_choices(given, placed)),
    )


def _choices(given: RevenueInput, placed: tuple[Insertion, ...]) -> Iterator[Choice]:
    """What was drawn at each turn, and what was taken of it; where an offer that wasn't placed would have stood is no choice."""
    for number, turn in enumerate(given.turns):
        taken = placed[number] if number < len(placed) else None
        yield from settled(turn.offer, taken.offer if taken else "")
        if taken:
            yield from settled(turn.place, placement_of(given.draft.body, taken.at, given.insight) or "")


def _insertion(offer: Offer, place: OfferPlace, given: RevenueInput) -> Insertion:
    body = given.draft.body
    parts = blocks(body)
    at = parts[place.after_block].start if 0 < place.after_block < len(parts) else len(body)
    return Insertion(
        at=at,
        offer=offer.id,
        disclosure=disclosure_for(offer.disclosure, Form.WHOLE, given.language),
        lead=one_line(place.lead),
        text=one_line(offer.pitch_text),
        label=offer.name,
        url=tracked_url(offer, given.piece, "site", given.tracking),
        landing=landing_url(offer, given.piece, "site") if given.tracking else "",
    )


def _ask(given: RevenueInput) -> str:
    body, open_ = given.draft.body, fitting(given)
    piece = "\n\n".join(f"[{i}] {body[b.start : b.end]}" for i, b in enumerate(blocks(body), 1))
    offers = "\n".join(
        f"- {o.id} ({o.kind}, {o.price_text}, for {o.audience or 'anyone'}; fit {given.fits.of(o.id):.2f}): {o.pitch_text}"
        for o in sorted(given.offers, key=lambda o: -given.fits.of(o.id))
        if o.id in open_
    )
    bounds = f"At most {given.most}." + (f" Two stand {given.apart} words apart." if given.most > 1 else "")
    drawn = [c for turn in given.turns for c in (turn.offer, turn.place) if c]
    where = "".join(f"- {kind}: behind block {at}\n" for kind, at in places(body, given.insight).items())
    paid = f"# What was drawn by what paid\n\n{listed(drawn)}\n\nPlaces:\n{where}" if drawn else ""
    return f"# {given.draft.title}\n\n{piece}\n\n# Offers\n\n{bounds}\n\n{offers}\n\n{paid}{rework_section(given.mend)}"
