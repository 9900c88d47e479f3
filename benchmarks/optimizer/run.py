"""Policies in the made-up worlds, each choosing an offer for one piece after the other from what has come in so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from agents.optimizer.beliefs import Counts, belief, prior_of
from benchmarks.optimizer.world import A_DAY, DELAY, PIECES, Array, Whole, Worlds

LAG_GUESS = 3.0
"""Days that the optimiser believes a sale to take on average, before it has seen any: it is never told better here."""


class Seen(NamedTuple):
    """What a policy knows before a piece; arrays are (worlds, offers)."""

    piece: int
    counts: Counts


Pick = Callable[[Seen, np.random.Generator], Whole]
"""An offer for each world."""


@dataclass(frozen=True)
class Policy:
    name: str
    pick: Pick
    half_life: float = np.inf
    """Days."""
    minds_delay: bool = False
    """Whether it minds that young clicks haven't had the time to pay."""


@dataclass
class Memory:
    """What has come in, weighted as `agents/optimizer/counting.py` weighs it: views, clicks and sales by the age of the click."""

    policy: Policy
    prices: Array
    views: Array = field(init=False)
    clicks: Array = field(init=False)
    young: Array = field(init=False)
    """Clicks by the share of their sales that is still to come, as an exponential has it."""
    sales: Array = field(init=False)
    due: dict[int, list[tuple[int, int, int]]] = field(default_factory=lambda: defaultdict(list))
    """By the piece before which they come in: when they were clicked, world, offer."""

    def __post_init__(self) -> None:
        self.views, self.clicks, self.young, self.sales = (np.zeros(self.prices.shape) for _ in range(4))

    @property
    def fade(self) -> float:
        """Of weight, from one piece to the next."""
        return float(0.5 ** (1 / (A_DAY * self.policy.half_life)))

    def arrive(self, piece: int) -> Counts:
        for of, world, offer in self.due.pop(piece, ()):
            self.sales[world, offer] += self.fade ** (piece - of)
        tries = self.clicks - self.young if self.policy.minds_delay else self.clicks
        return Counts(self.views, self.clicks, tries, self.sales, self.sales * self.prices)

    def happen(
        self, piece: int, chosen: Whole, views: Whole, clicks: Whole, sales: Whole, rng: np.random.Generator
    ) -> None:
        rows = np.arange(len(chosen))
        self.views[rows, chosen] += views
        self.clicks[rows, chosen] += clicks
        self.young[rows, chosen] += clicks
        for world in np.flatnonzero(sales):
            for days in rng.exponential(DELAY, sales[world]):
                self.due[piece + 1 + int(days * A_DAY)].append((piece, int(world), int(chosen[world])))
        self.views *= self.fade
        self.clicks *= self.fade
        self.young *= self.fade * np.exp(-1 / (A_DAY * LAG_GUESS))
        self.sales *= self.fade


def regret(worlds: Worlds, policy: Policy) -> tuple[Array, Array]:
    """Money lost against the best fixed offer, and what that earned, summed up to each piece: (pieces, worlds)."""
    rng, memory, rows = np.random.default_rng(11), Memory(policy, worlds.prices), np.arange(worlds.count)
    earned, worth = np.zeros((PIECES, worlds.count)), np.zeros((PIECES, *worlds.prices.shape))
    for piece in range(PIECES):
        chosen = policy.pick(Seen(piece, memory.arrive(piece)), rng)
        clicks = rng.binomial(worlds.views[piece], worlds.clicks[rows, chosen])
        sales = rng.binomial(clicks, np.minimum(worlds.demand(piece)[rows, chosen], 1.0))
        memory.happen(piece, chosen, worlds.views[piece], clicks, sales, rng)
        worth[piece] = worlds.worth(piece)
        earned[piece] = worth[piece][rows, chosen]
    fixed = worth[:, rows, worth.sum(axis=0).argmax(axis=1)]
    return np.cumsum(fixed - earned, axis=0), np.cumsum(fixed, axis=0)


def uniform(seen: Seen, rng: np.random.Generator) -> Whole:
    worlds, offers = seen.counts.views.shape
    return rng.integers(offers, size=(worlds,))


def thompson(explore: float) -> Pick:
    """As `choose` does it, for all worlds at once."""

    def pick(seen: Seen, rng: np.random.Generator) -> Whole:
        believed = belief(seen.counts, prior_of(seen.counts))
        best = believed.draw(rng, money=True).argmax(axis=1)
        return np.where(rng.uniform(size=len(best)) < explore, uniform(seen, rng), best)

    return pick


def greedy(epsilon: float, *, decay: float = 0.0) -> Pick:
    """Money for a view, as it came in; by lot in a share of `epsilon`, or of `decay` * offers / pieces where that is given (Auer,
    Cesa-Bianchi and Fischer, Machine Learning 47 (2002), 235-256). What was never shown goes first.
    """

    def pick(seen: Seen, rng: np.random.Generator) -> Whole:
        views, earned = seen.counts.views, seen.counts.earned
        rate = np.where(views > 0, earned / np.maximum(views, 1e-9), np.inf)
        level = rate == rate.max(axis=1, keepdims=True)
        best = (level * rng.uniform(size=rate.shape)).argmax(axis=1)  # ties by lot
        share = min(1.0, decay * rate.shape[1] / (seen.piece + 1)) if decay else epsilon
        return np.where(rng.uniform(size=len(best)) < share, uniform(seen, rng), best)

    return pick
