"""The circuit breaker of each channel: after failures it isn't called for a while, so that one dead channel delays no other."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from state.records import Gate

PATIENCE = 3
"""Failures in a row before the channel is left alone."""
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
"""How long it is left alone: the shortest after `PATIENCE` failures, twice as long after each further one."""
FIRST, LAST = timedelta(seconds=30), timedelta(hours=1)
"""How long a post waits after its first failure; twice as long after each further one, up to the last."""


def failed(gate: Gate, now: datetime, reason: str, *, retry_after: float | None = None) -> Gate:
    """One more failure in a row. A far side that names a time in seconds is taken at its word, up to a day."""
    failures = gate.failures + 1
    pause = min(SHORTEST * 2 ** max(0, min(failures - PATIENCE, 16)), LONGEST) if failures >= PATIENCE else None
    if retry_after is not None:
        pause = max(pause or timedelta(0), timedelta(seconds=min(retry_after, 86_400)))
    closed = now + pause if pause is not None else None
    return Gate(channel=gate.channel, failures=failures, closed_until=closed, reason=reason)


def refused(gate: Gate, now: datetime, reason: str) -> Gate:
    """The credentials were refused: no other post needs to find that out. Closed at once, and for the longest."""
    return Gate(channel=gate.channel, failures=gate.failures + 1, closed_until=now + LONGEST, reason=reason)


def pause(tries: int, *, retry_after: float | None = None) -> timedelta:
    """How long a post waits that has failed `tries` times, with jitter: between half of that and all of it.

    This is "equal jitter" of Marc Brooker's "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015).
    """
    if retry_after is not None:
        return timedelta(seconds=min(retry_after, 86_400))
    longest: timedelta = min(FIRST * 2 ** max(0, min(tries - 1, 16)), LAST)
    return longest * random.uniform(0.5, 1)  # noqa: S311  # spreads retries; nothing is guessed from it
