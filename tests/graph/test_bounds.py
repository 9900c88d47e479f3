"""Nothing goes round for ever: bounds, ceilings, refusals, and what a stuck piece offers."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from pathlib import Path

import pytest

from agents.content.proposal import BriefProposal, Research
from agents.writer import Task, WriterMisconfigured, WriterRefused, WriterUnavailable, WriterUnfit
from state.base import AGENTS, AgentName
from state.contracts.base import Contract
from state.contracts.brief import Brief
from state.contracts.draft import Draft
from state.contracts.monetized import MonetizedDraft
from state.violations import Refusal, failures
from tests.graph.rig import (
    POINT_OF,
    Act,
    Acting,
    Clock,
    OpenFlow,
    Script,
    asking,
    broken,
    changed,
    good,
    numbered,
    reviews,
)

pytestmark = pytest.mark.long

DOWN = WriterUnavailable("openai:far-away", "It can't be reached.", "Wait, then order a rework.")


def shorter(blocks: int) -> Act:
    """A draft that breaks only what can be waived: it is too short."""

    def act(made: Contract | Refusal) -> Contract | Refusal:
        assert isinstance(made, Draft)
        return made.model_copy(update={"body": "\n\n".join(made.body.split("\n\n")[:blocks])})

    return act


def unknown_offer(made: Contract | Refusal) -> Contract | Refusal:
    """The same broken candidate each time: an offer that doesn't exist."""
    assert isinstance(made, MonetizedDraft)
    (insertion,) = made.insertions or ({},)
    values = dict(insertion) | {
        "at": len(made.body),
        "offer": "no-such",
        "text": "Buy it.",
        "label": "It",
        "url": "https://x.example",
    }
    return MonetizedDraft.model_validate(
        made.model_dump() | {"insertions": [values], "considered": [], "reason": "None."}
    )


@pytest.mark.parametrize("agent", AGENTS)
async def test_an_agent_tries_three_times(agent: AgentName, workspace: Path, flow: OpenFlow) -> None:
    """After two automatic re-works an agent's piece is stuck at its own review point, whatever the policy."""
    changed(workspace, reviews=reviews(), bounds="per_agent = 2\ntotal = 9")
    piece = await flow(Acting(**{agent: [numbered(n) for n in range(9)]})).start()
    shown = await piece.shown()
    assert (shown.point, shown.stuck, shown.open) == (POINT_OF[agent], True, ("edit", "rework", "drop"))
    assert [v.code.partition(".")[2] for v in shown.violations if not v.waivable] == ["parent"]
    assert [(h.attempt, h.passed) for h in await piece.handoffs() if h.producer == agent] == [
        (1, False),
        (2, False),
        (3, False),
    ]
    row = await piece.row()
    assert (row.status, row.waiting_at) == ("waiting", POINT_OF[agent])
    assert row.reason


@pytest.mark.parametrize("per_agent", [0, 1])
async def test_the_bound_is_the_workspaces(per_agent: int, workspace: Path, flow: OpenFlow) -> None:
    """A bound of none or one allows as many automatic re-works."""
    changed(workspace, bounds=f"per_agent = {per_agent}\ntotal = 9")
    piece = await flow(Acting(content=[numbered(n) for n in range(5)])).start()
    assert (await piece.shown()).stuck
    assert len([h for h in await piece.handoffs() if h.producer == "content"]) == per_agent + 1


async def test_the_total_is_bounded(workspace: Path, flow: OpenFlow) -> None:
    """Re-works of several agents add up: at the total of the piece the next failure asks a person."""
    changed(workspace, reviews=reviews(), bounds="per_agent = 2\ntotal = 3")
    acts = {
        "content": [numbered(1)],
        "voice": [numbered(2)],
        "revenue": [numbered(3)],
        "distribution": [numbered(4)],
    }
    piece = await flow(Acting(**acts)).start()
    shown = await piece.shown()
    assert (shown.point, shown.stuck) == ("review_release", True)
    assert (await piece.state())["attempts"].total == 3


async def test_approve_is_open_when_all_can_be_waived(flow: OpenFlow) -> None:
    """A draft that is only too short is stuck with approve open, and a person may let it pass."""
    piece = flow(Acting(voice=[shorter(n) for n in (2, 3, 4)]))
    await piece.to("review_draft")
    shown = await piece.shown()
    assert shown.stuck
    assert shown.open == ("approve", "edit", "rework", "drop")
    assert {v.code for v in failures(shown.violations)} <= {"draft.length", "draft.structure"}
    await piece.accept()
    assert (await piece.shown()).point == "review_offer"
    assert (await piece.decisions())[-1].digest == shown.digest


async def test_approve_is_closed_when_one_cant_be_waived(flow: OpenFlow) -> None:
    """One failure that can't be waived beside one that can closes approve; an accept is asked again, and says so."""

    def both(n: int) -> Act:
        return lambda made: numbered(n)(shorter(n)(made))

    piece = flow(Acting(voice=[both(n) for n in (2, 3, 4)]))
    await piece.to("review_draft")
    assert {"draft.parent", "draft.length"} <= set(await piece.codes())
    before = await piece.shown()
    for answer in (
        {"type": "accept"},
        {"decisions": [{"type": "approve"}]},
        {"type": "edit", "args": {"decision": "approve"}},
    ):
        await piece.answer(answer)
        shown = await piece.shown()
        assert (shown.point, shown.stuck, shown.digest, shown.open) == (before.point, True, before.digest, before.open)
        assert "approve isn't open here" in shown.description
    assert not [d for d in await piece.decisions() if d.point == "review_draft"]


async def test_a_persons_rework_renews_the_automatic_budget(flow: OpenFlow) -> None:
    """A stuck agent that a person sends back gets its two automatic re-works again, and the person's rework counts as theirs."""
    piece = await flow(Acting(content=[numbered(n) for n in range(5)])).start()
    assert (await piece.shown()).stuck
    await piece.rework("content")
    shown, attempts = await piece.shown(), (await piece.state())["attempts"]
    assert not shown.stuck
    assert (attempts.person, attempts.of("content"), attempts.total) == (1, 2, 2)
    assert [h.passed for h in await piece.handoffs() if h.producer == "content"] == [False] * 5 + [True]


async def test_at_the_persons_bound_rework_is_closed(workspace: Path, flow: OpenFlow) -> None:
    """When people have sent a piece back as often as they may, rework isn't open any more, in whatever words; the rest is."""
    changed(workspace, bounds="per_agent = 2\ntotal = 6\nperson = 2")
    piece = await flow().start()
    await piece.rework("content")
    assert "rework" in (await piece.shown()).open
    await piece.rework("content")
    shown = await piece.shown()
    assert shown.open == ("approve", "edit", "drop")
    payload = await piece.payload()
    assert payload["config"]["allow_respond"] is False
    assert payload["review_configs"][0]["allowed_decisions"] == ["approve", "edit"]
    for answer in ({"type": "response", "args": "once more"}, {"decisions": [{"type": "reject", "message": "no"}]}):
        await piece.answer(answer)
        assert "rework isn't open here" in (await piece.shown()).description
    await piece.accept()
    assert (await piece.shown()).point == "review_draft"


async def test_stuck_at_the_persons_bound_leaves_the_drop(workspace: Path, flow: OpenFlow) -> None:
    """With nothing to show and no rework left, dropping is what is open, and a rejection may say so."""
    changed(workspace, bounds="person = 1")
    piece = await flow(script=Script(answers={"content.brief": deque([DOWN, DOWN])})).start()
    await piece.rework("content")
    shown = await piece.shown()
    assert (shown.stuck, shown.open) == (True, ("drop",))
    await piece.answer({"decisions": [{"type": "reject", "message": "drop"}]})
    assert (await piece.row()).status == "dropped"


@pytest.mark.parametrize(("limit", "cost"), [("tokens_piece = 250", 0), ("dollars_piece = 0.0005", 250)])
async def test_the_pieces_ceiling(limit: str, cost: int, workspace: Path, flow: OpenFlow) -> None:
    """When the piece has cost its ceiling the next agent isn't called; a person's rework allows as much again."""
    changed(workspace, reviews=reviews(), ceilings=limit)
    script = Script(tokens=150, cost=cost)
    piece = await flow(script=script).start()
    shown = await piece.shown()
    assert (shown.point, shown.stuck, shown.digest, shown.open) == ("review_offer", True, "", ("rework", "drop"))
    assert await piece.codes() == ["spend.ceiling"]
    assert [t.name for t in script.asked] == ["content.brief", "voice.draft", "voice.edit"]
    await piece.rework("revenue")
    assert (await piece.shown()).point == "review_release"
    assert (await piece.state())["attempts"].spent.tokens == 450


async def test_the_days_ceiling(workspace: Path, clock: Clock, flow: OpenFlow) -> None:
    """A day's ceiling counts all pieces, isn't lifted by a rework, and is by the author's next day."""
    changed(workspace, reviews=reviews(), ceilings="tokens_day = 500", revenue="enough = 0.05")
    script = Script(tokens=150)
    await flow(script=script).start()  # 600 tokens
    piece = await flow(script=script, piece="piece-2").start("What the label on a light bulb doesn't say")
    assert await piece.codes() == ["spend.ceiling"]
    assert (await piece.shown()).point == "review_brief"
    await piece.rework("content")
    assert await piece.codes() == ["spend.ceiling"]
    clock.leap(hours=11)  # 23:00 UTC is the next day in London's summer
    await piece.rework("content")
    assert (await piece.shown()).point == "review_release"
    assert len(script.asked) == 8


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DOWN, "writer.unavailable"),
        (WriterRefused("openai:x", "It won't.", "Ask otherwise."), "writer.refused"),
        (WriterMisconfigured("openai:x", "No key.", "Set it."), "writer.misconfigured"),
    ],
)
async def test_a_writer_that_cant_asks_a_person_at_once(error: Exception, code: str, flow: OpenFlow) -> None:
    """A writer that is down, refuses or isn't set up makes the piece stuck after one call; a rework later goes on."""
    script = Script(answers={"voice.draft": deque([error])}, tokens=10)
    piece = await flow(script=script).start()
    await piece.accept()
    shown = await piece.shown()
    assert (shown.point, shown.stuck, shown.open) == ("review_draft", True, ("rework", "drop"))
    assert await piece.codes() == [code]
    assert (await piece.row()).reason
    assert (await piece.handoffs())[-1].spend.tokens == 10
    await piece.accept()
    assert "approve isn't open here" in (await piece.shown()).description
    await piece.rework("voice", "it's back")
    assert (await piece.shown()).stuck is False


async def test_answers_that_dont_fit_count_as_tries(flow: OpenFlow) -> None:
    """A writer whose answers don't fit is asked again within the bound, and at the bound a person is."""
    unfit = WriterUnfit("openai:x", "It isn't JSON.", "Take another model.")
    script = Script(answers={"content.brief": deque([unfit, unfit, unfit])})
    piece = await flow(script=script).start()
    assert (await piece.shown()).stuck
    assert await piece.codes() == ["writer.unfit"]
    assert len(script.asked) == 3


async def test_a_refusal_with_nobody_left_to_ask(workspace: Path, flow: OpenFlow) -> None:
    """VOICE refuses, CONTENT may not try again: the piece is stuck at VOICE's review point with VOICE's reason."""
    changed(workspace, bounds="per_agent = 1")
    piece = await flow(Acting(voice=[asking("content"), asking("content")])).start()
    await piece.accept(2)
    shown = await piece.shown()
    assert (shown.point, shown.stuck, shown.open) == ("review_draft", True, ("rework", "drop"))
    assert await piece.codes() == ["test.refused"]
    await piece.rework("content")
    assert (await piece.shown()).point == "review_brief"


async def test_refusing_ones_own_work_asks_a_person(flow: OpenFlow) -> None:
    """An agent that can name nobody but itself has nobody to ask: the piece is stuck after one try."""
    piece = await flow(Acting(content=[asking("content")])).start()
    assert (await piece.shown()).stuck
    assert len([h for h in await piece.handoffs() if h.producer == "content"]) == 1


async def test_voice_refuses_an_insight_without_support(flow: OpenFlow) -> None:
    """A Brief whose evidence says nothing of its insight goes back to CONTENT with VOICE's violation, and comes back mended."""

    def unsupported(task: Task[Research, BriefProposal]) -> BriefProposal:
        proposal = task.by_rule(task.given)
        if "doesn't support" in task.ask:
            return proposal
        return proposal.model_copy(update={"insight": "Gardeners prefer tulips because winters bring happiness."})

    script = Script(answers={"content.brief": unsupported})
    piece = await (await flow(script=script).start()).accept()
    assert ("voice", "content") in await piece.edges()
    refused = next(h for h in await piece.handoffs() if h.producer == "voice")
    assert (refused.passed, refused.digest) == (False, "")
    assert "doesn't support the insight" in refused.violations[0].message
    assert (await piece.shown()).point == "review_brief"
    assert "doesn't support the insight" in script.asked[-1].ask


async def test_no_progress_asks_a_person(flow: OpenFlow) -> None:
    """The very same broken candidate twice ends the tries before the bound does."""
    piece = flow(Acting(revenue=[unknown_offer] * 5))
    await piece.to("review_offer")
    assert (await piece.shown()).stuck
    assert len([h for h in await piece.handoffs() if h.producer == "revenue"]) == 2


async def test_no_progress_is_seen_in_content_too(flow: OpenFlow) -> None:
    """Reading a source at another time makes no other Brief of it: the same broken one twice asks a person."""
    first: list[Brief] = []

    def read_again(made: Contract | Refusal) -> Contract | Refusal:
        assert isinstance(made, Brief)
        first.append(made)
        later = timedelta(hours=len(first))
        evidence = [e.model_copy(update={"retrieved_at": e.retrieved_at + later}) for e in first[0].evidence]
        return broken(first[0].model_copy(update={"evidence": tuple(evidence)}))

    piece = await flow(Acting(content=[read_again] * 3)).start()
    assert (await piece.shown()).stuck
    one, two = (h.digest for h in await piece.handoffs() if h.producer == "content")
    assert one == two


async def test_a_schema_that_isnt_met_is_a_violation(flow: OpenFlow) -> None:
    """What an agent hands over is re-validated: a body that no schema allows goes back to it, itemised."""

    def bare(made: Contract | Refusal) -> Contract | Refusal:
        assert isinstance(made, Draft)
        return made.model_copy(update={"title": " two\nlines "})

    piece = flow(Acting(voice=[bare, good]))
    await piece.to("review_draft")
    first, second = (h for h in await piece.handoffs() if h.producer == "voice")
    assert [(v.code, v.where) for v in first.violations] == [("handoff.schema", "title")]
    assert (first.digest, second.passed) == ("", True)


async def test_a_workspaces_own_check_gates(workspace: Path, flow: OpenFlow) -> None:
    """A check of the workspace's own is a check like any other: it fails the contract, and it can be waived if it says so."""
    (workspace / "mine.py").write_text(
        "from state.violations import Violation\n"
        "def says_so(draft, facts):\n"
        "    return (Violation(code='mine.no', where='body', message='I don\\'t like it.', fix='Change it.', waivable=True),)\n",
        encoding="utf-8",
    )
    changed(workspace, contracts__draft='checks = ["mine.py:says_so"]')
    piece = await flow().to("review_draft")
    assert (await piece.shown()).stuck
    assert "mine.no" in await piece.codes()
    await piece.accept()
    assert (await piece.shown()).point == "review_offer"
