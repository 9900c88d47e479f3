"""Record keys that the AT Protocol takes for a post: timestamp identifiers (atproto.com/specs/tid)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

_SORTED = "234567abcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 2**53
"""Microseconds of a TID: 53 bits, which last until the year 2255."""


def tid(published_at: datetime, key: str) -> str:
    """The TID of a post: its second, and within that a place that the key alone decides.

    A microsecond and the 10 bits of the clock id come out of the key's hash, a billion places a second, so that parts of a
    thread published in one second stand side by side. Raises ValueError for a time without a zone, or one that no TID can hold.
    """
    if published_at.utcoffset() is None:
        raise ValueError(f"The time {published_at} has no zone.")
    place = int.from_bytes(sha256(key.encode()).digest()[:8])
    seconds = (published_at - _EPOCH) // timedelta(seconds=1)
    micros = seconds * 1_000_000 + place % 1_000_000
    if not 0 <= micros < _LATEST:
        raise ValueError(f"The time {published_at} is outside of what a TID can hold.")
    number = micros << 10 | (place // 1_000_000) % 1024
    return "".join(_SORTED[number >> shift & 31] for shift in range(60, -1, -5))
