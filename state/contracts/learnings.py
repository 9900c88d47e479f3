"""Learnings: what worked, with its evidence. "Not enough data yet" is an answer: an empty tuple."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Literal

from pydantic import Field

from state.base import Frozen
from state.contracts.base import Contract
from state.facts import Facts
from state.violations import Check, Violation


class Finding(Frozen):
    """One thing that was tried, and how it did."""

    name: str = Field(min_length=1)
    n: int = Field(ge=0)
    """How often it was seen."""
    rate: float = Field(ge=0)
    low: float = Field(ge=0)
    high: float = Field(ge=0)
    """Ends of the 95 % interval of `rate`."""


class Learnings(Contract):
    """Its parent is the Learnings before it; the first has none."""

    version: Literal["learnings/1"] = "learnings/1"
    as_of: datetime | None = None
    themes: tuple[Finding, ...] = ()
    angles: tuple[Finding, ...] = ()
    hooks: tuple[Finding, ...] = ()
    channels: tuple[Finding, ...] = ()
    times: tuple[Finding, ...] = ()
    offers: tuple[Finding, ...] = ()


_PARTS = ("themes", "angles", "hooks", "channels", "times", "offers")


def intervals_hold(learnings: Learnings, facts: Facts) -> tuple[Violation, ...]:
    """Each rate lies within its interval, and an interval needs observations."""
    return tuple(
        Violation(
            code="learnings.interval",
            where=f"{part} {f.name}",
            message=f"The rate {f.rate:g} from {f.n} observations has the interval {f.low:g} to {f.high:g}.",
            fix="Compute it again from the ledger: low <= rate <= high, and at least one observation.",
        )
        for part in _PARTS
        for f in getattr(learnings, part)
        if not f.low <= f.rate <= f.high or f.n == 0
    )


def names_differ(learnings: Learnings, facts: Facts) -> tuple[Violation, ...]:
    """No part names the same thing twice."""
    return tuple(
        Violation(
            code="learnings.twice",
            where=f"{part} {name}",
            message=f"{name!r} stands {count} times in {part}.",
            fix="Merge its observations into one finding.",
        )
        for part in _PARTS
        for name, count in Counter(f.name for f in getattr(learnings, part)).items()
        if count > 1
    )


CHECKS: tuple[Check, ...] = (intervals_hold, names_differ)
