"""`flywheel pieces`: every piece and where it is. Opens the ledger alone, so that it is quick."""

from __future__ import annotations

import asyncio

from desk.output import Output
from desk.place import Place
from state.ledger import close_ledgers, ledger_at
from state.records import PieceRow
from state.workspace import database_url, load_settings


def run(place: Place, *, as_json: bool) -> int:
    output = Output(as_json=as_json)
    rows = asyncio.run(_rows(place))
    if rows:
        output.rows(("piece", "status", "about", "changed (UTC)"), [_cells(row) for row in rows])
    else:
        output.say(f"There are no pieces yet. Start one with `{place.command('run', 'a topic')}`.")
    output.result({"pieces": [row.model_dump(mode="json") for row in rows]})
    return 0


async def _rows(place: Place) -> tuple[PieceRow, ...]:
    settings = await asyncio.to_thread(load_settings, place.workspace)
    try:
        ledger = await ledger_at(database_url(settings))
        return await ledger.pieces()
    finally:
        await close_ledgers()


def _cells(row: PieceRow) -> tuple[str, ...]:
    status = f"waiting at {row.waiting_at}" if row.waiting_at else row.status
    return (
        row.piece,
        f"{status}, stuck" if row.waiting_at and row.reason else status,
        row.title or row.topic,
        f"{row.updated_at:%Y-%m-%d %H:%M}",
    )
