"""Assignment: what the piece is about, and why now. Made by `assign`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from state.base import Frozen
from state.channels import RULES
from state.choices import Choice
from state.contracts.base import Contract
from state.facts import Facts
from state.text import fold
from state.violations import Check, Severity, Violation

TOPIC = 200
"""Characters of a topic."""


class Candidate(Frozen):
    """A topic that could have been taken."""

    topic: str
    why: str
    score: float


class Assignment(Contract):
    """Its parent is the Learnings that it was made with."""

    version: Literal["assignment/1"] = "assignment/1"
    piece: str = Field(min_length=1)
    topic: str
    origin: Literal["given", "scouted"]
    why: str = ""
    runners_up: tuple[Candidate, ...] = ()
    channels: tuple[str, ...]
    """Where the piece is meant to go."""
    themes: tuple[str, ...] = ()
    """From Learnings: what earned attention lately, as it was drawn for this piece."""
    choice: Choice | None = Field(default=None, exclude_if=lambda choice: choice is None)
    """How the themes were drawn; None, and left out of a dump, where nothing was learnt of them."""


def swapped(assignment: Assignment, number: int) -> Assignment:
    """The Assignment with its runner-up `number` (from 1) as its topic; the old topic leads the runners-up in its place.

    The old topic ranks as high as the best of them: an Assignment keeps no score of its own.
    """
    chosen = assignment.runners_up[number - 1]
    old = Candidate(topic=assignment.topic, why=assignment.why, score=max(c.score for c in assignment.runners_up))
    others = tuple(c for at, c in enumerate(assignment.runners_up, 1) if at != number)
    return assignment.model_copy(
        update={"topic": chosen.topic, "why": chosen.why, "runners_up": (old, *others), "origin": "scouted"}
    )


def topic_says_something(assignment: Assignment, facts: Facts) -> tuple[Violation, ...]:
    if len(assignment.topic.strip()) >= 3:
        return ()
    return (
        Violation(
            code="assignment.topic-empty",
            where="topic",
            message="There is no topic to write about.",
            fix='Give one: flywheel run "a topic", or put notes or sources into the workspace.',
        ),
    )


def topic_fits(assignment: Assignment, facts: Facts) -> tuple[Violation, ...]:
    """At most 200 characters: it becomes a title and an address."""
    if len(assignment.topic) <= TOPIC:
        return ()
    return (
        Violation(
            code="assignment.topic-long",
            where="topic",
            message=f"The topic has {len(assignment.topic)} characters of at most {TOPIC}.",
            fix="Say in a few words what the piece is about; the rest belongs into a note in voice/notes/.",
        ),
    )


def channels_are_known(assignment: Assignment, facts: Facts) -> tuple[Violation, ...]:
    """At least one channel, each one that we have rules for."""
    if not assignment.channels:
        return (
            Violation(
                code="assignment.no-channel",
                where="channels",
                message=" ".join(
                    ["The piece has nowhere to go.", *(c.trouble for c in facts.settings.channels if c.trouble)]
                ),
                fix="Mend that, or switch on a channel in flywheel.toml: [channels.site].",
            ),
        )
    return tuple(
        Violation(
            code="assignment.unknown-channel",
            where=f"channel {name}",
            message=f"No rules for {name!r}.",
            fix=f"Use one of: {', '.join(sorted(RULES))}.",
        )
        for name in assignment.channels
        if name not in RULES
    )


def comes_from_these_learnings(assignment: Assignment, facts: Facts) -> tuple[Violation, ...]:
    if assignment.parent == facts.learnings:
        return ()
    return (
        Violation(
            code="assignment.parent",
            where="parent",
            message="It names other Learnings than the frozen ones.",
            fix="Make the assignment again.",
        ),
    )


def is_a_new_topic(assignment: Assignment, facts: Facts) -> tuple[Violation, ...]:
    """A topic that was published before is worth a look, no more: a person may return to one."""
    topic = fold(assignment.topic).casefold()
    return tuple(
        Violation(
            code="assignment.repeat",
            where="topic",
            message=f"Piece {p.piece} was on the same topic.",
            fix="Take a runner-up, or a new side of it.",
            severity=Severity.FLAG,
        )
        for p in facts.published
        if fold(p.topic).casefold() == topic
    )


CHECKS: tuple[Check, ...] = (
    topic_says_something,
    topic_fits,
    channels_are_known,
    comes_from_these_learnings,
    is_a_new_topic,
)
