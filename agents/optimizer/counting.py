"""From what posts came to, to Findings: old observations fade, and sales that haven't had the time to come in aren't missed. Pure."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np

from agents.optimizer.beliefs import Belief, Counts, Prior, belief, prior_of
from state.base import Frozen
from state.contracts.learnings import Finding, Tally
from state.settings import Optimizer

DRAWS = 5_000
"""Of which the 95 % interval is taken: its ends are off by 1 % of its width, about."""
_ENDS = (2.5, 97.5)
_GUESSES = 5.0
"""Sales that the guess about their delay is worth."""


class Observed(Frozen):
    """What one arm came to at one time: a post, or a post's day."""

    name: str
    at: datetime
    """Aware: when it was seen."""
    views: int = 0
    clicks: int = 0
    sales: float = 0.0
    """Net of refunds."""
    earned: float = 0.0
    """Net of refunds, all in one currency."""


class Lag(Frozen):
    """How long sales take after their click: those seen (seconds), sorted, and a guess for where few were seen."""

    seen: tuple[float, ...] = ()
    guess: timedelta = timedelta(days=3)
    """Mean of an exponential."""

    @classmethod
    def of(cls, delays: Iterable[timedelta]) -> Lag:
        return cls(seen=tuple(sorted(max(0.0, d.total_seconds()) for d in delays)))

    def share(self, age: timedelta) -> float:
        """Of the sales that clicks of this age will lead to, the share that has come in, 0 to 1."""
        seconds = max(0.0, age.total_seconds())
        guessed = -math.expm1(-seconds / self.guess.total_seconds())
        return (bisect_right(self.seen, seconds) + _GUESSES * guessed) / (len(self.seen) + _GUESSES)


def findings(
    observed: Iterable[Observed], *, now: datetime, policy: Optimizer, currency: str = "", lag: Lag | None = None
) -> tuple[Finding, ...]:
    """One for each arm, by name; none where all of them together were seen less than `policy.enough` times.

    They are in money where `currency` is given and `policy.enough_sales` were made, else in clicks.
    """
    tallies: dict[str, Tally] = {}
    seen: dict[str, tuple[int, int]] = {}
    for one in observed:
        n, clicks = seen.get(one.name, (0, 0))
        seen[one.name] = (n + max(one.views, one.clicks), clicks + one.clicks)
        tallies[one.name] = _added(tallies.get(one.name, Tally()), one, now, policy, lag or Lag())
    kept = {name: tally for name, tally in sorted(tallies.items()) if seen[name][0]}
    if sum(seen[name][0] for name in kept) < policy.enough:
        return ()
    money = bool(currency) and sum(t.sales for t in kept.values()) >= policy.enough_sales
    prior = prior_of(counts_of(kept.values()))
    unit = currency if money else "clicks"
    return tuple(
        finding(name, tally, prior, n=seen[name][0], clicks=seen[name][1], unit=unit) for name, tally in kept.items()
    )


def _added(to: Tally, one: Observed, now: datetime, policy: Optimizer, lag: Lag) -> Tally:
    """Discounted by age (Garivier and Moulines, arXiv:0805.3415), the clicks that have had no time to pay by as much as is still to
    come in of their sales (Vernade, Cappé and Perchet, arXiv:1706.09186).
    """
    age = max(now - one.at, timedelta())
    weight = 0.5 ** (age / timedelta(days=policy.half_life_days))
    return Tally(
        views=to.views + weight * max(one.views, one.clicks),
        clicks=to.clicks + weight * one.clicks,
        tries=to.tries + weight * one.clicks * lag.share(age),
        sales=max(0.0, to.sales + weight * one.sales),
        earned=max(0.0, to.earned + weight * one.earned),
    )


def finding(name: str, tally: Tally, prior: Prior, *, n: int, clicks: int, unit: str = "clicks") -> Finding:
    """What the tally says of an arm, with the prior that the arms of its part share."""
    rate, low, high = estimates(belief(counts_of([tally]), prior), money=unit != "clicks")[0]
    return Finding(name=name, n=n, clicks=clicks, rate=rate, low=low, high=high, unit=unit, tally=tally)


def estimates(believed: Belief, *, money: bool) -> tuple[tuple[float, float, float], ...]:
    """Mean and ends of the 95 % interval for each arm, to six digits. The draws behind them are always the same."""
    drawn = believed.draw(np.random.default_rng(0), money=money, size=DRAWS)
    low, high = np.percentile(drawn, _ENDS, axis=0)
    mean = believed.mean(money=money)
    rows = zip(mean, np.minimum(low, mean), np.maximum(high, mean), strict=True)
    return tuple((rounded(m), rounded(a), rounded(b)) for m, a, b in rows)


def rounded(value: float) -> float:
    """To six significant digits, which a digest can hold."""
    return float(f"{value:.6g}")


def counts_of(tallies: Iterable[Tally]) -> Counts:
    rows: Sequence[tuple[float, ...]] = [(t.views, t.clicks, t.tries, t.sales, t.earned) for t in tallies]
    return Counts(*np.asarray(rows, dtype=np.float64).reshape(-1, 5).T)


def prior_from(found: Mapping[str, Tally]) -> Prior:
    """The prior of a part, whatever the order of its arms."""
    return prior_of(counts_of(tally for _, tally in sorted(found.items())))
