"""How fast the machine is just now, beside the one that the aims are for: on a slower one, they allow as much more."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

REFERENCE = 0.12
"""Seconds that `_work` takes where the aims hold: one quiet core at about 3 GHz, Python 3.11."""


def slowness() -> float:
    """How many times slower than the reference this machine is at the moment; at least 1. Takes about a second."""
    return max(1.0, statistics.median(_work() for _ in range(5)) / REFERENCE)


def peak_megabytes() -> float:
    """The most memory that this process has held since its program began.

    Not `ru_maxrss`: on Linux that remembers the process that it was forked from, and a benchmark's is large by then.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _work() -> float:
    began, total = time.perf_counter(), 0
    for i in range(3_000_000):
        total += i
    return time.perf_counter() - began
