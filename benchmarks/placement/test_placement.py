"""How well it is told which offer fits a piece, and that none does: against the share of keywords, and BM25 alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from agents.revenue.fit import ENOUGH
from benchmarks.placement.shelves import cases
from benchmarks.placement.ways import OLD_ENOUGH, WAYS, bound_for, figures, judged


def test_which_offer_fits(loop: asyncio.AbstractEventLoop, report: Callable[[str], None]) -> None:
    """As it ships it forces fewer offers on pieces than the old bound did, on the shelves held out as on the others, and
    the bound that ships is the one that the first three shelves speak for.
    """
    every = cases()
    assert len({c.shelf for c in every}) == 6 and len({c.piece.name for c in every}) >= 95
    assert {name for c in every for name in c.fits} <= {o.id for c in every for o in c.offers}
    came: dict[str, tuple[float, float]] = {}
    for name, way in WAYS.items():
        found = loop.run_until_complete(judged(every, way))
        chosen_on, held = [b for b in found if not b.case.held_out], [b for b in found if b.case.held_out]
        enough = bound_for(chosen_on)
        for said, bound in ((name, enough), *((("keywords, as it was", OLD_ENOUGH),) if name == "keywords" else ())):
            came[said] = (figures(held, bound).score, bound)
            report(f"{said} at {bound:.2f}: {figures(chosen_on, bound)}; held out: {figures(held, bound)}")
    ours, bound = came["keywords and BM25"]
    assert round(bound, 2) == ENOUGH["words"]
    assert ours > came["BM25"][0] and ours > came["keywords, as it was"][0]
