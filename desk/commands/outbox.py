"""`flywheel outbox`: what is on its way or stuck; `resolve`: the word of a person who looked. And `flywheel send`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from desk.errors import NotOpen, WrongUsage
from desk.opened import Opened, opened
from desk.output import Output
from desk.place import Place
from desk.posts import asks, current, find_post, name_of, public, state_of, title_of, when
from graph.closing import drop_post, found_posted, send_again
from state.records import ON_THE_WAY, Gate, OutboxRow, PostState


def run(place: Place, *, everything: bool, as_json: bool) -> int:
    """List the posts that are on their way, parked or refused; `everything` adds those that are out."""
    output = Output(as_json=as_json)
    with opened(place) as desk:
        ledger, zone = desk.desk.ledger, desk.desk.settings.identity.timezone
        rows = [r for r in current(desk.do(ledger.outbox())) if everything or asks(r)]
        gates = [g for g in desk.do(ledger.gates()) if g.closed_until]
        pieces = desk.do(ledger.pieces())
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


def _said(gate: Gate, zone: str) -> str:
    failures = f"{gate.failures} failure{'s' if gate.failures > 1 else ''} in a row"
    return f"{gate.channel} isn't called before {when(gate.closed_until, zone)}, after {failures}: {gate.reason}"


@dataclass(frozen=True)
class Word:
    """What a person says of one post: exactly one of these."""

    posted: str | None = None
    retry: bool = False
    drop: bool = False

    def refuse_contradictions(self) -> None:
        """Raises WrongUsage."""
        if (self.posted is not None) + self.retry + self.drop != 1:
            raise WrongUsage("Say one thing about the post.", fix="Give --posted URL, --retry or --drop.")
        if self.posted is not None and urlsplit(self.posted).scheme not in ("http", "https"):
            raise WrongUsage(f"{self.posted!r} is no web address.", fix="Give the address at which the post stands.")


def resolve(name: str, place: Place, word: Word, *, as_json: bool) -> int:
    """Raises WrongUsage, NoSuchPost, NoSuchPiece, NotOpen for a post that nobody has to be asked about."""
    word.refuse_contradictions()
    output = Output(as_json=as_json)
    with opened(place) as desk:
        row = find_post(desk, name)
        _refuse_unless_open(desk, row, word)
        desk.do(_settle(desk, row, word))
        desk.do(desk.desk.drain(row.piece))
        after = desk.do(desk.desk.ledger.post(row.key)) or row
        zone = desk.desk.settings.identity.timezone
    output.say(f"{name_of(after)} is {state_of(after, zone)}{f': {after.reason}' if after.reason else ''}")
    output.result({"post": public(after)})
    return 0


def _refuse_unless_open(desk: Opened, row: OutboxRow, word: Word) -> None:
    latest = {r.key for r in current(desk.do(desk.desk.ledger.outbox(row.piece)))}
    waiting = row.state in (PostState.PARKED, PostState.REJECTED) or (row.state is PostState.INTENDED and word.drop)
    if row.key in latest and waiting:
        return
    there = f" at {row.url}" if row.url else ""
    said = "a newer version has taken its place" if row.key not in latest else f"it is {row.state.value}{there}"
    raise NotOpen(
        f"{name_of(row)} needs no word of yours: {said}.",
        fix=f"`{desk.place.command('outbox')}` lists what is on its way or stuck.",
        piece=row.piece,
    )


async def _settle(desk: Opened, row: OutboxRow, word: Word) -> None:
    ledger, now = desk.desk.ledger, desk.desk.now()
    if word.posted is not None:
        seen = await desk.desk.look(row)
        id_ = seen.remote_id if seen else word.posted.rstrip("/").rpartition("/")[2]
        await found_posted(row, ledger, now, url=word.posted, remote_id=id_)
    elif word.retry:
        window = timedelta(days=desk.desk.settings.schedule.window_days)
        await send_again(row, ledger, now, window=window)
    else:
        await drop_post(row, ledger, now, "dropped by a person")


def send(place: Place, *, as_json: bool) -> int:
    """Send what is due, of all pieces."""
    output = Output(as_json=as_json)
    with opened(place) as desk:
        before = {r.key: r.state for r in desk.do(desk.desk.ledger.open_posts())}
        desk.do(desk.desk.drain())
        after = [r for r in desk.do(desk.desk.ledger.outbox()) if r.key in before]
        zone = desk.desk.settings.identity.timezone
    for row in after:
        output.say(f"{name_of(row)}: {state_of(row, zone)} {row.url or row.reason}".rstrip())
    if not after:
        output.say("Nothing is on its way.")
    waiting = sum(row.state in ON_THE_WAY for row in after)
    output.result({"posts": [public(row) for row in after], "waiting": waiting})
    return 0
