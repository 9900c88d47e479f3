"""How sure a rate is: against published figures, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.intervals import ENOUGH, money_per_click, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    # R 4.3, prop.test(x, n, correct = FALSE)$conf.int
    [
        (0, 10, 0.0, 0.2775328),
        (1, 10, 0.01787621, 0.4041500),
        (50, 100, 0.4038315, 0.5961685),
        (10, 10, 0.7224672, 1.0),
    ],
)
def test_wilson_as_published(successes: int, trials: int, low: float, high: float) -> None:
    """Wilson's interval is what other programs give."""
    found = wilson(successes, trials)
    assert found is not None
    assert found.low == pytest.approx(low, abs=1e-6)
    assert found.high == pytest.approx(high, abs=1e-6)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_wilson_holds_its_rate(successes: int, trials: int) -> None:
    """The interval is inside 0 to 1 and holds the rate; without trials, or with more successes than those, there is none."""
    found = wilson(successes, trials)
    if trials == 0 or successes > trials:
        assert found is None
    else:
        assert found is not None and 0 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize(
    ("orders", "low", "high"), [(5, 1.6235, 11.6683), (10, 4.7954, 18.3904), (100, 81.3640, 121.6270)]
)
def test_money_of_equal_orders_is_garwoods(orders: int, low: float, high: float) -> None:
    """Where all orders are worth the same it is the exact Poisson interval (Garwood 1936), to one in a hundred."""
    found = money_per_click([1_000_000] * orders, 1_000_000)
    assert found is not None
    assert found.value == orders
    assert found.low == pytest.approx(low, rel=0.01)
    assert found.high == pytest.approx(high, rel=0.01)


def test_money_covers_what_is_true() -> None:
    """Of orders of very different worth, 19 of 20 intervals and more hold what a click is worth; they don't hold everything."""
    chance, held, widths = np.random.default_rng(4), 0, []
    for _ in range(400):
        worth = chance.choice([5, 20, 200], chance.poisson(40), p=[0.6, 0.3, 0.1])
        found = money_per_click([int(amount) for amount in worth], 1_000)
        assert found is not None
        held += found.low <= 40 * 29 / 1_000 <= found.high
        widths.append((found.high - found.low) / found.value)
    assert 0.93 <= held / 400 < 1
    assert 0.5 < float(np.median(widths)) < 2.5


@given(st.lists(st.integers(1, 10**12), min_size=ENOUGH, max_size=40), st.integers(1, 10**6))
def test_money_holds_its_rate(orders: list[int], clicks: int) -> None:
    """The interval is above 0 and holds the rate."""
    found = money_per_click(orders, clicks)
    assert found is not None and 0 <= found.low <= found.value <= found.high


def test_too_little_to_tell() -> None:
    """Too few orders, no clicks, or an order that cost more than it brought: no interval; what was paid back whole is no order."""
    assert money_per_click([10] * (ENOUGH - 1), 100) is None
    assert money_per_click([10] * (ENOUGH - 1) + [0, 0], 100) is None
    assert money_per_click([10] * ENOUGH, 0) is None
    assert money_per_click([*[10] * ENOUGH, -3], 100) is None
