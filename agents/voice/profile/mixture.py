"""Whether samples are by one author or by two.

The samples are parted in the two groups that differ most; then the mean cosine between samples of different groups is
compared with that between samples of the same group. One author's are nearly as alike across as within.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agents.voice.profile.background import Background, Vector, tallied
from agents.voice.profile.identity import english, own_text
from agents.voice.profile.tally import sentences, tally
from state.voice import Mixture

SHORTEST = 400
"""Words below which a sample can't be put on a side."""
FEWEST = 3
"""Fewer samples than this have no two sides."""
LIMIT = 0.4
"""Likeness below which the groups count as two authors'; chosen on novelists (docs/voice.md)."""
_LEAST = 0.02
"""Likeness within a group is taken as no less, so that noise isn't divided by noise."""
_ROUNDS = 20


def mixture(samples: Sequence[str], background: Background) -> Mixture:
    """Part `samples` in the two groups that differ most. English only: in other languages, it says that it can't tell."""
    cut = [sentences(sample) for sample in samples]
    counted = [tally(part) for part in cut]
    kept = [i for i, t in enumerate(counted) if t.words >= SHORTEST and english(t)]
    if len(kept) < FEWEST:
        return _untold(
            f"It takes {FEWEST} samples of {SHORTEST} words in English to tell whether they are one author's."
        )
    rows = np.stack([tallied(own_text(cut[i]), background.vocabulary) for i in kept])
    side, likeness = parted(rows, background)
    groups = tuple(tuple(i for i, there in zip(kept, side, strict=True) if there == s) for s in (0, 1))
    first, second = sorted(groups)
    two = likeness < LIMIT
    listed = " and ".join(", ".join(str(i + 1) for i in group) for group in (first, second))
    note = (
        f"Samples {listed} read as if two people wrote them: keep those of the one whose voice this is."
        if two
        else "The samples read as one author's."
    )
    return Mixture(two=two, likeness=likeness, limit=LIMIT, groups=(first, second), note=note)


def _untold(note: str) -> Mixture:
    return Mixture(two=False, likeness=1.0, limit=LIMIT, note=note)


def parted(rows: Vector, background: Background) -> tuple[tuple[int, ...], float]:
    """The side of each sample, 0 or 1, and how alike the sides are. `rows`: counts, (samples, n-grams), three at least."""
    placed = background.nearest(rows.sum(axis=0)).place(rows)
    cosine = placed @ placed.T
    side = _two_means(placed, *np.unravel_index(np.argmin(cosine), cosine.shape))
    same = (side[:, None] == side[None]) & ~np.eye(len(side), dtype=bool)
    across = float(cosine[side[:, None] != side[None]].mean())
    return tuple(int(s) for s in side), across / max(float(cosine[same].mean()), _LEAST)


def _two_means(placed: Vector, first: np.intp, second: np.intp) -> NDArray[np.int64]:
    """Spherical k-means with k = 2, begun from the two samples that are least alike; no side is left empty."""
    centres = placed[[first, second]]
    side = np.zeros(len(placed), dtype=np.int64)
    for _ in range(_ROUNDS):
        new = np.argmax(placed @ centres.T, axis=1)
        new[first], new[second] = 0, 1
        if np.array_equal(new, side):
            break
        side = new
        centres = np.stack([placed[side == s].mean(axis=0) for s in (0, 1)])
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    return side
