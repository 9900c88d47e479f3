"""How fast an existing ledger opens: it is what every command waits for first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.machine import slowness
from state.ledger import open_ledger

AIM = 0.03
"""Seconds."""


def test_opening(
    tmp_path: Path, benchmark: BenchmarkFixture, loop: asyncio.AbstractEventLoop, report: Callable[[str], None]
) -> None:
    """A ledger whose schema is current opens in at most 30 ms."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"

    async def opened() -> None:
        await (await open_ledger(url)).close()

    loop.run_until_complete(opened())
    benchmark.pedantic(lambda: loop.run_until_complete(opened()), rounds=10)
    assert benchmark.stats is not None
    report(f"an existing ledger opens in {1000 * benchmark.stats.stats.min:.1f} ms at best (aim {1000 * AIM:.0f})")
    assert benchmark.stats.stats.min < AIM * slowness()
