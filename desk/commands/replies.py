"""`flywheel replies`: what people said, and what became of it."""

from __future__ import annotations

from desk.engaging import Conversations
from desk.opened import opened
from desk.output import Output
from desk.place import Place
from desk.replies_said import public_response, say_response
from state.channels import Kind
from state.records import ResponseRow


def run(place: Place, *, take_up: str | None, ignore: str | None, as_json: bool) -> int:
    """Raises NoSuchReply, NoReplyWaits."""
    output = Output(as_json=as_json)
    with opened(place) as desk:
        talks = Conversations.beside(desk.desk)
        if take_up is not None:
            desk.do(talks.open_again(desk.do(talks.find_reply(take_up))))
        if ignore is not None:
            desk.do(talks.ignore(desk.do(talks.find_reply(ignore))))
        named = take_up or ignore
        rows = (desk.do(talks.find_reply(named)),) if named else _said(desk.do(desk.desk.ledger.responses()))
        for row in rows:
            say_response(row, place, output)
        if not rows:
            output.say(f"Nobody said anything yet. `{place.command('engage')}` asks the channels.")
        output.result({"replies": [public_response(row, place) for row in rows]})
    return 0


def _said(rows: tuple[ResponseRow, ...]) -> tuple[ResponseRow, ...]:
    """Those that said something; who only liked or passed it on is counted."""
    return tuple(row for row in rows if row.response.kind in (Kind.REPLY, Kind.MENTION))
