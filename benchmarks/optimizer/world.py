"""A made-up creator's world: a few offers of unknown worth, seasons, sales that come late, and little data. Many worlds at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

PIECES = 2000
A_DAY = 2
"""Pieces: a thousand days in all, which is not quite three years."""
PRICES = np.array([9.0, 19.0, 29.0, 36.5, 49.0, 99.0])
VIEWS, VIEWS_SPREAD = 120.0, 0.8
"""Of a piece: median, and the standard deviation of its logarithm. A few pieces are read by many."""
CLICKS, SALES = 0.03, 0.03
"""About how many views are clicks, and how many clicks sales: four or five sales a month, over all offers."""
RATES_SPREAD = 0.45
"""Standard deviation of the logarithm of the offers' rates."""
SEASON, YEAR = 0.5, 365.0
"""How far demand swings about its mean, and in how many days."""
SHIFT = 0.15
"""How far apart the offers' seasons are, in years (standard deviation): so which of them is best differs slowly."""
DELAY = 5.0
"""Days from a click to its sale, on average; exponential."""


@dataclass(frozen=True)
class Worlds:
    """Worlds, each as often as it is run. Arrays are (pieces, worlds) or (worlds, offers)."""

    views: Whole
    clicks: Array
    sales: Array
    prices: Array
    phases: Array

    @property
    def count(self) -> int:
        return int(self.views.shape[1])

    def demand(self, piece: int) -> Array:
        """Sales a click of each offer, on the day of this piece."""
        day = piece / A_DAY
        return self.sales * (1 + SEASON * np.sin(2 * np.pi * (day / YEAR + self.phases)))

    def worth(self, piece: int) -> Array:
        """Money that the piece is expected to earn with each offer: what nobody in the world knows."""
        worth: Array = self.views[piece][:, None] * self.clicks * self.demand(piece) * self.prices
        return worth


def worlds(seeds: range, *, runs: int = 1) -> Worlds:
    """Each world from its own seed, so that it is the same whatever else is simulated beside it; `runs` differ by luck alone."""
    made = [_world(np.random.default_rng([2026, seed])) for seed in seeds for _ in range(runs)]
    views, clicks, sales, prices, phases = (np.stack(column) for column in zip(*made, strict=True))
    return Worlds(views.T, clicks, sales, prices, phases)


def _world(rng: np.random.Generator) -> tuple[Whole, Array, Array, Array, Array]:
    count = len(PRICES)
    views = np.rint(rng.lognormal(np.log(VIEWS), VIEWS_SPREAD, PIECES)).astype(np.int64)
    clicks = CLICKS * rng.lognormal(0, RATES_SPREAD, count)
    dear = (np.mean(PRICES) / PRICES) ** 0.5
    sales = np.minimum(SALES * dear * rng.lognormal(0, RATES_SPREAD, count), 0.5)
    return views, np.minimum(clicks, 0.5), sales, PRICES, rng.uniform() + rng.normal(0, SHIFT, count)
