"""Our Thompson sampling against somebody else's."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from mabwiser.mab import MAB, LearningPolicy

from agents.optimizer.beliefs import Prior
from agents.optimizer.choosing import choose
from agents.optimizer.counting import finding
from state.contracts.learnings import Tally
from state.settings import Optimizer

DRAWS = 2000
FLAT = Prior(*(np.array(x) for x in (1.0, 1.0, 1.0, 1.0, 1.0)))
"""Uniform over all rates, as mabwiser has it."""
STRICT = Optimizer(explore=0)


@pytest.mark.long
@pytest.mark.parametrize(
    "counted",
    [
        {"a": (10, 40), "b": (14, 40), "c": (3, 8)},
        {"a": (2, 300), "b": (5, 340), "c": (1, 20), "d": (0, 5)},
        {"a": (0, 3), "b": (1, 3)},
    ],
)
def test_it_agrees_with_mabwiser(counted: dict[str, tuple[int, int]]) -> None:
    """Each arm is taken as often as mabwiser takes it: shares of 2,000 draws each differ by at most 4 standard errors, 0.063."""
    findings = [finding(name, Tally(views=n, clicks=k), FLAT, n=n, clicks=k) for name, (k, n) in counted.items()]
    ours = [choose("offers", counted, findings, seed=str(i), policy=STRICT, prior=FLAT).picked for i in range(DRAWS)]
    mab = MAB(list(counted), LearningPolicy.ThompsonSampling(), seed=7)
    decisions = [name for name, (_, n) in counted.items() for _ in range(n)]
    mab.fit(decisions, [int(i < k) for k, n in counted.values() for i in range(n)])
    theirs = [str(mab.predict()) for _ in range(DRAWS)]
    mine, other = Counter(ours), Counter(theirs)
    assert max(abs(mine[name] - other[name]) / DRAWS for name in counted) <= 4 * (2 * 0.25 / DRAWS) ** 0.5
