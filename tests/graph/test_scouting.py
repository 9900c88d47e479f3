"""A piece without a topic, and a workspace without sources."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from graph.errors import CannotAssign
from state.contracts.assignment import Candidate
from state.notes import heading
from tests.graph.rig import TOPIC, OpenFlow, changed

pytestmark = pytest.mark.long


def _noted(workspace: Path) -> set[str]:
    return {heading(path.read_text(encoding="utf-8")) for path in (workspace / "voice" / "notes").glob("*.md")}


def _emptied(workspace: Path, *, notes: bool = True) -> None:
    shutil.rmtree(workspace / "sources")
    (workspace / "sources").mkdir()
    if notes:
        shutil.rmtree(workspace / "voice" / "notes")


@pytest.mark.parametrize("topic", [None, "", " \n "])
async def test_without_a_topic_one_of_the_authors_is_taken(topic: str | None, workspace: Path, flow: OpenFlow) -> None:
    """Given no topic CONTENT takes one that the author has a note on, says why, and names the runners-up."""
    piece = await flow().start(topic)
    assignment = (await piece.state())["assignment"]
    assert assignment.topic in _noted(workspace)
    assert assignment.origin == "scouted"
    assert assignment.why.startswith("You have a note of your own on this")
    assert assignment.runners_up
    assert all(isinstance(c, Candidate) and c.topic != assignment.topic for c in assignment.runners_up)
    assert (await piece.row()).topic == assignment.topic
    assert (await piece.shown()).point == "review_brief"


async def test_the_next_piece_takes_another_topic(flow: OpenFlow) -> None:
    """Pieces that are under way or out aren't repeated; one that was dropped may be."""
    taken = []
    for number in range(3):
        piece = await flow(piece=f"piece-{number}").start(None)
        taken.append((await piece.state())["assignment"].topic)
    assert len(set(taken)) == 3
    await piece.drop()
    again = await flow(piece="piece-9").start(None)
    assert (await again.state())["assignment"].topic == taken[-1]


async def test_assign_run_again_takes_the_same_topic(flow: OpenFlow) -> None:
    """`assign` run again from its start, as after a kill, assigns what it assigned, in one handoff."""
    piece = await flow().start(None)
    assignment = (await piece.state())["assignment"]
    history = [snapshot async for snapshot in piece.graph.aget_state_history(piece.config)]
    before = next(snapshot for snapshot in history if snapshot.next == ("assign",))
    await piece.graph.ainvoke(None, before.config, context=piece.context)
    assert (await piece.state())["assignment"] == assignment
    assert [(h.attempt, h.passed) for h in await piece.handoffs() if h.contract == "Assignment"] == [(1, True)]


async def test_nothing_to_write_about(workspace: Path, flow: OpenFlow) -> None:
    """With no topic, no sources and no notes the run ends with what each source said and what to do; the piece is dropped."""
    _emptied(workspace)
    piece = flow()
    with pytest.raises(CannotAssign, match="put notes or sources into the workspace") as raised:
        await piece.start(None)
    assert [v.code for v in raised.value.violations] == ["assignment.topic-empty", "source.folder-empty"]
    assert "piece-1" in str(raised.value)
    row = await piece.row()
    assert (row.status, row.reason) == (
        "dropped",
        "There is no topic to write about. The folder holds nothing to read.",
    )


async def test_a_topic_that_nothing_speaks_of(flow: OpenFlow) -> None:
    """On a topic that no source speaks of the piece waits at review_brief, says how many were read, and takes no approval."""
    piece = await flow().start("Xylophone zymurgy")
    shown = await piece.shown()
    assert (shown.point, shown.stuck, shown.open) == ("review_brief", True, ("rework", "drop"))
    assert (
        "12 documents were read" in shown.description
        or "documents were read, and none speaks of it" in shown.description
    )
    assert (await piece.codes())[0] == "content.nothing-found"


@pytest.mark.parametrize(
    ("missing", "code"), [(True, "source.folder-missing"), (False, "source.folder-empty")], ids=["missing", "empty"]
)
async def test_a_workspace_without_sources(missing: bool, code: str, workspace: Path, flow: OpenFlow) -> None:
    """A missing or empty sources folder is said so at review_brief; once there are sources a rework succeeds."""
    kept = workspace.parent / "kept"
    shutil.move(workspace / "sources", kept)
    if not missing:
        (workspace / "sources").mkdir()
    piece = await flow().start(TOPIC)
    assert (await piece.shown()).stuck
    assert await piece.codes() == ["content.nothing-found", code]
    assert "sources" in (await piece.shown()).description
    shutil.copytree(kept, workspace / "sources", dirs_exist_ok=True)
    await piece.rework("content", "there are sources now")
    shown = await piece.shown()
    assert (shown.point, shown.stuck) == ("review_brief", False)
    await piece.accept(4)
    assert piece.trail[-1] == "publish"


async def test_a_source_that_was_retitled_is_still_evidence(workspace: Path, flow: OpenFlow) -> None:
    """A text that was archived under another title or author is quoted as the archive has it, and the Brief holds."""
    first = await flow().start(TOPIC)
    await first.accept()
    for path in (workspace / "sources").glob("*.md"):
        path.write_text(path.read_text(encoding="utf-8").replace('author: "', 'author: "Dr '), encoding="utf-8")
    piece = await flow(piece="piece-2").start(TOPIC)
    assert not (await piece.shown()).stuck


async def test_a_repeat_is_flagged(flow: OpenFlow) -> None:
    """A topic that is already out is worth a look, and an insight that is already out asks a person."""
    piece = await flow().start(TOPIC)
    await piece.accept(4)
    await piece.drain()
    other = await flow(piece="piece-2").start(TOPIC)
    assert [v.code for h in await other.handoffs() if h.contract == "Assignment" for v in h.violations] == [
        "assignment.repeat"
    ]
    repeats = [v.code for h in await other.handoffs() if h.contract == "Brief" for v in h.violations]
    assert "brief.repeat" in repeats


async def test_a_workspace_with_a_typo_starts_nothing(workspace: Path, flow: OpenFlow) -> None:
    """A mistake in flywheel.toml is told before anything is written down."""
    from state.workspace import WorkspaceError

    piece = flow()
    ledger = await piece.ledger()
    changed(workspace, bounds="per_agnet = 2")
    with pytest.raises(WorkspaceError, match="per_agent"):
        await piece.start()
    assert await ledger.pieces() == ()
