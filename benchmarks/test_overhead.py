"""What a piece costs on top of calling the four agents one after another, and where that goes."""

from __future__ import annotations

import asyncio
import inspect
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desk.session import Desk, open_desk
from graph.rooms import Agents, Rooms
from graph.slices import CALL
from state.ledger import ledger_at

TOPIC = "What the label on a light bulb doesn't say"
PIECES = 25


@dataclass
class Stopwatch:
    """Seconds by part. What runs inside another part counts for that one alone."""

    seconds: dict[str, float] = field(default_factory=dict)
    running: str = ""

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        if self.running:
            yield
            return
        self.running, started = name, time.perf_counter()
        try:
            yield
        finally:
            self.running = ""
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        async def timed(*args: Any, **kwargs: Any) -> Any:
            with self.part(name):
                return await function(*args, **kwargs)

        return timed


class TimedLedger:
    """A ledger whose calls are timed; a transaction counts as a whole."""

    def __init__(self, inner: Any, watch: Stopwatch) -> None:
        self._inner, self._watch = inner, watch

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._watch.around("ledger", found) if inspect.iscoroutinefunction(found) else found

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        with self._watch.part("ledger"):
            async with self._inner.together():
                yield


def _rooms(watch: Stopwatch) -> Rooms:
    async def ledger(url: str) -> Any:
        return TimedLedger(await ledger_at(url), watch)

    agents = Agents(*(watch.around("agents", getattr(Agents(), name)) for name in CALL))
    return Rooms(agents=agents, ledger=ledger)


def test_overhead_of_a_piece(automatic: Path, report: Callable[[str], None]) -> None:
    """Aim: graph, contracts and checkpoints cost 40 ms a piece at most; later 10."""
    watch = Stopwatch()

    async def run() -> list[dict[str, float]]:
        async with open_desk(automatic, rooms=_rooms(watch)) as desk:
            desk.drain = watch.around("drainer", desk.drain)  # type: ignore[method-assign]
            await _piece(desk, 0)  # first use imports, compiles and migrates
            return [await _timed(desk, i, watch) for i in range(1, PIECES)]

    pieces = asyncio.run(run())
    parts = {name: 1000 * statistics.median(p[name] for p in pieces) for name in pieces[0]}
    listed = ", ".join(f"{name} {ms:.1f}" for name, ms in parts.items())
    best = 1000 * min(p["graph, contracts and checkpoints"] for p in pieces)
    report(f"a piece, median ms by part: {listed} (aim for graph, contracts and checkpoints: 40; best seen {best:.1f})")
    assert len(pieces) == PIECES - 1


async def _timed(desk: Desk, number: int, watch: Stopwatch) -> dict[str, float]:
    watch.seconds.clear()
    started = time.perf_counter()
    await _piece(desk, number)
    whole = time.perf_counter() - started
    rest = whole - sum(watch.seconds.values())
    return {
        **{name: watch.seconds[name] for name in ("agents", "ledger", "drainer")},
        "graph, contracts and checkpoints": rest,
    }


async def _piece(desk: Desk, number: int) -> str:
    """One piece, through to published; then taken off the list, so that the next isn't a repeat of it."""
    piece = f"{number:06x}00"
    await desk.start(TOPIC, piece=piece)
    row = await desk.find(piece)
    assert row.status == "published", row
    await desk.ledger.update_piece(piece, now=row.updated_at, status="dropped")
    return piece


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
