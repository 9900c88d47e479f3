"""`flywheel amend`: change or take down what is published, through review_release again."""

from __future__ import annotations

from desk import reviewing
from desk.dialogue import Dialogue
from desk.errors import WrongUsage
from desk.opened import Opened, opened
from desk.output import Output
from desk.place import Place
from desk.progress import Watcher
from desk.report import as_json as report_json
from desk.report import report
from desk.session import NothingWaits
from desk.standing import say_standing
from graph.closing import note_amendment


def run(name: str, place: Place, *, take_down: str | None, channels: list[str], as_json: bool) -> int:
    """Raises NoSuchPiece, CannotAmend, NothingWaits, WrongUsage, NotOpen, NotTaken."""
    if take_down is not None and not take_down.strip():
        raise WrongUsage("--take-down needs a note.", fix="Say why it is taken down; the ledger keeps it.")
    if channels and take_down is None:
        raise WrongUsage(
            "--channel goes with --take-down.", fix="Add --take-down NOTE, or edit the text in the review."
        )
    output = Output(as_json=as_json)
    with opened(place) as desk:
        piece = desk.find(name).piece
        with desk.driving(piece):
            if take_down is not None and not channels:
                desk.do(desk.desk.take_down(piece, take_down.strip()))
            else:
                desk.do(desk.desk.amend(piece))
                _go_on(desk, piece, channels, (take_down or "").strip(), output)
            told = report(desk, desk.do(desk.desk.find(piece)))
        say_standing(told, desk, output)
        payload = told.waiting.payload if told.waiting else None
        output.result({**report_json(told, desk), "payload": payload})
    return 0


def _go_on(desk: Opened, piece: str, channels: list[str], note: str, output: Output) -> None:
    """Empty the channels that are taken down, and write down why; without any, ask whoever sits there."""
    if not channels:
        if output.interactive:
            Dialogue(desk, piece, output).run()
        return
    waiting = desk.do(desk.desk.waiting(piece))
    if waiting is None:
        raise NothingWaits(desk.do(desk.desk.find(piece)))
    there = dict(waiting.shown.args)
    strange = [channel for channel in channels if channel not in there]
    if strange:
        desk.do(desk.desk.answer(piece, {"type": "ignore"}))
        known = ", ".join(name for name in there if name != "decision")
        raise WrongUsage(f"The piece isn't published on {', '.join(strange)}.", fix=f"It is on {known}.")
    edit = reviewing.edit(waiting.shown, dict.fromkeys(channels, ""))
    reviewing.send(desk, piece, waiting, edit, Watcher(output.progress))
    desk.do(note_amendment(piece, desk.desk.ledger, desk.desk.now(), note))
