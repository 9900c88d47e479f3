"""`flywheel send`: what is due; `outbox resolve`: the word of a person who looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from desk.errors import NotOpen, WrongUsage
from desk.opened import Opened, opened
from desk.output import Output
from desk.place import Place
from desk.posts import current, find_post, name_of, public, state_of
from graph.closing import drop_post, found_posted, send_again
from state.records import ON_THE_WAY, OutboxRow, PostState


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
        row = desk.do(find_post(desk.desk.ledger, place, name))
        _refuse_unless_open(desk, row, word)
        behind = desk.do(_settle(desk, row, word))
        desk.do(desk.desk.drain(row.piece))
        after = desk.do(desk.desk.ledger.post(row.key)) or row
        zone = desk.desk.settings.identity.timezone
    output.say(f"{name_of(after)} is {state_of(after, zone)}{f': {after.reason}' if after.reason else ''}")
    for part in behind:
        output.say(f"{name_of(part)} goes with it: a thread's parts don't go without those before them.")
    output.result({"post": public(after), "behind": [name_of(part) for part in behind]})
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


async def _settle(desk: Opened, row: OutboxRow, word: Word) -> tuple[OutboxRow, ...]:
    """Returns what goes the same way."""
    ledger, now = desk.desk.ledger, desk.desk.now()
    if word.posted is not None:
        seen = await desk.desk.look(row)
        id_ = seen.remote_id if seen else word.posted.rstrip("/").rpartition("/")[2]
        await found_posted(row, ledger, now, url=word.posted, remote_id=id_)
    elif word.retry:
        window = timedelta(days=desk.desk.settings.schedule.window_days)
        await send_again(row, ledger, now, window=window)
    else:
        return await drop_post(row, ledger, now, "dropped by a person")
    return ()


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
