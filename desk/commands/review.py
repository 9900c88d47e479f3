"""`flywheel review`: what waits, and the answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desk import reviewing
from desk.dialogue import Dialogue
from desk.engaging import Conversations
from desk.errors import Interrupted, WrongUsage
from desk.opened import Opened, opened
from desk.output import Output
from desk.place import Place
from desk.progress import Watcher
from desk.replies_said import public_response, say_response
from desk.report import as_json as report_json
from desk.report import report
from desk.reviewing import Reply
from desk.rules_said import public, say_learnt
from desk.session import Waiting
from desk.standing import say_standing
from desk.texts import editable, joined, read_texts
from state.records import REPLY, PieceRow
from state.rules import RuleVersion


@dataclass(frozen=True)
class Asked:
    """The options, at most one of the first six."""

    approve: bool = False
    edit: Path | None = None
    rework: str | None = None
    drop: str | None = None
    swap: int | None = None
    save: Path | None = None
    to: str | None = None

    def refuse_contradictions(self) -> None:
        """Raises WrongUsage."""
        given = {
            "--approve": self.approve,
            "--edit": self.edit,
            "--rework": self.rework,
            "--drop": self.drop,
            "--swap": self.swap,
            "--save": self.save,
        }
        named = [name for name, value in given.items() if value is not None and value is not False]
        if len(named) > 1:
            raise WrongUsage(f"{' and '.join(named)} exclude each other.", fix="Give one of them.")
        if self.to is not None and self.rework is None:
            raise WrongUsage("--to says who makes it again, and goes with --rework.", fix="Add --rework NOTE.")
        for name, note in (("--rework", self.rework), ("--drop", self.drop)):
            if note is not None and not note.strip():
                raise WrongUsage(f"{name} needs a note.", fix="Say what should be different, or why it is dropped.")


def run(name: str, place: Place, asked: Asked, *, as_json: bool) -> int:
    """Raises NoSuchPiece, NothingWaits, NotOpen, NotTaken, WrongUsage."""
    asked.refuse_contradictions()
    output = Output(as_json=as_json)
    with opened(place) as desk:
        if name.startswith(REPLY):
            return _run_reply(name, desk, asked, output)
        row = desk.find(name)
        if asked.drop is not None and row.status in ("parked", "partial"):
            return _give_up(desk, row, asked.drop.strip(), output)
        waiting = desk.waiting(row)
        if asked.save is not None:
            return _save(asked.save, desk, row, waiting, output)
        reply = _reply(asked, waiting)
        learnt: tuple[RuleVersion, ...] = ()
        with desk.driving(row.piece):
            if reply is not None:
                learnt = reviewing.send(desk, row.piece, waiting, reply, Watcher(None if as_json else output.progress))
            elif output.interactive:
                Dialogue(desk, row.piece, output).run()
            else:
                _show(desk, row.piece, waiting, output)
            told = report(desk, row)
        if reply is not None or output.interactive:
            say_learnt(learnt, place, output)
            say_standing(told, desk, output)
        payload: Mapping[str, object] | None = told.waiting.payload if told.waiting else None
        rules = [public(version) for version in learnt]
        output.result({**report_json(told, desk), "payload": payload, "learnt": rules})
    return 0


def _run_reply(name: str, desk: Opened, asked: Asked, output: Output) -> int:
    """The same for an answer to somebody. Raises NoSuchReply, NoReplyWaits, NotOpen, NotTaken, WrongUsage, Interrupted."""
    talks = Conversations.beside(desk.desk)
    row, talking = desk.do(talks.find_reply(name)), desk.beside(talks)
    waiting = desk.do(talks.reply_waiting(row))
    if asked.save is not None:
        _write(asked.save, desk, row.id, waiting, output)
    else:
        try:
            _ask_about(row.id, talking, waiting, asked, output)
        except KeyboardInterrupt:
            fix = f"`{desk.place.command('review', row.id)}` asks again."
            raise Interrupted(f"Stopped. {row.id} is kept as far as it got.", fix=fix) from None
    now = desk.do(talks.find_reply(row.id))
    after = desk.do(talks.waiting(row.id))
    say_response(now, desk.place, output)
    output.result({**public_response(now, desk.place), "payload": after.payload if after else None})
    return 0


def _ask_about(reply: str, talking: Opened, waiting: Waiting, asked: Asked, output: Output) -> None:
    decided = _reply(asked, waiting)
    if decided is not None:
        reviewing.send(talking, reply, waiting, decided, Watcher(None if output.as_json else output.progress))
    elif output.interactive:
        Dialogue(talking, reply, output).run()
    else:
        _show(talking, reply, waiting, output)


def _give_up(desk: Opened, row: PieceRow, note: str, output: Output) -> int:
    """Let go of the posts that are parked. Raises NothingWaits when none is."""
    desk.do(desk.desk.give_up(row.piece, note))
    told = report(desk, desk.find(row.piece))
    say_standing(told, desk, output)
    output.result({**report_json(told, desk), "payload": None})
    return 0


def _reply(asked: Asked, waiting: Waiting) -> Reply | None:
    shown = waiting.shown
    if asked.approve:
        return reviewing.approve()
    if asked.edit is not None:
        return reviewing.edit(shown, read_texts(asked.edit, editable(dict(shown.args))))
    if asked.rework is not None:
        return reviewing.rework(shown, asked.rework.strip(), asked.to or "")
    if asked.swap is not None:
        return reviewing.swap(shown, asked.swap)
    return reviewing.drop(asked.drop.strip()) if asked.drop is not None else None


def _show(desk: Opened, name: str, waiting: Waiting, output: Output) -> None:
    output.markdown(waiting.shown.description)
    output.say()
    if hint := reviewing.hint_of(waiting.shown, name, desk.place):
        output.say(hint)
    output.say("Answer with one of:")
    ways = {
        "approve": ["--approve"],
        "edit": ["--edit", "FILE"],
        "rework": ["--rework", "NOTE", "--to", "AGENT"],
        "drop": ["--drop", "NOTE"],
    }
    for kind in waiting.shown.open:
        output.say(desk.place.command("review", name, *ways[kind]), indent=2)
    if waiting.shown.swaps:
        output.say(desk.place.command("review", name, "--swap", "NUMBER"), indent=2)
    if "edit" in waiting.shown.open:
        output.say(f"--save FILE writes the text to edit: {desk.place.command('review', name, '--save', 'FILE')}")


def _save(file: Path, desk: Opened, row: PieceRow, waiting: Waiting, output: Output) -> int:
    _write(file, desk, row.piece, waiting, output)
    output.result({**report_json(report(desk, row), desk), "payload": waiting.payload, "saved": str(file)})
    return 0


def _write(file: Path, desk: Opened, name: str, waiting: Waiting, output: Output) -> None:
    """Write the texts to `file`. Raises WrongUsage when one is there already, NotOpen when there is nothing to edit."""
    reviewing.refuse_unless_open(waiting.shown, "edit", name)
    try:
        with file.open("x", encoding="utf-8") as handle:
            handle.write(joined(editable(dict(waiting.shown.args))))
    except FileExistsError:
        raise WrongUsage(
            f"{file} is there already.", fix="Name a file that isn't, so that no words are lost."
        ) from None
    output.say(f"Written to {file}. When it is as you want it:")
    output.say(desk.place.command("review", name, "--edit", str(file)), indent=2)
