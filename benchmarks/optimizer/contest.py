"""The contest: our choices against uniform ones and against epsilon-greedy, which is tuned first, on worlds of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from benchmarks.optimizer.run import Policy, greedy, regret, thompson, uniform
from benchmarks.optimizer.world import Array, worlds
from state.settings import Optimizer

SEEDS, RUNS = range(20), 5
"""Worlds; and how often each is lived through, since one life in a world is mostly luck."""
TUNED_ON = range(1000, 1060)
EPSILONS = (0.01, 0.02, 0.05, 0.1, 0.2)
DECAYS = (1.0, 2.0, 5.0, 10.0, 20.0)
SHIPPED = Optimizer()


class Outcome(NamedTuple):
    """Of one policy. `lost` and `best` are (pieces, seeds): money, summed up, mean of a world's runs."""

    name: str
    lost: Array
    best: Array

    @property
    def share(self) -> float:
        """What was lost in all, of what the best fixed choice earned in all."""
        return float(self.lost[-1].sum() / self.best[-1].sum())

    @property
    def error(self) -> float:
        """Standard error of `share` over the worlds."""
        return float(self.lost[-1].std(ddof=1) / np.sqrt(self.lost.shape[1]) / self.best[-1].mean())


def ours(explore: float = SHIPPED.explore) -> Policy:
    return Policy("Thompson sampling (ours)", thompson(explore), SHIPPED.half_life_days, minds_delay=True)


def tuned() -> tuple[Policy, tuple[tuple[str, float], ...]]:
    """The epsilon-greedy that loses least on worlds that aren't in the contest, and what each one lost there."""
    there = worlds(TUNED_ON)
    entries = (
        *(Policy(f"epsilon {e:g}", greedy(e)) for e in EPSILONS),
        *(Policy(f"epsilon {d:g} × offers ÷ pieces", greedy(0, decay=d)) for d in DECAYS),
    )
    lost = [(entry, _total(*regret(there, entry))) for entry in entries]
    best, _ = min(lost, key=lambda pair: pair[1])
    return best, tuple((entry.name, share) for entry, share in lost)


def _total(lost: Array, best: Array) -> float:
    return float(lost[-1].sum() / best[-1].sum())


def contest(greediest: Policy) -> Iterator[Outcome]:
    lived = worlds(SEEDS, runs=RUNS)
    rival = Policy(f"epsilon-greedy ({greediest.name})", greediest.pick)
    for policy in (Policy("uniform", uniform), rival, ours()):
        lost, best = regret(lived, policy)
        yield Outcome(policy.name, *(a.reshape(len(a), len(SEEDS), RUNS).mean(axis=2) for a in (lost, best)))
