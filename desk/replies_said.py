"""What people said and what became of it, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from desk.output import Output, safe
from desk.place import Place
from state.base import one_line
from state.records import WAITING, PostCount, ResponseRow

LONGEST = 200
"""Characters of somebody's words in a list."""


def say_response(row: ResponseRow, place: Place, output: Output) -> None:
    """Who said what where, what it is marked as and why, and the command that moves it on."""
    said = one_line(row.response.text)
    shown = f"{said[:LONGEST]} …" if len(said) > LONGEST else said
    why = f": {row.reason}" if row.reason else ""
    head = f" {row.mark}{why}" if row.mark != "unanswered" or row.reason else " unanswered: write an answer"
    output.say(Text.assemble((row.id, "bold"), safe(head)))
    output.say(f"{row.response.author} on {row.channel}: {shown}", indent=2)
    if row.response.url:
        output.say(row.response.url, indent=2)
    if command := command_for(row, place):
        output.say(f"Answer it with: {command}", indent=2)


def command_for(row: ResponseRow, place: Place) -> str:
    """What a person can do about it now; empty for what is settled."""
    if row.mark not in WAITING:
        return ""
    return place.command("review", row.id) if row.piece else place.command("replies", "--ignore", row.id)


def public_response(row: ResponseRow, place: Place) -> dict[str, object]:
    said = row.response
    return {
        "id": row.id,
        "channel": row.channel,
        "piece": row.piece,
        "kind": said.kind.value,
        "author": said.author,
        "text": said.text,
        "url": said.url,
        "at": said.at.isoformat(),
        "mark": row.mark,
        "reason": row.reason,
        "reply": row.reply,
        "command": command_for(row, place),
    }


def count_line(counts: Iterable[PostCount]) -> str:
    """`3 likes, 1 reply`."""
    named = ((c.count, f"{c.kind.value}{'' if c.count == 1 else 's'}") for c in counts if c.count)
    told = ", ".join(f"{count} {'replies' if kind == 'replys' else kind}" for count, kind in named)
    return told or "nothing yet"
