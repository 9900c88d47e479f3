"""`flywheel outbox`: what is on its way or stuck."""

from __future__ import annotations

from desk.kept import Kept, ask
from desk.output import Output
from desk.place import Place
from desk.posts import asks, current, name_of, public, state_of, title_of, when
from state.records import Gate, OutboxRow, PieceRow, PostState


def run(place: Place, *, everything: bool, as_json: bool) -> int:
    """List the posts that are on their way, parked or refused; `everything` adds those that are out."""
    output = Output(as_json=as_json)
    zone, posts, every, pieces = ask(place, _found)
    rows = [r for r in current(posts) if everything or asks(r)]
    gates = [g for g in every if g.closed_until]
    if rows:
        heads = ("post", "state", "piece", "why, or where")
        cells = [(name_of(r), state_of(r, zone), title_of(r, pieces), r.reason or r.url or "") for r in rows]
        output.rows(heads, cells)
    else:
        output.say("Nothing is on its way, and nothing is stuck.")
    for gate in gates:
        output.say(_said(gate, zone))
    if any(r.state is PostState.PARKED for r in rows):
        output.say(f"Look, then say so: {place.command('outbox', 'resolve', 'POST')} --retry, --posted URL or --drop.")
    output.result({"posts": [public(r) for r in rows], "closed": [g.model_dump(mode="json") for g in gates]})
    return 0


async def _found(kept: Kept) -> tuple[str, tuple[OutboxRow, ...], tuple[Gate, ...], tuple[PieceRow, ...]]:
    ledger = kept.ledger
    return kept.settings.identity.timezone, await ledger.outbox(), await ledger.gates(), await ledger.pieces()


def _said(gate: Gate, zone: str) -> str:
    failures = f"{gate.failures} failure{'s' if gate.failures > 1 else ''} in a row"
    return f"{gate.channel} isn't called before {when(gate.closed_until, zone)}, after {failures}: {gate.reason}"
