"""How long learning takes over a year of 5,000 posts and 100,000 clicks, collecting aside: how fast channels answer is theirs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.machine import slowness
from graph import learn
from graph.rooms import Rooms
from state.contracts import Learnings
from state.flywheel import Context
from state.ledger import Ledger, close_ledgers, ledger_at
from state.ledger.tables import metadata
from state.settings import Settings
from state.workspace import database_url, load_settings
from tests.support.takings import year

PIECES, CLICKS = 1_000, 100_000
AIM, WORST = 10.0, 60.0
"""Seconds."""


def _nothing_to_tell(settings: Settings, name: str) -> None:
    """In place of a channel: one that has nobody to ask."""


async def _year(ledger: Ledger) -> None:
    for name, rows in year(PIECES, CLICKS):
        async with ledger._database.writing() as connection:
            await connection.execute(metadata.tables[name].insert(), rows)


def test_learning(automatic: Path, loop: asyncio.AbstractEventLoop, report: Callable[[str], None]) -> None:
    """A year is learnt from in at most 10 s, the first time and when nothing is new."""
    rooms = Rooms(clock=lambda: datetime(2027, 1, 10, tzinfo=UTC), open_channel=_nothing_to_tell)
    graph = learn.build(rooms).compile()
    context = Context(workspace=str(automatic))

    async def run() -> tuple[list[float], Learnings]:
        ledger = await ledger_at(database_url(load_settings(automatic)))
        await _year(ledger)
        took = []
        for changed in (True, False):
            began = time.perf_counter()
            assert (await graph.ainvoke({}, context=context))["changed"] is changed
            took.append(time.perf_counter() - began)
        kept = await ledger.latest_learnings()
        await close_ledgers()
        assert kept is not None
        return took, Learnings.model_validate_json(kept)

    (first, again), learnings = loop.run_until_complete(run())
    report(
        f"learning from {5 * PIECES:,} posts and {CLICKS:,} clicks: {first:.1f} s, {again:.1f} s with nothing new "
        f"(aim {AIM:.0f}; the machine is {slowness():.1f} times slower than the reference)"
    )
    assert {f.name for f in learnings.offers} == {"newsletter", "repair-guide", "toolkit"}
    assert sum(f.clicks for f in learnings.offers) > 0.8 * CLICKS
    assert max(first, again) < WORST
