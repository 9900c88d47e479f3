"""Ways to tell how well offers fit a piece, and what each comes to against the marks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agents.likeness import ByWords, Likeness, Table
from agents.revenue.fit import fits, text_of
from benchmarks.placement.shelves import Case
from state.contracts.monetized import spoken_of
from state.text import blocks

Way = Callable[[Case], Awaitable[dict[str, float]]]
"""How well each offer of the case fits."""
OLD_ENOUGH = 0.15
"""The share of keywords that was enough before."""


async def keywords(case: Case) -> dict[str, float]:
    """The share of an offer's keywords that the piece speaks of."""
    return {o.id: spoken_of(o, f"{case.piece.title} {case.piece.body}") for o in case.offers}


def alone(likeness: Likeness) -> Way:
    """The likeness of an offer's text to the best passage and to the whole, with the keywords as the floor only."""

    async def way(case: Case) -> dict[str, float]:
        body, whole = case.piece.body, f"{case.piece.title} {case.piece.body}"
        passages = [body[b.start : b.end] for b in blocks(body) if b.kind != "heading"]
        table = await likeness.table([text_of(o) for o in case.offers], [whole, *passages])
        both = {o.id: (row[0] + row[1:].max(initial=0.0)) / 2 for o, row in zip(case.offers, table, strict=True)}
        return {o.id: float(both[o.id]) if spoken_of(o, whole) else 0.0 for o in case.offers}

    return way


def together(likeness: Likeness) -> Way:
    """As it ships: the mean of the two."""

    async def way(case: Case) -> dict[str, float]:
        found = await fits(case.offers, case.piece.title, case.piece.body, likeness)
        return {c.offer: c.fit for c in found.considered}

    return way


class Remembered:
    """A likeness that is asked each thing once."""

    def __init__(self, likeness: Likeness) -> None:
        self._likeness, self._told = likeness, dict[tuple[tuple[str, ...], ...], Table]()

    @property
    def by(self) -> Literal["words", "meaning"]:
        return self._likeness.by

    async def table(self, texts: Sequence[str], others: Sequence[str]) -> Table:
        asked = (tuple(texts), tuple(others))
        if asked not in self._told:
            self._told[asked] = await self._likeness.table(texts, others)
        return self._told[asked]


def ways(likeness: Likeness, name: str) -> Mapping[str, Way]:
    once = Remembered(likeness)
    return {"keywords": keywords, name: alone(once), f"keywords and {name}": together(once)}


WAYS = ways(ByWords(), "BM25")


@dataclass(frozen=True)
class Best:
    """What a way would place in one case."""

    case: Case
    fit: float
    right: bool


@dataclass(frozen=True)
class Figures:
    first: float
    """Of the pieces that an offer serves, the share whose best one does."""
    precision: float
    recall: float
    silent: float
    """Of the pieces that no offer serves, the share that gets none."""

    def __str__(self) -> str:
        return f"first {self.first:.2f}, precision {self.precision:.2f}, recall {self.recall:.2f}, no offer {self.silent:.3f}"

    @property
    def score(self) -> float:
        """F with beta 0.5: a forced offer costs more than one that is missed."""
        return 1.25 * self.precision * self.recall / (0.25 * self.precision + self.recall or 1.0)


def figures(found: Sequence[Best], enough: float) -> Figures:
    served, unserved = [b for b in found if b.case.fits], [b for b in found if not b.case.fits]
    placed = [b for b in found if b.fit >= enough and b.fit]
    right = sum(b.right for b in placed)
    return Figures(
        first=sum(b.right for b in served) / len(served),
        precision=right / max(1, len(placed)),
        recall=right / len(served),
        silent=sum(b not in placed for b in unserved) / len(unserved),
    )


def bound_for(found: Sequence[Best]) -> float:
    """The bound with the best score, half-way down to the next fit that it shuts out."""
    every = sorted({b.fit for b in found if b.fit})
    best = max(every, key=lambda enough: figures(found, enough).score)
    below = every[max(0, every.index(best) - 1)]
    return (best + below) / 2


async def judged(cases: Sequence[Case], way: Way) -> list[Best]:
    found = []
    for case in cases:
        fit = await way(case)
        best = max(fit, key=lambda name: (fit[name], name))
        found.append(Best(case, fit[best], best in case.fits and fit[best] > 0))
    return found
