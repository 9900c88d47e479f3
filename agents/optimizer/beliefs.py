"""What is believed about each arm: how many of its viewers click, how many of those buy, and what a sale brings. Pure.

Clicks are Beta-Binomial, and sales Gamma-Poisson: a click may lead to more than one sale, and attribution shares sales out, so
they are no yes or no. What a sale brings is its mean, as prices hardly vary within an arm. Money for a view is the product, so that
the many clicks speak where sales are few. Both are conjugate, which is all that makes this short (Gelman et al., Bayesian Data
Analysis, 3rd ed., 2.4 and 2.6). Arms of one part share a prior that is fitted to them, an empirical Bayes estimate (ibid., 5.1).

All functions take arrays whose last axis is the arms, so that a simulation can run many worlds at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CLICKED = (1.0, 50.0)
"""Pseudo-observations that every mean begins with: one click in 50 views, about what a link under a text gets."""
BOUGHT = (0.5, 25.0)
"""Half a sale in 25 clicks."""
WEAKEST, STRONGEST = 0.5, 10.0
"""Bounds on a prior's strength, in clicks (or sales) that it is worth: chance alone can make few arms look all alike."""
FEW, WEAK = 3, 1.0
"""Arms below which their spread says nothing; the strength of the prior then."""
_TINY = 1e-9


class Counts(NamedTuple):
    """What was counted, arm by arm; see `Tally`."""

    views: Array
    clicks: Array
    tries: Array
    sales: Array
    earned: Array


class Prior(NamedTuple):
    """What is believed about an arm of the part before it is seen; a number a world."""

    clicked: Array
    unclicked: Array
    """Beta: pseudo-views with and without a click."""
    sold: Array
    tried: Array
    """Gamma, shape and rate: pseudo-sales in pseudo-clicks."""
    amount: Array
    """What a sale brings, over all arms."""


class Belief(NamedTuple):
    """What is believed about each arm now."""

    clicked: Array
    unclicked: Array
    sold: Array
    tried: Array
    amount: Array

    def at(self, arm: int) -> Belief:
        """What is believed about one arm alone."""
        return Belief(*(field[..., arm : arm + 1] for field in self))

    def mean(self, *, money: bool) -> Array:
        clicks = self.clicked / (self.clicked + self.unclicked)
        return clicks * self.sold / self.tried * self.amount if money else clicks

    def draw(self, rng: np.random.Generator, *, money: bool, size: int | None = None) -> Array:
        """One rate for each arm, or `size` of them along a new first axis."""
        shape = self.clicked.shape if size is None else (size, *self.clicked.shape)
        clicks = rng.beta(self.clicked, self.unclicked, size=shape)
        if not money:
            return clicks
        return clicks * rng.gamma(self.sold, 1.0, size=shape) / self.tried * self.amount


def prior_of(counts: Counts) -> Prior:
    """Fitted to the arms. Without sales its `amount` is 1."""
    clicks, n = _shared(counts.clicks, counts.views, CLICKED, odds=True)
    sales, tried = _shared(counts.sales, counts.tries, BOUGHT, odds=False)
    sold = counts.sales.sum(axis=-1)
    amount = np.where(sold > 0, counts.earned.sum(axis=-1) / np.maximum(sold, _TINY), 1.0)
    return Prior(clicks * n, (1 - clicks) * n, sales * tried, tried, amount)


def _shared(hits: Array, trials: Array, start: tuple[float, float], *, odds: bool) -> tuple[Array, Array]:
    """Mean and strength (in trials) of the prior, by the method of moments.

    The spread between arms is what exceeds that by chance: with m the pooled rate, v the variance of one trial (m(1-m), for a
    Poisson m) and X = sum of n_i (r_i - m)^2, E[X] = (K-1) v + t^2 (N - sum of n_i^2 / N) (Kleinman, Journal of the American
    Statistical Association 68 (1973), 46-54). A Beta of that spread is worth v/t^2 - 1 trials, a Gamma m/t^2.
    """
    total = trials.sum(axis=-1)
    mean = (hits.sum(axis=-1) + start[0]) / (total + start[1])
    variance = mean * (1 - mean) if odds else mean
    rates = hits / np.maximum(trials, _TINY)
    seen = (trials > 0).sum(axis=-1)
    excess = (trials * (rates - mean[..., None]) ** 2).sum(axis=-1) - (seen - 1) * variance
    room = total - (trials**2).sum(axis=-1) / np.maximum(total, _TINY)
    spread = np.maximum(excess / np.maximum(room, _TINY), _TINY * variance)
    worth = mean * (variance / spread - (1.0 if odds else 0.0))
    return mean, np.where(seen < FEW, WEAK, np.clip(worth, WEAKEST, STRONGEST)) / mean


def belief(counts: Counts, prior: Prior) -> Belief:
    """The prior, and what was counted added to it. An arm's amount is its own mean, with one sale of all arms' mean added."""
    sold, tried, amount = prior.sold[..., None], prior.tried[..., None], prior.amount[..., None]
    return Belief(
        clicked=prior.clicked[..., None] + counts.clicks,
        unclicked=prior.unclicked[..., None] + np.maximum(counts.views - counts.clicks, 0.0),
        sold=sold + counts.sales,
        tried=tried + counts.tries,
        amount=(amount + counts.earned) / (1.0 + counts.sales),
    )
