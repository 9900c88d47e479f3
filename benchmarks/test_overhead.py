"""What the graph, the contracts, the checkpoints and the ledger cost a piece, on top of calling the four agents one after another."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desk.session import Desk, open_desk
from graph.rooms import Agents, Rooms
from graph.slices import CALL

TOPIC = "What the label on a light bulb doesn't say"
PIECES = 25


@dataclass
class Clocked:
    """Seconds that the agents themselves took: what a bare sequence of calls would cost."""

    inside: float = 0.0

    def round(self, agent: Callable[..., Any]) -> Callable[..., Any]:
        async def timed(*args: Any) -> Any:
            started = time.perf_counter()
            try:
                return await agent(*args)
            finally:
                self.inside += time.perf_counter() - started

        return timed


def _rooms(clocked: Clocked) -> Rooms:
    plain = Agents()
    return Rooms(agents=Agents(*(clocked.round(getattr(plain, name)) for name in CALL)))


def test_overhead_of_a_piece(automatic: Path, report: Callable[[str], None]) -> None:
    """A piece from start to published costs its agents' time plus the overhead that is printed (aim: 40 ms; later 10)."""
    clocked = Clocked()

    async def run() -> list[float]:
        async with open_desk(automatic, rooms=_rooms(clocked)) as desk:
            await _piece(desk, 0)  # first use imports, compiles and migrates
            return [await _overhead(desk, i, clocked) for i in range(1, PIECES)]

    costs = asyncio.run(run())
    ms = [1000 * c for c in costs]
    report(
        f"overhead of a piece: median {statistics.median(ms):.1f} ms, best {min(ms):.1f} ms, worst {max(ms):.1f} ms ({len(ms)} pieces)"
    )
    assert costs


async def _piece(desk: Desk, number: int) -> str:
    """One piece, through to published; then taken off the list, so that the next isn't a repeat of it."""
    piece = f"{number:06x}00"
    await desk.start(TOPIC, piece=piece)
    row = await desk.find(piece)
    assert row.status == "published", row
    await desk.ledger.update_piece(piece, now=row.updated_at, status="dropped")
    return piece


async def _overhead(desk: Desk, number: int, clocked: Clocked) -> float:
    clocked.inside, started = 0.0, time.perf_counter()
    await _piece(desk, number)
    return time.perf_counter() - started - clocked.inside


def test_disk_of_a_piece(automatic: Path, report: Callable[[str], None]) -> None:
    """What one more piece adds to the checkpoints and to the ledger on disk (aim: 1 MB at most)."""

    async def run() -> tuple[int, int]:
        async with open_desk(automatic) as desk:
            await _piece(desk, 0)
        before = _size(automatic)
        async with open_desk(automatic) as desk:
            for i in range(1, 6):
                await _piece(desk, i)
        return before, _size(automatic)

    before, after = asyncio.run(run())
    report(
        f"disk of a piece: {(after - before) / 5 / 1e6:.2f} MB more for each of 5 (first: {before / 1e6:.2f} MB with empty databases)"
    )
    assert after > before


def _size(workspace: Path) -> int:
    return sum(p.stat().st_size for p in (workspace / ".flywheel").iterdir())
