"""Each decision, at each review point, in each shape that a user interface gives its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from state.base import digest_of
from state.records import REVIEW_POINTS, ReviewPoint
from tests.graph.rig import POINT_OF, Acting, Flow, OpenFlow, standing

AGENT_AT = {point: agent for agent, point in POINT_OF.items()}
Texts = dict[str, str]
Answer = Callable[[ReviewPoint, Texts], Any]

APPROVALS: dict[str, Answer] = {
    "inbox": lambda point, args: [{"type": "accept", "args": None}],
    "inbox-with-the-request": lambda point, args: [{"type": "accept", "args": {"action": point, "args": args}}],
    "hitl": lambda point, args: {"decisions": [{"type": "approve"}]},
    "bare": lambda point, args: {"type": "accept"},
    "inbox-edit-of-nothing": lambda point, args: [{"type": "edit", "args": {"action": point, "args": args}}],
    "hitl-edit-of-nothing": lambda point, args: {
        "decisions": [{"type": "edit", "edited_action": {"name": point, "args": args}}]
    },
    "browsers-line-ends": lambda point, args: {
        "type": "edit",
        "args": {k: v.replace("\n", "\r\n") + "\r\n" for k, v in args.items()},
    },
    "empty-decision": lambda point, args: {"type": "edit", "args": args | {"decision": " "}},
}
DROPS: dict[str, Answer] = {
    "inbox": lambda point, args: [{"type": "ignore", "args": None}],
    "hitl": lambda point, args: {"decisions": [{"type": "reject", "message": "drop: not now"}]},
    "bare": lambda point, args: {"type": "ignore", "args": "not now"},
    "decision": lambda point, args: [
        {"type": "edit", "args": {"action": point, "args": args | {"decision": "Drop: not now"}}}
    ],
}
REWORKS: dict[str, Answer] = {
    "inbox": lambda point, args: [{"type": "response", "args": "too long"}],
    "inbox-to": lambda point, args: [{"type": "response", "args": f"rework {AGENT_AT[point]}: too long"}],
    "hitl-reject": lambda point, args: {"decisions": [{"type": "reject", "message": "too long"}]},
    "hitl-respond": lambda point, args: {"decisions": [{"type": "respond", "message": "too long"}]},
    "bare": lambda point, args: {"type": "response", "args": "too long"},
    "decision": lambda point, args: [
        {"type": "edit", "args": {"action": point, "args": args | {"decision": f"rework {AGENT_AT[point]}: too long"}}}
    ],
    "hitl-decision": lambda point, args: {
        "decisions": [{"type": "edit", "edited_action": {"name": point, "args": {"decision": "Rework: too long"}}}]
    },
}
EDITS: dict[str, Answer] = {
    "inbox": lambda point, args: [{"type": "edit", "args": {"action": point, "args": args}}],
    "inbox-flat": lambda point, args: [{"type": "edit", "args": args}],
    "hitl": lambda point, args: {"decisions": [{"type": "edit", "edited_action": {"name": point, "args": args}}]},
    "bare": lambda point, args: {"type": "edit", "args": {k: v for k, v in args.items() if k != "decision"}},
}
JUNK: tuple[Any, ...] = (
    42,
    "yes",
    True,
    [],
    ["accept"],
    {"type": "maybe"},
    {"type": "accept", "note": "with a key that nobody knows"},
    {"type": "accept", "by": "policy:never"},
    [{"type": "accept"}, {"type": "accept"}],
    {"decisions": []},
    {"decisions": [{"type": "approve"}, {"type": "approve"}]},
    {"type": "edit", "args": {"brief": None}},
    {"type": "edit", "args": {"brief": {"deep": "er"}}},
    {"action": "review_brief", "args": {}},
)


async def _reply(piece: Flow, answer: Answer) -> None:
    shown = await piece.shown()
    await piece.answer(answer(shown.point, dict(shown.args)))


@pytest.mark.parametrize("shape", APPROVALS)
async def test_approve(shape: str, flow: OpenFlow) -> None:
    """An approval is one in each shape, at each review point, and takes the piece all the way to publish."""
    piece = await flow().start()
    for _ in REVIEW_POINTS:
        await _reply(piece, APPROVALS[shape])
    assert piece.trail[-1] == "publish"
    assert [(d.point, d.kind, d.by) for d in await piece.decisions()] == [
        (p, "approve", "person") for p in REVIEW_POINTS
    ]
    assert {h.producer for h in await piece.handoffs()} == {"assign", "content", "voice", "revenue", "distribution"}


@pytest.mark.parametrize("point", REVIEW_POINTS)
@pytest.mark.parametrize("shape", DROPS)
async def test_drop(shape: str, point: ReviewPoint, flow: OpenFlow) -> None:
    """A drop ends the piece at each review point in each shape, with its note, and nothing is sent."""
    piece = await flow().to(point)
    await _reply(piece, DROPS[shape])
    assert not await piece.waits()
    decision, row = (await piece.decisions())[-1], await piece.row()
    assert (decision.point, decision.kind) == (point, "drop")
    assert decision.note == ("" if shape == "inbox" else "not now")
    assert (row.status, row.waiting_at, row.reason) == ("dropped", None, decision.note)
    assert await piece.posts() == ()


@pytest.mark.parametrize("point", REVIEW_POINTS)
async def test_rework(point: ReviewPoint, flow: OpenFlow) -> None:
    """A rework goes to the producer in each shape, with the person's words, and comes back to the same point."""
    acting, agent = Acting(), AGENT_AT[point]
    piece = await flow(acting).to(point)
    for shape in REWORKS.values():
        before = len(acting.given[agent])
        await _reply(piece, shape)
        assert (await piece.shown()).point == point
        assert len(acting.given[agent]) == before + 1
        assert "The reviewer says: too long" in acting.given[agent][-1].mend
    told = [(d.kind, d.note, d.to) for d in await piece.decisions() if d.kind == "rework"]
    assert told == [("rework", "too long", agent)] * len(REWORKS)
    assert (await piece.state())["attempts"].person == len(REWORKS)


def _improved(point: ReviewPoint, args: Texts) -> Texts:
    """A small edit that keeps every contract."""
    match point:
        case "review_brief":
            return args | {
                "brief": args["brief"].replace("## Next steps", "## Next steps\n\n- Keep the torch in it.\n")
            }
        case "review_draft":
            head, _, end = args["draft"].rpartition("\n\n")
            return args | {"draft": f"{head}\n\nIt was raining again.\n\n{end}"}
        case "review_offer":
            return args | {"offer": args["offer"].partition("\n\n::: offer")[0]}
        case "review_release":
            return args | {
                "site": args["site"].replace("It was raining again.", "It was raining again. I went anyway.")
            }
        case "review_reply":
            raise AssertionError("no piece waits there")


@pytest.mark.parametrize("shape", EDITS)
async def test_edit(shape: str, flow: OpenFlow) -> None:
    """An edit is one in each shape at each review point; it is checked, goes on, and is what is published."""
    piece = await flow().start()
    for point in REVIEW_POINTS:
        args = await piece.args()
        await piece.answer(EDITS[shape](point, _improved(point, args)))
    assert piece.trail[-1] == "publish"
    assert [d.kind for d in await piece.decisions()] == ["edit"] * 4
    assert [h.contract for h in await piece.handoffs() if h.producer == "person" and h.passed] == [
        *("Brief", "Draft", "MonetizedDraft", "Release")
    ]
    state = await piece.state()
    assert "Keep the torch in it." in standing(state["brief"]).next_steps
    assert standing(state["monetized"]).insertions == ()
    await piece.drain()
    (page,) = piece.pages()
    assert "It was raining again. I went anyway." in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"type": "edit", "args": {"decision": "perhaps"}}, "'perhaps' is no decision"),
        ({"type": "edit", "args": {"decision": "approve it, will you"}}, "is no decision"),
        ({"type": "edit", "args": {"decision": "rework editor: too long"}}, "is no decision"),
        ({"type": "edit", "args": {"letter": "Dear Nora"}}, "There is no text called letter here"),
        ({"type": "edit"}, "needs its args"),
        ({"type": "response"}, "needs its args"),
        ({"type": "edit", "args": "perhaps"}, "needs its args"),
        ({"decisions": [{"type": "edit"}]}, "needs its edited_action"),
    ],
)
async def test_an_unclear_answer_is_asked_again(answer: Any, said: str, flow: OpenFlow) -> None:
    """An answer of a good shape that says nothing clear is told why, decides nothing, and can be given again."""
    piece = await flow().start()
    before = await piece.shown()
    await piece.answer(answer)
    after = await piece.shown()
    assert said in after.description
    assert (after.point, after.digest, after.open, after.stuck) == (before.point, before.digest, before.open, False)
    assert after.sha256 != before.sha256
    assert await piece.decisions() == ()
    await piece.accept()
    assert (await piece.shown()).point == "review_draft"


async def test_an_unclear_answer_keeps_the_persons_words(flow: OpenFlow) -> None:
    """Texts that came with an unclear decision stay in the form, and a clear one then takes them."""
    piece = await flow().start()
    edited = _improved("review_brief", await piece.args())
    await piece.answer({"type": "edit", "args": edited | {"decision": "hm"}})
    shown = await piece.shown()
    assert await piece.args() == edited
    assert "'hm' is no decision" in shown.description
    await piece.accept()
    brief = (await piece.state())["brief"]
    assert brief is not None
    assert "Keep the torch in it." in brief.next_steps
    assert digest_of(brief) == shown.digest


async def test_words_that_break_the_contract_arent_approved_by_a_second_answer(flow: OpenFlow) -> None:
    """Texts that came with an unclear decision are judged: what stands in the form can't be approved if it breaks a check."""
    piece = await flow().start()
    broken = (await piece.args())["brief"].replace("[e2] ", "[e2] Nobody ever said: ")
    await piece.answer({"type": "edit", "args": {"brief": broken, "decision": "hm"}})
    shown = await piece.shown()
    assert (await piece.args())["brief"] == broken
    assert "approve" not in shown.open
    await piece.accept()
    assert (await piece.shown()).point == "review_brief"
    assert await piece.decisions() == ()


@pytest.mark.parametrize("point", REVIEW_POINTS)
async def test_rework_goes_upstream_only(point: ReviewPoint, flow: OpenFlow) -> None:
    """A rework may go to the producer and those before it; one for an agent downstream is asked again."""
    agents = list(POINT_OF)
    downstream = agents[agents.index(AGENT_AT[point]) + 1 :]
    piece = await flow().to(point)
    for agent in downstream:
        await piece.rework(agent)
        assert f"not to {agent}" in (await piece.shown()).description
    assert [d for d in await piece.decisions() if d.kind == "rework"] == []
    assert (await piece.shown()).point == point


async def test_a_note_that_starts_like_a_decision_is_a_note(flow: OpenFlow) -> None:
    """`drop the second paragraph` is a note for the producer, and no drop."""
    piece = await flow().start()
    await piece.answer({"type": "response", "args": "drop the second angle"})
    assert (await piece.shown()).point == "review_brief"
    assert [(d.kind, d.note) for d in await piece.decisions()] == [("rework", "drop the second angle")]


async def test_approve_all_is_recorded_as_such(flow: OpenFlow) -> None:
    """An approval given by the command line's --approve-all says so in the ledger."""
    piece = await flow().start()
    await piece.answer({"type": "accept", "by": "approve-all"})
    assert [d.by for d in await piece.decisions()] == ["approve-all"]


async def test_junk_leaves_the_review_open(flow: OpenFlow) -> None:
    """What isn't an answer in any shape is refused with nothing decided, and the review can be answered after each."""
    piece = await flow().start()
    before = await piece.shown()
    for junk in JUNK:
        with pytest.raises(ValidationError):
            await piece.answer(junk)
        assert await piece.shown() == before
        assert (await piece.row()).waiting_at == "review_brief"
    assert await piece.decisions() == ()
    await piece.accept()
    assert (await piece.shown()).point == "review_draft"


async def test_an_empty_answer_asks_again(flow: OpenFlow) -> None:
    """An empty object, which LangGraph takes for no answer at all, leaves the review as it was."""
    piece = await flow().start()
    before = await piece.shown()
    await piece.answer({})
    assert await piece.shown() == before
    await piece.accept()
    assert (await piece.shown()).point == "review_draft"


async def test_junk_doesnt_outlive_its_process(flow: OpenFlow) -> None:
    """After junk, another process finds the same review open, and its answer counts."""
    piece = await flow().start()
    with pytest.raises(ValidationError):
        await piece.answer("junk")
    other = flow()
    assert (await other.shown()).point == "review_brief"
    await other.accept()
    assert (await other.shown()).point == "review_draft"
