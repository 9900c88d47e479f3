"""`flywheel pieces`: every piece and where it is."""

from __future__ import annotations

from desk.kept import ask
from desk.output import Output
from desk.place import Place
from state.records import PieceRow


def run(place: Place, *, as_json: bool) -> int:
    output = Output(as_json=as_json)
    rows = ask(place, lambda kept: kept.ledger.pieces())
    if rows:
        output.rows(("piece", "status", "about", "changed (UTC)"), [_cells(row) for row in rows])
    else:
        output.say(f"There are no pieces yet. Start one with `{place.command('run', 'a topic')}`.")
    output.result({"pieces": [row.model_dump(mode="json") for row in rows]})
    return 0


def _cells(row: PieceRow) -> tuple[str, ...]:
    status = f"waiting at {row.waiting_at}" if row.waiting_at else row.status
    return (
        row.piece,
        f"{status}, stuck" if row.waiting_at and row.reason else status,
        row.title or row.topic,
        f"{row.updated_at:%Y-%m-%d %H:%M}",
    )
