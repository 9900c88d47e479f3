"""How well each offer fits a piece: its keywords, and how alike the two are. docs/placement.md says how well that does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from agents.likeness import Likeness
from state.base import Frozen
from state.contracts.monetized import Considered, spoken_of
from state.offers import Offer
from state.text import blocks

ENOUGH: Mapping[Literal["words", "meaning"], float] = {"words": 0.16, "meaning": 0.25}
"""How well an offer has to fit, by what its likeness compares; chosen on one half of benchmarks/placement, held against the other."""


class Fits(Frozen):
    """The offers of a piece, weighed."""

    considered: tuple[Considered, ...] = ()
    """The best first."""
    enough: float = ENOUGH["words"]

    def of(self, offer: str) -> float:
        return next((c.fit for c in self.considered if c.offer == offer), 0.0)


async def fits(
    offers: Sequence[Offer], title: str, body: str, likeness: Likeness, *, enough: float | None = None
) -> Fits:
    """Weigh `offers`; `enough` is the owner's own bound. Raises what the likeness raises.

    The fit is the mean of two: the share of an offer's keywords that the piece speaks of, and the likeness of the offer's text to the piece,
    which is the mean of its likeness to the best passage and to the whole. One that is spoken of in no keyword doesn't fit, however
    alike: the contract would refuse it.
    """
    whole = f"{title} {body}"
    passages = [body[b.start : b.end] for b in blocks(body) if b.kind != "heading"]
    table = await likeness.table([text_of(o) for o in offers], [whole, *passages])
    found = []
    for offer, row in zip(offers, table, strict=True):
        share = spoken_of(offer, whole)
        alike = (float(row[0]) + float(row[1:].max(initial=0.0))) / 2
        found.append(Considered(offer=offer.id, fit=round((share + alike) / 2, 3) if share else 0.0))
    return Fits(
        considered=tuple(sorted(found, key=lambda c: (-c.fit, c.offer))),
        enough=ENOUGH[likeness.by] if enough is None else enough,
    )


def text_of(offer: Offer) -> str:
    """What an offer is compared by."""
    return " . ".join(part for part in (*offer.keywords, offer.audience, offer.name, offer.pitch_text) if part)
