"""What changes while a piece runs: contracts that are made again, settings, offers."""

from __future__ import annotations

from pathlib import Path

import pytest

from state.base import AgentName, digest_of
from state.records import PostState
from tests.graph.rig import POINT_OF, Acting, Clock, OpenFlow, Script, changed, numbered, reviews, standing

pytestmark = pytest.mark.long

SLOTS: dict[AgentName, str] = {"content": "brief", "voice": "draft", "revenue": "monetized", "distribution": "release"}


@pytest.mark.parametrize("agent", POINT_OF)
async def test_what_is_made_again_clears_what_stands_downstream(agent: AgentName, flow: OpenFlow) -> None:
    """Sent back from the last review point, a contract that is made again leaves nothing downstream of it, approvals included."""
    piece = await flow().to("review_release")
    before = await piece.state()
    assert all(before.get(slot) is not None for slot in SLOTS.values())
    await piece.rework(agent)
    state, agents = await piece.state(), list(SLOTS)
    upstream, downstream = agents[: agents.index(agent)], agents[agents.index(agent) + 1 :]
    assert (await piece.shown()).point == POINT_OF[agent]
    assert all(state.get(SLOTS[a]) == before.get(SLOTS[a]) for a in upstream)
    assert all(state.get(SLOTS[a]) is None for a in downstream)
    assert [a.point for a in state["approvals"]] == [POINT_OF[a] for a in upstream]


async def test_back_to_content_after_a_release(flow: OpenFlow) -> None:
    """A rework to CONTENT once a Release exists goes the whole way again, and only the second release is ever published."""
    piece = await flow().to("review_release")
    first = (await piece.shown()).digest
    await piece.rework("content", "find another source")
    for point in POINT_OF.values():
        assert (await piece.shown()).point == point
        await piece.accept()
    state = await piece.state()
    assert state["release"] is not None
    assert state["release"].posts
    second = digest_of(state["release"])
    assert second != first
    assert {row.release for row in await piece.drain()} == {second}
    assert len(piece.pages()) == 1
    assert [h.attempt for h in await piece.handoffs() if h.contract == "Release"] == [1, 2]


async def test_a_rework_that_fails_leaves_what_stood(flow: OpenFlow) -> None:
    """An agent that can't make it again is stuck at its own point, and what it made before still stands in state."""
    piece = flow(Acting(voice=[lambda made: made, *(numbered(n) for n in range(5))]))
    await piece.to("review_release")
    before = standing((await piece.state())["draft"])
    await piece.rework("voice")
    shown, state = await piece.shown(), await piece.state()
    assert (shown.point, shown.stuck) == ("review_draft", True)
    assert state["draft"] == before
    assert shown.digest != digest_of(before)


async def test_settings_are_frozen(workspace: Path, flow: OpenFlow) -> None:
    """flywheel.toml edited after `assign` changes nothing for the running piece: channels, bounds, models, policies."""
    script = Script()
    acting = Acting(voice=[numbered(n) for n in range(9)])
    piece = await flow(acting, script=script).start()
    settings = (await piece.state())["settings"]
    changed(
        workspace,
        reviews=reviews(),
        bounds="per_agent = 0\ntotal = 0\nperson = 1",
        models='default = "openai:somebody-else"',
        contracts__draft="min_words = 1500",
        channels__bluesky='handle = "a.example"',
    )
    await piece.accept()
    assert [h.passed for h in await piece.handoffs() if h.producer == "voice"] == [False] * 3
    await piece.rework("voice")
    acting.left["voice"].clear()
    await piece.rework("voice")
    await piece.accept(3)
    assert set(script.models) == {"extractive"}
    state = await piece.state()
    assert state["settings"] == settings
    assert state["release"] is not None
    assert [p.channel for p in state["release"].posts] == ["site"]
    assert piece.trail[-1] == "publish"
    other = await flow(script=script, piece="piece-2").start("What the label on a light bulb doesn't say")
    assert (await other.state())["settings"].bounds.per_agent == 0
    assert script.models[-1] == "openai:somebody-else"


async def test_a_model_given_for_one_run_is_kept(workspace: Path, flow: OpenFlow) -> None:
    """The Context's model is that piece's for good, though later runs come without a Context."""
    from state.flywheel import Context

    script = Script()
    piece = flow(script=script)
    await piece.run({"topic": "Old bridges"}, context=Context(workspace=str(workspace), model="openai:given"))
    await piece.accept()
    assert set(script.models) == {"openai:given"}


async def test_offers_are_read_live(workspace: Path, flow: OpenFlow) -> None:
    """An offer that is taken out of offers.toml while the draft is reviewed isn't placed."""
    piece = await flow().to("review_draft")
    (workspace / "offers.toml").write_text("", encoding="utf-8")
    await piece.accept()
    state = await piece.state()
    assert state["monetized"] is not None
    assert (state["monetized"].insertions, state["monetized"].reason) == ((), "No offer is live.")


async def test_an_offer_that_expires_before_the_release_is_caught(workspace: Path, flow: OpenFlow) -> None:
    """An offer that expires while the release is made stops it there: DISTRIBUTION's contract names REVENUE as the way out."""
    piece = await flow().to("review_offer")
    offers = workspace / "offers.toml"
    offers.write_text(offers.read_text(encoding="utf-8").replace("2030-12-31", "2026-05-31"), encoding="utf-8")
    await piece.accept()
    shown = await piece.shown()
    assert (shown.point, shown.stuck) == ("review_release", True)
    assert "release.offer-expired" in await piece.codes()
    await piece.rework("revenue")
    state = await piece.state()
    assert state["monetized"] is not None
    assert state["monetized"].insertions == ()


@pytest.mark.parametrize("how", ["the day passes", "the file is edited", "the offer is taken out"])
async def test_an_offer_that_expires_between_approval_and_sending_parks_the_post(
    how: str, workspace: Path, clock: Clock, flow: OpenFlow
) -> None:
    """The approved post isn't sent, nothing is on the site, and the piece says which offer and what to do."""
    piece = await flow().to("review_release")
    await piece.accept()
    offers = workspace / "offers.toml"
    text = offers.read_text(encoding="utf-8")
    if how == "the day passes":
        clock.leap(days=366 * 5)
    elif how == "the file is edited":
        offers.write_text(text.replace("live_until = 2030-12-31", "live_until = 2026-05-31"), encoding="utf-8")
    else:
        offers.write_text("", encoding="utf-8")
    (post,) = await piece.drain()
    assert post.state is PostState.PARKED
    assert "the offer inspection-course is not live; change its dates in offers.toml" in post.reason
    row = await piece.row()
    assert (row.status, row.reason) == ("parked", f"site: {post.reason}")
    assert piece.pages() == []
    assert not (workspace / "site").exists()
