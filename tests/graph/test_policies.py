"""The way through, and who is asked on it: the policies of the review points."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx

from state.base import digest_of
from state.records import REVIEW_POINTS
from tests.graph.rig import TOPIC, Acting, OpenFlow, Script, broken, changed, reviews, standing

pytestmark = pytest.mark.long

NODES = [
    "assign",
    *("content", "review_brief", "voice", "review_draft", "revenue", "review_offer", "distribution", "review_release"),
    "publish",
]


async def test_a_piece_goes_through(flow: OpenFlow) -> None:
    """A piece that everybody likes visits the ten nodes once each, in order, and is out after one run of the drainer."""
    piece = await flow().start()
    await piece.accept(4)
    assert piece.trail[1:] == NODES
    assert not await piece.waits()
    assert (await piece.row()).status == "scheduled"
    assert piece.pages() == []
    (post,) = await piece.drain()
    row = await piece.row()
    assert (post.state, row.status, row.topic, row.title) == ("confirmed", "published", TOPIC, TOPIC)
    assert len(piece.pages()) == 1


async def test_the_contracts_are_a_chain(flow: OpenFlow) -> None:
    """Each contract names its parent's hash, the ledger holds every body, and each was approved by its digest."""
    piece = await (await flow().start()).accept(4)
    state, ledger = await piece.state(), await piece.ledger()
    chain = [
        standing(state["learnings"]),
        *(standing(state[slot]) for slot in ("assignment", "brief", "draft", "monetized", "release")),
    ]
    for parent, child in pairwise(chain):
        assert child.parent == digest_of(parent)
        assert await ledger.body(digest_of(child))
    assert [a.digest for a in state["approvals"]] == [digest_of(c) for c in chain[2:]]
    assert [d.point for d in await piece.decisions()] == list(REVIEW_POINTS)
    assert all((d.by, d.kind) == ("person", "approve") for d in await piece.decisions())


async def test_the_story_is_told(flow: OpenFlow) -> None:
    """The ledger tells each handoff with a verdict for each check, and the state tells the same."""
    piece = await (await flow().start()).accept(4)
    told = await piece.handoffs()
    assert [(h.contract, h.producer, h.attempt, h.passed) for h in told] == [
        ("Assignment", "assign", 1, True),
        ("Brief", "content", 1, True),
        ("Draft", "voice", 1, True),
        ("MonetizedDraft", "revenue", 1, True),
        ("Release", "distribution", 1, True),
    ]
    assert all(h.checks and all(v.passed for v in h.checks) for h in told)
    assert (await piece.state())["handoffs"] == list(told)


async def test_while_it_waits_the_ledger_says_where(flow: OpenFlow) -> None:
    """At each review point the piece's line says that it waits and where; once decided it says so no more."""
    piece = await flow().start()
    for point in REVIEW_POINTS:
        row = await piece.row()
        assert (row.status, row.waiting_at, row.reason) == ("waiting", point, "")
        await piece.accept()
    row = await piece.row()
    assert (row.status, row.waiting_at) == ("scheduled", None)


@pytest.mark.parametrize("point", ["brief", "draft", "offer"])
async def test_always_asks(point: str, workspace: Path, flow: OpenFlow) -> None:
    """With `always` at one point and `never` at the others, the piece stops there, and at the release."""
    changed(workspace, reviews=reviews(**{point: "always"}))
    piece = await flow().start()
    assert (await piece.shown()).point == f"review_{point}"
    await piece.accept()
    assert (await piece.shown()).point == "review_release"
    by = {d.point: d.by for d in await piece.decisions()}
    assert by == {
        p: "person" if p == f"review_{point}" else "policy:never"
        for p in ("review_brief", "review_draft", "review_offer")
    }


@pytest.mark.parametrize("point", ["brief", "draft", "offer"])
async def test_on_flag_doesnt_ask_for_nothing(point: str, workspace: Path, flow: OpenFlow) -> None:
    """With `on_flag` and nothing to look at, the piece goes on, and the policy is recorded as the decider."""
    changed(workspace, reviews=reviews(**{point: "on_flag"}))
    piece = await flow().start()
    assert (await piece.shown()).point == "review_release"
    by: dict[str, str] = {d.point: d.by for d in await piece.decisions()}
    assert by[f"review_{point}"] == "policy:on_flag"


async def test_on_flag_asks_when_a_check_flags(workspace: Path, flow: OpenFlow) -> None:
    """A source that can't be read is a flag: `on_flag` asks, and `never` doesn't."""
    (workspace / "sources" / "broken.pdf").write_bytes(b"%PDF-1.4 and then nothing")
    changed(workspace, reviews=reviews(brief="on_flag"))
    piece = await flow().start()
    shown = await piece.shown()
    assert (shown.point, shown.stuck, shown.open) == ("review_brief", False, ("approve", "edit", "rework", "drop"))
    assert "broken.pdf" in shown.description
    changed(workspace, reviews=reviews(brief="never"))
    other = await flow(piece="piece-2").start("What the label on a light bulb doesn't say")
    assert (await other.shown()).point == "review_release"


async def test_a_refused_edit_is_asked_about_again_under_on_flag(workspace: Path, flow: OpenFlow) -> None:
    """Under `on_flag` a person whose edit broke the contract is asked again: the policy doesn't wave it through."""
    (workspace / "sources" / "broken.pdf").write_bytes(b"%PDF-1.4 and then nothing")
    changed(workspace, reviews=reviews(brief="on_flag"))
    piece = await flow().start()
    text = (await piece.args())["brief"]
    for edited in (text.replace("## Angles", "## Angels"), text.replace("[e2] ", "[e2] Nobody ever said: ")):
        await piece.edit(brief=edited)
        shown = await piece.shown()
        assert shown.point == "review_brief"
        assert "approve" not in shown.open
        assert (await piece.args())["brief"] == edited
    assert await piece.decisions() == ()


async def test_never_still_stops_a_stuck_piece(workspace: Path, flow: OpenFlow) -> None:
    """With every policy `never`, a piece whose contract stays broken waits for a person."""
    changed(workspace, reviews=reviews(release="never"))
    piece = await flow(Acting(revenue=[broken] * 3)).start()
    shown = await piece.shown()
    assert (shown.point, shown.stuck) == ("review_offer", True)
    await piece.rework("revenue")
    assert not await piece.waits()
    assert (await piece.row()).status == "scheduled"


async def test_the_release_is_always_asked_about(workspace: Path, flow: OpenFlow) -> None:
    """With `never` at every other point, the release still waits for a person."""
    changed(workspace, reviews=reviews())
    piece = await flow().start()
    assert (await piece.shown()).point == "review_release"
    assert piece.pages() == []
    assert await piece.posts() == ()


@pytest.mark.parametrize("policy", ["never", "on_flag"])
async def test_autopublish_publishes(policy: str, workspace: Path, flow: OpenFlow) -> None:
    """Switched on by name, autopublish takes the piece from its topic to the site, with the policy as the decider."""
    changed(workspace, reviews=reviews(release=policy))
    piece = await flow().start()
    await piece.drain()
    assert (await piece.row()).status == "published"
    assert len(piece.pages()) == 1
    assert (await piece.decisions())[-1].by == f"policy:{policy}"


async def test_a_piece_runs_on_any_writer(flow: OpenFlow) -> None:
    """What the writers cost is counted by agent and piece, on every handoff and in the ledger."""
    script = Script(tokens=100, cost=7)
    piece = await (await flow(script=script).start()).accept(4)
    assert [t.name for t in script.asked] == ["content.brief", "voice.draft", "voice.edit", "revenue.offer"]
    assert [h.spend.tokens for h in await piece.handoffs()] == [0, 100, 200, 100, 0]
    spent = await (await piece.ledger()).spent(piece.piece)
    assert (spent.tokens, spent.cost) == (400, 28)


async def test_nothing_blocks_the_event_loop(workspace: Path, flow: OpenFlow) -> None:
    """No node, check or delivery opens a file, waits for a lock or sleeps in the event loop, where LangGraph's server would raise."""
    with blockbuster_ctx(scanned_modules=["agents", "channels", "graph", "state"]):
        piece = await flow().start(None)
        await piece.rework("content")
        await piece.edit(brief=(await piece.args())["brief"] + "\n\n- Keep the torch in it.")
        await piece.accept(3)
        await piece.drain()
    assert (await piece.row()).status == "published"
