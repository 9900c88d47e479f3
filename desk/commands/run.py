"""`flywheel run`: start a piece or take one up, and bring it as far as it goes."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from desk import reviewing
from desk.dialogue import Dialogue
from desk.errors import DeskError, WrongUsage
from desk.opened import Opened, opened
from desk.output import Output
from desk.place import Place
from desk.progress import Watcher
from desk.report import as_json as report_json
from desk.report import report
from desk.session import new_piece_id
from desk.standing import say_standing
from state.workspace.problems import Refused
from state.workspace.values import writer


def run(topic: str, place: Place, *, approve_all: bool, resume: str | None, model: str, as_json: bool) -> int:
    """Raises Interrupted at Ctrl-C, WrongUsage, and whatever stops the work, with the piece's name in its notes."""
    _refuse_contradictions(topic, resume, model)
    output = Output(as_json=as_json)
    with opened(place, model=model) as desk:
        piece = desk.find(resume).piece if resume is not None else new_piece_id()
        watcher = Watcher(output.progress if not as_json or output.progress.is_terminal else None)
        with desk.driving(piece):
            with watcher:
                desk.do(_first_leg(desk, piece, topic, watcher, again=resume is not None))
            halted = _go_on(desk, piece, output, watcher, approve_all=approve_all)
            told = report(desk, desk.do(desk.desk.find(piece)))
        output.say()
        if halted:
            output.say(halted)
        say_standing(told, desk, output)
        output.result(report_json(told, desk))
    return 0


def _refuse_contradictions(topic: str, resume: str | None, model: str) -> None:
    if resume is not None and topic.strip():
        raise WrongUsage("A piece that is taken up has its topic already.", fix="Leave out TOPIC, or --resume.")
    if resume is not None and model:
        raise WrongUsage(
            "A piece keeps the model that it was started with.", fix="Leave out --model, or start a new piece."
        )
    if model:
        try:
            writer(model)
        except Refused as error:
            raise WrongUsage(f"--model: {error.message}", fix=error.fix) from None


def _first_leg(desk: Opened, piece: str, topic: str, watcher: Watcher, *, again: bool) -> Coroutine[Any, Any, object]:
    if again:
        return desk.desk.resume(piece, watch=watcher)
    return desk.desk.start(topic, piece=piece, watch=watcher)


def _go_on(desk: Opened, piece: str, output: Output, watcher: Watcher, *, approve_all: bool) -> str:
    """From review to review. Returns why --approve-all stopped short, if it did."""
    if approve_all:
        return _approve_all(desk, piece, output, watcher)
    if output.interactive:
        Dialogue(desk, piece, output).run()
    return ""


def _approve_all(desk: Opened, piece: str, output: Output, watcher: Watcher) -> str:
    while (waiting := desk.do(desk.desk.waiting(piece))) is not None:
        if waiting.shown.stuck:
            return "--approve-all leaves a stuck piece to a person."
        try:
            reviewing.send(desk, piece, waiting, reviewing.approve(by="approve-all"), watcher)
        except DeskError as error:
            return f"--approve-all stops here: {error}"
        watcher.note(f"✓ {waiting.shown.point} approved by --approve-all")
    return ""
