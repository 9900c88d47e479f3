"""Learnings: what worked, with its evidence. "Not enough data yet" is an answer: an empty tuple."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Literal, get_args

from pydantic import Field

from state.base import Frozen
from state.choices import UNIT
from state.contracts.base import Contract
from state.facts import Facts
from state.trade import Part
from state.violations import Check, Violation


class Tally(Frozen):
    """What counts of what was seen: what is old counts for less, and what is too young to have paid hasn't been tried yet."""

    views: float = Field(default=0.0, ge=0)
    clicks: float = Field(default=0.0, ge=0)
    tries: float = Field(default=0.0, ge=0)
    """Clicks, by the share of their sales that has come in."""
    sales: float = Field(default=0.0, ge=0)
    """Without those that were refunded; shared out by the attribution, so no whole number."""
    earned: float = Field(default=0.0, ge=0)
    """In the unit's currency."""


class Finding(Frozen):
    """One thing that was tried, and how it did."""

    name: str = Field(min_length=1)
    n: int = Field(ge=0)
    """How often it was seen."""
    rate: float = Field(ge=0)
    low: float = Field(ge=0)
    high: float = Field(ge=0)
    """Ends of the 95 % interval of `rate`."""
    unit: str = Field(default="clicks", pattern=UNIT, exclude_if=lambda unit: unit == "clicks")
    """What `rate` counts for each view: clicks, or an amount of this currency."""
    clicks: int = Field(default=0, ge=0, exclude_if=lambda clicks: not clicks)
    tally: Tally | None = Field(default=None, exclude_if=lambda tally: tally is None)
    """What a belief about it is made from. These four are left out of a dump where they say nothing, so that Findings
    from before there were any keep their digest."""

    @property
    def counted(self) -> Tally:
        """Its tally; without one, what its rate says of clicks."""
        return self.tally or Tally(views=self.n, clicks=min(self.rate, 1.0) * self.n)


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
    placements: tuple[Finding, ...] = Field(default=(), exclude_if=lambda found: not found)
    """Left out of a dump when there are none, as Learnings from before there were any had no such part."""

    def of(self, part: Part) -> tuple[Finding, ...]:
        found: tuple[Finding, ...] = getattr(self, part)
        return found


PARTS: tuple[Part, ...] = get_args(Part)


def intervals_hold(learnings: Learnings, facts: Facts) -> tuple[Violation, ...]:
    """Each rate lies within its interval, and an interval needs observations."""
    return tuple(
        Violation(
            code="learnings.interval",
            where=f"{part} {f.name}",
            message=f"The rate {f.rate:g} from {f.n} observations has the interval {f.low:g} to {f.high:g}.",
            fix="Compute it again from the ledger: low <= rate <= high, and at least one observation.",
        )
        for part in PARTS
        for f in learnings.of(part)
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
        for part in PARTS
        for name, count in Counter(f.name for f in learnings.of(part)).items()
        if count > 1
    )


def units_agree(learnings: Learnings, facts: Facts) -> tuple[Violation, ...]:
    """What is compared is counted alike: all findings of a part have one unit."""
    units = {part: dict.fromkeys(f.unit for f in learnings.of(part)) for part in PARTS}
    return tuple(
        Violation(
            code="learnings.units",
            where=part,
            message=f"Its rates are in {' and '.join(found)}, which can't be compared.",
            fix="Compute the part again in one unit.",
        )
        for part, found in units.items()
        if len(found) > 1
    )


def tallies_add_up(learnings: Learnings, facts: Facts) -> tuple[Violation, ...]:
    """Nobody clicks what they haven't seen; what counts is no more than what there was."""
    return tuple(
        Violation(
            code="learnings.tally",
            where=f"{part} {f.name}",
            message=f"{f.clicks} of {f.n} clicked, and {f.counted.clicks:g} of {f.counted.views:g} count.",
            fix="Compute it again from the ledger.",
        )
        for part in PARTS
        for f in learnings.of(part)
        if f.clicks > f.n or f.counted.views > f.n * (1 + 1e-9) or f.counted.clicks > f.counted.views * (1 + 1e-9)
    )


CHECKS: tuple[Check, ...] = (intervals_hold, names_differ, units_agree, tallies_add_up)
