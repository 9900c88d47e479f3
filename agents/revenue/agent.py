"""REVENUE: a Draft in, a MonetizedDraft out. The draft's text is passed on byte for byte."""

from __future__ import annotations

from agents.optimizer.choosing import settled
from agents.optimizer.telling import because, listed
from agents.prompts import prompt, rework_section
from agents.writer import Task, Writer
from state.base import Frozen, digest_of, one_line
from state.choices import Choice
from state.contracts.draft import Draft
from state.contracts.monetized import Considered, Insertion, MonetizedDraft, fit
from state.disclosures import Form, disclosure_for
from state.links import landing_url, tracked_url
from state.offers import Offer
from state.placements import placement_of, places
from state.text import blocks
from state.violations import Refusal

ENOUGH_FIT = 0.15
"""Share of an offer's keywords that a piece must speak of before the rule-based writer places it."""


class RevenueInput(Frozen):
    """REVENUE's slice: the draft and the offers that are live."""

    piece: str
    draft: Draft
    offers: tuple[Offer, ...]
    """Live, and not used up."""
    used_up: tuple[str, ...] = ()
    """Live offers that other pieces have taken all there is of."""
    most: int
    """Insertions that the contract allows."""
    insight: tuple[str, ...] = ()
    """Ids of the evidence that the insight rests on."""
    choice: Choice | None = None
    """Of the offers that fit, the one that was drawn by what paid; None where nothing was learnt yet."""
    place: Choice | None = None
    """The kind of place that was drawn for it."""
    rejected: tuple[str, ...] = ()
    """Offers that failed, or that a person sent back."""
    mend: tuple[str, ...] = ()
    tracking: str = ""
    """Where redirects live; empty for links with UTM tags alone."""
    language: str = "en"
    """The readers', as a tag: in this one it is said that an offer is one."""


class OfferChoice(Frozen):
    offer: str
    after_block: int
    """Starts at 1."""
    lead: str
    reason: str


async def run(given: RevenueInput, writer: Writer) -> MonetizedDraft | Refusal:
    """Raises WriterError."""
    if not given.most or not given.offers:
        why = "The contract allows no offer." if given.offers else _none_left(given)
        return assemble(given, OfferChoice(offer="", after_block=1, lead="", reason=why))
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


def _none_left(given: RevenueInput) -> str:
    used = ", ".join(given.used_up)
    return f"No offer is left: other pieces carry {used} as often as may be." if used else "No offer is live."


def by_rule(given: RevenueInput) -> OfferChoice:
    """The offer that was drawn, else the live one whose keywords fit best; none if none fits well enough. Behind the block that
    was drawn, else behind the last.
    """
    body = given.draft.body
    kinds = dict(places(body, given.insight))
    drawn = next((at for kind, at in kinds.items() if given.place and kind == given.place.picked), 0)
    end = drawn or len(blocks(body))
    ranked = [(c.fit, c.offer) for c in considered(given) if c.offer not in given.rejected]
    best = max(ranked, key=lambda pair: (pair[0], pair[1]), default=(0.0, ""))
    if given.choice and given.choice.picked in fitting(given):
        offer = given.choice.picked
        return OfferChoice(offer=offer, after_block=end, lead="", reason=f"It fits. {because(given.choice)}")
    if best[0] < ENOUGH_FIT:
        return OfferChoice(
            offer="",
            after_block=end,
            lead="",
            reason=f"No offer fits: the best speaks to {best[0]:.0%} of its keywords.",
        )
    return OfferChoice(
        offer=best[1],
        after_block=end,
        lead="",
        reason=f"The piece speaks of {best[0]:.0%} of its keywords, more than of any other's.",
    )


def fitting(given: RevenueInput) -> tuple[str, ...]:
    """What may be drawn: the offers that fit well enough and weren't sent back."""
    return tuple(c.offer for c in considered(given) if c.fit >= ENOUGH_FIT and c.offer not in given.rejected)


def considered(given: RevenueInput) -> tuple[Considered, ...]:
    text = f"{given.draft.title} {given.draft.body}"
    return tuple(
        sorted(
            (Considered(offer=o.id, fit=round(fit(o, text), 3)) for o in given.offers), key=lambda c: (-c.fit, c.offer)
        )
    )


def assemble(given: RevenueInput, choice: OfferChoice) -> MonetizedDraft:
    """The MonetizedDraft that a choice means: the offer's own words, its disclosure, its tracked link."""
    d = given.draft
    offer = next((o for o in given.offers if o.id == choice.offer), None)
    insertions = () if offer is None else (_insertion(offer, choice, given),)
    return MonetizedDraft(
        parent=digest_of(d),
        title=d.title,
        body=d.body,
        citations=d.citations,
        notes=d.notes,
        insertions=insertions,
        reason=one_line(choice.reason) or "No reason was given.",
        considered=considered(given),
        choices=_choices(given, insertions),
    )


def _choices(given: RevenueInput, insertions: tuple[Insertion, ...]) -> tuple[Choice, ...]:
    """What was drawn, and what was taken of it; where an offer that wasn't placed would have stood is no choice."""
    taken = insertions[0].offer if insertions else ""
    at = placement_of(given.draft.body, insertions[0].at, given.insight) if insertions else None
    return (*settled(given.choice, taken), *(settled(given.place, at or "") if insertions else ()))


def _insertion(offer: Offer, choice: OfferChoice, given: RevenueInput) -> Insertion:
    body, piece, tracking = given.draft.body, given.piece, given.tracking
    parts = blocks(body)
    at = parts[choice.after_block].start if 0 < choice.after_block < len(parts) else len(body)
    return Insertion(
        at=at,
        offer=offer.id,
        disclosure=disclosure_for(offer.disclosure, Form.WHOLE, given.language),
        lead=one_line(choice.lead),
        text=one_line(offer.pitch_text),
        label=offer.name,
        url=tracked_url(offer, piece, "site", tracking),
        landing=landing_url(offer, piece, "site") if tracking else "",
    )


def _ask(given: RevenueInput) -> str:
    body = given.draft.body
    piece = "\n\n".join(f"[{i}] {body[b.start : b.end]}" for i, b in enumerate(blocks(body), 1))
    fits = {c.offer: c.fit for c in considered(given)}
    offers = "\n".join(
        f"- {o.id} ({o.kind}, {o.price_text}, for {o.audience or 'anyone'}; fit {fits[o.id]:.0%}): {o.pitch_text}"
        for o in given.offers
        if o.id not in given.rejected
    )
    drawn = [c for c in (given.choice, given.place) if c]
    where = "".join(f"- {kind}: behind block {at}\n" for kind, at in places(body, given.insight).items())
    paid = f"# What was drawn by what paid\n\n{listed(drawn)}\n\nPlaces:\n{where}" if drawn else ""
    return f"# {given.draft.title}\n\n{piece}\n\n# Offers\n\n{offers}\n\n{paid}{rework_section(given.mend)}"
