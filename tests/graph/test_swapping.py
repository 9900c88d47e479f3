"""A runner-up takes the topic's place at review_brief: shown, decided, carried out, and again after a kill."""

from __future__ import annotations

from typing import Any

import pytest

from state.base import digest_of
from state.contracts import Assignment
from tests.graph.rig import TOPIC, OpenFlow

pytestmark = pytest.mark.long

SWAPS: dict[str, Any] = {
    "inbox": lambda args: [{"type": "edit", "args": {"action": "review_brief", "args": args | {"decision": "swap 2"}}}],
    "inbox-response": lambda args: [{"type": "response", "args": "Swap 2"}],
    "hitl": lambda args: {"decisions": [{"type": "reject", "message": "swap 2"}]},
    "bare": lambda args: {"type": "edit", "args": args | {"decision": " swap #2 "}},
}


async def test_the_runners_up_are_shown(flow: OpenFlow) -> None:
    """At review_brief stand why this topic was taken and its runners-up by number; nowhere else do they."""
    piece = await flow().start(None)
    assignment, shown = (await piece.state())["assignment"], await piece.shown()
    assert assignment.why in shown.description
    assert shown.swaps == tuple(c.topic for c in assignment.runners_up)
    for at, candidate in enumerate(assignment.runners_up, 1):
        assert f"{at}. **{candidate.topic}**: {candidate.why}" in shown.description
    await piece.accept()
    draft = await piece.shown()
    assert draft.swaps == ()
    assert "Runners-up" not in draft.description


@pytest.mark.parametrize("shape", SWAPS)
async def test_a_runner_up_is_swapped_in(shape: str, flow: OpenFlow) -> None:
    """The piece goes on with the runner-up in each shape of an answer: a new Assignment by a person, and a Brief made from it."""
    piece = await flow().start(None)
    before = (await piece.state())["assignment"]
    await piece.answer(SWAPS[shape](await piece.args()))
    state, shown = await piece.state(), await piece.shown()
    after: Assignment = state["assignment"]
    assert (shown.point, shown.stuck) == ("review_brief", False)
    assert after.topic == before.runners_up[1].topic
    assert after.why == before.runners_up[1].why
    assert [c.topic for c in after.runners_up] == [
        before.topic,
        *(c.topic for c in before.runners_up if c != before.runners_up[1]),
    ]
    assert state["brief"] is not None
    assert (state["brief"].topic, state["brief"].parent) == (after.topic, digest_of(after))
    (decision,) = await piece.decisions()
    assert (decision.kind, decision.to, decision.note) == ("rework", "content", f"swap 2: {after.topic}")
    made = [(h.producer, h.attempt, h.passed) for h in await piece.handoffs() if h.contract == "Assignment"]
    assert made == [("assign", 1, True), ("person", 1, True)]
    assert (await piece.row()).topic == after.topic
    assert state["attempts"].person == 1
    await piece.accept(4)
    assert piece.trail[-1] == "publish"


async def test_swapped_there_and_back(flow: OpenFlow) -> None:
    """The old topic stands first among the runners-up, so `swap 1` takes it back."""
    piece = await flow().start(None)
    before = (await piece.state())["assignment"]
    for _ in range(2):
        await piece.answer({"type": "response", "args": "swap 1: on second thoughts"})
    assert (await piece.state())["assignment"].topic == before.topic
    assert (await piece.decisions())[-1].note == f"swap 1: {before.topic} (on second thoughts)"
    assert not (await piece.shown()).stuck
    assert [h.attempt for h in await piece.handoffs() if h.producer == "person"] == [1, 2]


@pytest.mark.parametrize(
    ("number", "said"), [("9", "There is no runner-up 9: the numbers go from 1 to"), ("0", "There is no runner-up 0")]
)
async def test_a_number_that_isnt_there(number: str, said: str, flow: OpenFlow) -> None:
    """Another number is asked again, and decides nothing."""
    piece = await flow().start(None)
    before = (await piece.state())["assignment"]
    await piece.answer({"type": "response", "args": f"swap {number}"})
    assert said in (await piece.shown()).description
    assert (await piece.state())["assignment"] == before
    assert await piece.decisions() == ()


async def test_a_given_topic_has_none(flow: OpenFlow) -> None:
    """A topic that a person gave has no runners-up: none are shown, and `swap 1` says so."""
    piece = await flow().start(TOPIC)
    assert "Why this topic" not in (await piece.shown()).description
    await piece.answer({"type": "edit", "args": {"decision": "swap 1"}})
    assert "There is no runner-up to swap in at review_brief." in (await piece.shown()).description
    assert await piece.decisions() == ()


async def test_only_at_review_brief(flow: OpenFlow) -> None:
    """Once the Brief is approved, its topic stands: a later review point has nothing to swap."""
    piece = await flow().start(None)
    await piece.accept()
    await piece.answer({"type": "response", "args": "swap 1"})
    shown = await piece.shown()
    assert shown.point == "review_draft"
    assert "There is no runner-up to swap in at review_draft." in shown.description


async def test_a_runner_up_that_was_taken_meanwhile(flow: OpenFlow) -> None:
    """One that another piece is on by now isn't taken twice: the person is told, and nothing is decided."""
    piece = await flow().start(None)
    wanted = (await piece.state())["assignment"].runners_up[0].topic
    other = await flow(piece="piece-2").start(wanted)
    await piece.answer({"type": "response", "args": "swap 1"})
    assert f"Another piece is on “{wanted}” by now" in (await piece.shown()).description
    assert await piece.decisions() == ()
    await other.drop()
    await piece.answer({"type": "response", "args": "swap 1"})
    assert (await piece.state())["assignment"].topic == wanted


async def test_a_kill_within_the_swap(flow: OpenFlow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after everything was written down, the review node runs again and writes nothing twice."""
    piece = await flow().start(None)
    wanted = (await piece.state())["assignment"].runners_up[0].topic
    with monkeypatch.context() as patch:
        patch.setattr("graph.review.ReworkOrder", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await piece.answer({"type": "response", "args": "swap 1"})
    assert (await piece.row()).topic == wanted
    await piece.run(None)
    state = await piece.state()
    if state["assignment"].topic != wanted:  # the answer went with its process: it is given again
        await piece.answer({"type": "response", "args": "swap 1"})
    assert (await piece.state())["assignment"].topic == wanted
    assert len([h for h in await piece.handoffs() if h.contract == "Assignment"]) == 2
    assert [d.kind for d in await piece.decisions()] == ["rework"]


async def test_what_stands_on_the_old_topic_falls(flow: OpenFlow) -> None:
    """Sent back from a later point and swapped there, no Draft, approval, title or insight of the old topic is left."""
    piece = await flow().start(None)
    await piece.accept(2)
    await piece.rework("content", "something else, please")
    await piece.answer({"type": "response", "args": "swap 1"})
    state, row = await piece.state(), await piece.row()
    assert (state["draft"], state["monetized"], state["approvals"]) == (None, None, [])
    assert (row.title, row.insight, row.topic) == ("", "", state["assignment"].topic)
    await piece.accept()
    assert (await piece.shown()).point == "review_draft"


async def test_a_stuck_brief_can_be_swapped(flow: OpenFlow) -> None:
    """Where nothing could be made of the topic, the runners-up are the way out."""
    from tests.graph.rig import Acting, asking

    piece = await flow(Acting(content=[asking("content")])).start(None)
    shown = await piece.shown()
    assert (shown.stuck, bool(shown.swaps)) == (True, True)
    await piece.answer({"type": "response", "args": "swap 1"})
    again = await piece.shown()
    assert (again.stuck, again.point) == (False, "review_brief")
