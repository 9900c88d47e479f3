"""Regret of our choices against the best fixed offer, beside uniform ones and epsilon-greedy: 2,000 pieces, 20 seeds."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from agents.optimizer.choosing import choose, seed_of
from agents.optimizer.counting import finding, prior_from
from benchmarks.optimizer.contest import RUNS, SEEDS, contest, ours, tuned
from benchmarks.optimizer.run import regret
from benchmarks.optimizer.world import worlds
from state.contracts.learnings import Tally
from state.settings import Optimizer

ARMS = 12
CHOICES = 200
WORST = 0.1
"""Seconds that a choice of one of twelve may take before something is broken."""


def test_regret(report: Callable[[str], None]) -> None:
    """Ours loses less than either; the margin over the tuned rival is more than its standard error over the worlds."""
    began = time.perf_counter()
    rival, tried = tuned()
    report("epsilon-greedy on its own 60 worlds: " + ", ".join(f"{name} {share:.1%}" for name, share in tried))
    outcomes = {o.name: o for o in contest(rival)}
    for o in outcomes.values():
        report(
            f"{o.name}: lost {o.share:.1%} ± {o.error:.1%} of what the best fixed offer earns ({o.lost[-1].mean():,.0f})"
        )
    uniform, greedy, mine = outcomes.values()
    gap = (greedy.lost[-1] - mine.lost[-1]) / greedy.best[-1].mean()
    error = float(gap.std(ddof=1) / np.sqrt(len(gap)))
    report(
        f"ours loses {gap.mean():.1%} ± {error:.1%} less than epsilon-greedy, in {(gap > 0).sum()} of {len(gap)} worlds"
    )
    report(f"{time.perf_counter() - began:.0f} s (aim: 60)")
    assert mine.share < greedy.share < uniform.share
    assert gap.mean() > error


def test_what_the_floor_costs(report: Callable[[str], None]) -> None:
    """The share that is taken by lot costs in a world that hardly changes: it is an insurance, and this is its price."""
    there, lost = worlds(SEEDS, runs=RUNS), {}
    for explore in (0.0, 0.02, 0.1):
        money, best = regret(there, ours(explore))
        lost[explore] = money[-1].sum() / best[-1].sum()
    report("explore: " + ", ".join(f"{explore:g} loses {share:.1%}" for explore, share in lost.items()))
    assert lost[0.0] < lost[0.1]


def test_one_choice(report: Callable[[str], None]) -> None:
    """A choice of one of twelve, as a piece makes it."""
    tallies = {f"arm-{i}": Tally(views=300 + i, clicks=9, tries=9, sales=1, earned=30) for i in range(ARMS)}
    prior = prior_from(tallies)
    found = [finding(name, tally, prior, n=400, clicks=9, unit="GBP") for name, tally in tallies.items()]
    began = time.perf_counter()
    for i in range(CHOICES):
        choose("offers", tallies, found, seed=seed_of(f"piece-{i}", "offers"), policy=Optimizer())
    took = (time.perf_counter() - began) / CHOICES
    report(f"one choice of {ARMS}: {took * 1000:.2f} ms")
    assert took < WORST
