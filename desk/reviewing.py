"""Answers to a review: made, checked against what is open, sent, and whether they were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desk.errors import NotOpen, NotTaken, WrongUsage
from desk.faults import problem_of
from desk.opened import Opened
from desk.place import Place
from desk.progress import Watcher
from desk.report import upstream
from desk.session import Waiting
from state.flywheel import Shown
from state.records import DecisionKind
from state.rules import RuleVersion
from state.violations import failures

_TROUBLE = "**Not taken:** "


@dataclass(frozen=True)
class Reply:
    """A decision, in a shape that graph/answers.py decodes."""

    kind: DecisionKind
    answer: Mapping[str, object]


def approve(*, by: str = "person") -> Reply:
    return Reply("approve", {"type": "accept", "by": by})


def drop(note: str) -> Reply:
    return Reply("drop", {"type": "ignore", "args": note})


def rework(shown: Shown, note: str, to: str = "") -> Reply:
    """Send it back `to` an agent, its maker unless said otherwise. Raises WrongUsage for one that isn't upstream."""
    allowed = upstream(shown.point)
    agent = to.strip().lower() or allowed[-1]
    if agent not in allowed:
        raise WrongUsage(f"{shown.point} can't send back to {to}.", fix=f"It can go to {', '.join(allowed)}.")
    return Reply("rework", {"type": "response", "args": f"rework {agent}: {note}"})


def swap(shown: Shown, number: int) -> Reply:
    """Write about runner-up `number` (from 1) in the topic's place. Raises WrongUsage where there is none."""
    if not shown.swaps:
        raise WrongUsage(f"There is no runner-up to swap in at {shown.point}.", fix="Runners-up stand at review_brief.")
    if not 1 <= number <= len(shown.swaps):
        listed = "; ".join(f"{at}: {topic}" for at, topic in enumerate(shown.swaps, 1))
        raise WrongUsage(f"There is no runner-up {number}.", fix=f"Give the number of one of these: {listed}.")
    return Reply("rework", {"type": "response", "args": f"swap {number}"})


def edit(shown: Shown, texts: Mapping[str, str]) -> Reply:
    return Reply("edit", {"type": "edit", "args": {"action": shown.point, "args": dict(texts)}})


def refuse_unless_open(shown: Shown, kind: DecisionKind, piece: str) -> None:
    """Raises NotOpen, with the checks that stand in the way."""
    if kind in shown.open:
        return
    standing = [v for v in failures(shown.violations) if not v.waivable] if kind == "approve" else []
    why = {
        "approve": "checks fail that can't be waived" if standing else "there is nothing to approve",
        "edit": "there is no text to edit",
        "rework": "people have sent this piece back as often as [bounds] person allows",
        "drop": "the graph doesn't offer it",
    }[kind]
    raise NotOpen(
        f"{kind} isn't open at {shown.point}: {why}.",
        fix=f"Open decisions: {', '.join(shown.open)}.",
        piece=piece,
        problems=[problem_of(v) for v in standing],
    )


def send(opened: Opened, piece: str, seen: Waiting, reply: Reply, watcher: Watcher) -> tuple[RuleVersion, ...]:
    """Answer the review that was `seen`, and run on to the next stop. Returns what rules the answer taught.

    Raises NotOpen, also when something else waits by now; NotTaken when the graph gave the answer back.
    """
    refuse_unless_open(seen.shown, reply.kind, piece)
    now = opened.do(opened.desk.waiting(piece))
    if now is None or now.shown.sha256 != seen.shown.sha256:
        said = "The review was answered or changed from elsewhere in the meantime; your answer was not sent."
        raise NotOpen(said, fix=f"`{opened.place.command('review', piece)}` shows what waits now.", piece=piece)
    before = opened.do(opened.desk.state(piece)).get("decision")
    known = opened.do(opened.desk.ledger.last_rule_row())
    with watcher:
        opened.do(opened.desk.answer(piece, dict(reply.answer), watch=watcher))
    after = opened.do(opened.desk.state(piece)).get("decision")
    again = opened.do(opened.desk.waiting(piece)) if before == after else None
    if again is not None and again.shown.point == seen.shown.point:
        raise NotTaken(
            trouble_of(again.shown) or "The answer was not taken.",
            fix=f"Mend it and send it again: the piece still waits at {seen.shown.point}.",
            piece=piece,
            problems=[problem_of(v) for v in failures(again.shown.violations)],
        )
    written = opened.do(opened.desk.ledger.rules_since(known))
    return tuple(version for version in written if version.cause.startswith(f"{piece}/"))


def hint_of(shown: Shown, piece: str, place: Place) -> str:
    """How to see what each channel will show, where posts are reviewed; empty elsewhere."""
    if shown.contract != "Release":
        return ""
    return f"To see it as each channel will show it: {place.command('preview', piece)}"


def trouble_of(shown: Shown) -> str:
    """What a review says on top when it opens again."""
    lines = (line.removeprefix(_TROUBLE) for line in shown.description.split("\n") if line.startswith(_TROUBLE))
    return next(lines, "")
