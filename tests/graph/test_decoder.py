"""The one decoder of answers, given anything at all: it refuses, asks again, or takes a decision that is open and that was meant."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from graph.answers import Answer, ReviewAnswer, Unclear, decode
from state.flywheel import Shown
from tests.graph.rig import OpenFlow

TEXTS = {"draft": "# Title\n\nBody.", "decision": "approve"}
OPEN = ("approve", "edit", "rework", "drop")
WORDS = (
    *(
        "type",
        "args",
        "accept",
        "edit",
        "response",
        "ignore",
        "approve",
        "reject",
        "respond",
        "decisions",
        "edited_action",
    ),
    *(
        "action",
        "name",
        "message",
        "draft",
        "decision",
        "drop",
        "rework voice: x",
        "Approve: yes",
        "decision: approve",
        "by",
    ),
    *("approve-all", "person", "\ud800", "\x00", ""),
)
word = st.sampled_from(WORDS)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | word | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(word, inner, max_size=4),
    max_leaves=12,
)
shaped = st.one_of(
    st.lists(st.fixed_dictionaries({"type": word, "args": anything}), min_size=1, max_size=2),
    st.fixed_dictionaries({"type": word}, optional={"args": anything, "by": word}),
    st.fixed_dictionaries({"decisions": st.lists(st.fixed_dictionaries({"type": word}, optional={"message": word}))}),
)


def shown(*open_: str) -> Shown:
    return Shown.model_validate(
        {
            "point": "review_draft",
            "contract": "Draft",
            "digest": "d",
            "args": tuple(TEXTS.items()),
            "description": "D",
            "violations": (),
            "stuck": False,
            "open": open_,
            "sha256": "s",
        }
    )


def decided(answer: Any, *open_: str) -> Answer | Unclear | None:
    """None where the shape is refused, with the interrupt still open."""
    try:
        return decode(ReviewAnswer.model_validate(answer), shown(*open_))
    except ValidationError:
        return None


@given(anything | shaped, st.sets(st.sampled_from(OPEN)))
def test_nothing_is_decided_that_is_not_open(answer: Any, allowed: set[str]) -> None:
    """Whatever comes, it is refused, unclear, or one of the decisions that are open here."""
    found = decided(answer, *allowed)
    assert not isinstance(found, Answer) or found.kind in allowed


@given(
    word | st.text(max_size=40),
    st.sampled_from(("{}", "approve {}", "approve: {}", "decision: approve {}", "{}\napprove")),
)
def test_no_note_approves(text: str, form: str) -> None:
    """What is said in a note is never an approval: that takes an accept."""
    note = form.format(text)
    for answer in (
        [{"type": "response", "args": note}],
        {"type": "response", "args": note},
        {"decisions": [{"type": "respond", "message": note}]},
        {"decisions": [{"type": "reject", "message": note}]},
    ):
        found = decided(answer, *OPEN)
        assert not isinstance(found, Answer) or found.kind != "approve"


@pytest.mark.parametrize("note", ["half a character: \ud83d", "a zero: \x00 in it", "\x1b[2J"])
async def test_a_note_of_strange_characters_is_taken_or_asked_again(note: str, flow: OpenFlow) -> None:
    """A note that no database could hold doesn't break the run: the piece goes on, or the person is asked again."""
    piece = await flow().start()
    await piece.answer([{"type": "response", "args": note}])
    assert await piece.waits()
    assert (await piece.shown()).point == "review_brief"
