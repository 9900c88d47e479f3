"""From observations to Findings: what fades, what is too young, and when there isn't enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.optimizer.beliefs import STRONGEST, WEAKEST, Counts, belief, prior_of
from agents.optimizer.counting import Lag, Observed, counts_of, estimates, findings, prior_from
from state.contracts.learnings import Learnings, Tally, intervals_hold, names_differ, tallies_add_up, units_agree
from state.settings import Optimizer
from tests.state.pieces import Known, chain

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
POLICY = Optimizer(enough=10, enough_sales=2)
WHOLE = st.integers(0, 400)


def facts() -> Known:
    return chain().facts


observations = st.lists(
    st.builds(
        Observed,
        name=st.sampled_from("abcd"),
        at=st.integers(-5, 900).map(lambda days: NOW - timedelta(days=days)),
        views=WHOLE,
        clicks=WHOLE,
        sales=st.floats(-2, 50),
        earned=st.floats(-200, 5000),
    ),
    max_size=12,
)


@given(observations, st.sampled_from(["", "GBP"]), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=25)
def test_findings_pass_their_contract(found: list[Observed], currency: str, shuffle: Random) -> None:
    """Whatever was observed, clicks nobody saw and refunds of more than was sold among it, the Learnings hold; order changes nothing that
    six digits show.
    """
    made = findings(found, now=NOW, policy=POLICY, currency=currency)
    learnings = Learnings(parent="", offers=made)
    for check in (intervals_hold, names_differ, units_agree, tallies_add_up):
        assert check(learnings, facts()) == ()
    assert len(Learnings.model_validate_json(learnings.model_dump_json()).offers) == len(made)
    mixed = list(found)
    shuffle.shuffle(mixed)
    if all(one.sales >= 0 and one.earned >= 0 for one in found):
        again = findings(mixed, now=NOW, policy=POLICY, currency=currency)
        assert [(f.name, f.n) for f in again] == [(f.name, f.n) for f in made]
        assert np.allclose([f.rate for f in again], [f.rate for f in made], rtol=1e-5)


def test_not_enough_data_yet() -> None:
    """Below the bound nothing is said of the part, at it everything; what was never seen is no finding."""
    few = [Observed(name="a", at=NOW, views=9, clicks=1), Observed(name="b", at=NOW)]
    assert findings(few, now=NOW, policy=POLICY) == ()
    assert [f.name for f in findings([*few, few[0]], now=NOW, policy=POLICY)] == ["a"]


def test_money_once_there_are_sales() -> None:
    """A part is judged by clicks until enough was sold, then by money for a view; all of it in one unit."""
    one = [
        Observed(name=n, at=NOW, views=300, clicks=9, sales=s, earned=e) for n, s, e in (("a", 1, 50.0), ("b", 0, 0.0))
    ]
    assert {f.unit for f in findings(one, now=NOW, policy=POLICY, currency="GBP")} == {"clicks"}
    two = [*one, Observed(name="b", at=NOW, sales=1, earned=20.0)]
    assert {f.unit for f in findings(two, now=NOW, policy=POLICY, currency="GBP")} == {"GBP"}
    assert {f.unit for f in findings(two, now=NOW, policy=POLICY)} == {"clicks"}


def test_old_observations_fade() -> None:
    """What was seen a half-life ago counts half, and its number is told in full."""
    policy = POLICY.model_copy(update={"half_life_days": 10.0})
    (found,) = findings([Observed(name="a", at=NOW - timedelta(days=10), views=100, clicks=10)], now=NOW, policy=policy)
    assert found.tally is not None
    assert (found.n, found.clicks, found.tally.views, found.tally.clicks) == (100, 10, 50.0, 5.0)


def test_young_clicks_are_no_missed_sales() -> None:
    """Clicks of an hour ago count for little without a sale; an arm that is only young isn't judged worse than one that failed."""
    old = Observed(name="failed", at=NOW - timedelta(days=90), views=1000, clicks=60)
    sold = Observed(name="sold", at=NOW - timedelta(days=90), views=1000, clicks=60, sales=4, earned=100.0)
    young = Observed(name="young", at=NOW - timedelta(hours=1), views=1000, clicks=60)
    rates = {f.name: f.rate for f in findings([old, sold, young], now=NOW, policy=POLICY, currency="GBP")}
    assert rates["failed"] < rates["young"] < rates["sold"]


@given(st.lists(st.integers(0, 60), max_size=30), st.integers(0, 80), st.integers(0, 80))
def test_the_share_that_has_come_in(delays: list[int], age: int, more: int) -> None:
    """It grows with age, from 0 to 1, and follows what was seen the more of it there is."""
    lag = Lag.of(timedelta(days=d) for d in delays)
    at, later = lag.share(timedelta(days=age)), lag.share(timedelta(days=age + more))
    assert 0 <= at <= later <= 1
    many = Lag.of([timedelta(days=1)] * 500)
    assert many.share(timedelta(hours=20)) < 0.01 < 0.99 < many.share(timedelta(days=2))


def test_refunds_never_count_below_nothing() -> None:
    """More refunded than sold is nothing earned."""
    found = [Observed(name="a", at=NOW, views=50, clicks=5, sales=-3, earned=-90.0)]
    (made,) = findings(found, now=NOW, policy=POLICY, currency="GBP")
    assert made.tally is not None
    assert (made.tally.sales, made.tally.earned) == (0, 0)


@given(st.lists(st.tuples(st.integers(1, 2000), st.floats(0, 1)), min_size=1, max_size=8))
def test_the_prior_keeps_its_bounds(arms: list[tuple[int, float]]) -> None:
    """However unlike or alike the arms are, the prior is worth half a click to ten, or one where the arms are few."""
    views = np.array([n for n, _ in arms], dtype=float)
    clicks = np.floor(views * np.array([share for _, share in arms]))
    prior = prior_of(Counts(views, clicks, clicks, clicks * 0, clicks * 0))
    strength = float(prior.clicked)
    assert WEAKEST - 1e-9 <= strength <= STRONGEST + 1e-9
    assert len(arms) >= 3 or strength == pytest.approx(1.0)
    assert 0 < prior.clicked / (prior.clicked + prior.unclicked) < 1


def test_arms_share_strength() -> None:
    """An arm seen twice is believed to be like the others; the more alike they are, the more so."""
    alike = {n: Tally(views=1000, clicks=100) for n in "abcde"}
    unlike = {n: Tally(views=1000, clicks=c) for n, c in zip("abcde", (5, 300, 20, 150, 25), strict=True)}
    thin = counts_of([Tally(views=2, clicks=2)])
    close, far = (float(belief(thin, prior_from(arms)).mean(money=False)[0]) for arms in (alike, unlike))
    assert 0.1 < close < far < 1


def test_the_prior_finds_the_spread_that_is_there() -> None:
    """Of 400 arms drawn from a Beta worth 40 views the fitted one is worth about as many."""
    rng = np.random.default_rng(5)
    views = np.full(400, 300.0)
    clicks = rng.binomial(300, rng.beta(4, 36, 400)).astype(float)
    prior = prior_of(Counts(views, clicks, clicks, clicks * 0, clicks * 0))
    assert float(prior.clicked + prior.unclicked) == pytest.approx(40, rel=0.25)
    assert float(prior.clicked) == pytest.approx(4, rel=0.25)


def test_intervals_hold_what_they_say() -> None:
    """The 95 % interval of 30 clicks in 1,000 views is the Beta quantile: 2.1 to 4.3 % with a flat prior (tables give 2.11 and 4.25)."""
    prior = prior_of(counts_of([Tally(views=1000, clicks=30)]))._replace(clicked=np.array(1.0), unclicked=np.array(1.0))
    ((mean, low, high),) = estimates(belief(counts_of([Tally(views=1000, clicks=30)]), prior), money=False)
    assert mean == pytest.approx(31 / 1002, rel=1e-4)
    assert low == pytest.approx(0.0211, abs=3e-4)
    assert high == pytest.approx(0.0425, abs=3e-4)


def test_worlds_side_by_side_are_worlds_alone() -> None:
    """Many worlds at once give what each gives by itself."""
    rng = np.random.default_rng(3)
    views = rng.integers(0, 500, (4, 5)).astype(float)
    clicks = np.floor(views * 0.1)
    both = Counts(views, clicks, clicks, np.floor(clicks * 0.2), clicks)
    together = belief(both, prior_of(both)).mean(money=True)
    for world in range(4):
        alone = Counts(*(field[world] for field in both))
        assert np.allclose(belief(alone, prior_of(alone)).mean(money=True), together[world])
