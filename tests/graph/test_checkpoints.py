"""Checkpoints: what they may hold, what they give back, and that a piece goes on from them."""

from __future__ import annotations

import asyncio
import inspect
import logging
import sqlite3
import threading
from dataclasses import replace
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import get_args

import pytest
from langgraph.types import Command
from pydantic import BaseModel

from graph.checkpoints import open_checkpointer, server_checkpointer, state_types
from state.base import digest_of
from state.contracts import Brief, Draft, Learnings, MonetizedDraft
from state.contracts.assignment import Candidate
from state.contracts.base import Contract
from state.contracts.learnings import Finding
from state.contracts.release import Image, Release, Window
from state.flywheel import Shown
from state.ledger import Ledger
from state.records import Spend
from state.settings import Settings
from state.sources import Snapshot
from state.violations import Refusal, Severity
from tests.graph.rig import NOON, Acting, Clock, Flow, OpenFlow, Script, broken, changed, rooms_of, standing


async def _rich(workspace: Path, flow: OpenFlow) -> Flow:
    """A piece whose state holds a value of nearly every type: findings, candidates, gaps, notes, images, windows, flags, spending."""
    (workspace / "sources" / "broken.pdf").write_bytes(b"%PDF-1.4 and then nothing")
    (workspace / "media").mkdir(exist_ok=True)
    (workspace / "media" / "bridge.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    changed(workspace, channels__bluesky="", channels__mastodon="", models="price_in = 1.5")

    def illustrated(made: Contract | Refusal) -> Contract | Refusal:
        assert isinstance(made, Release)
        window = Window(not_before=NOON, not_after=NOON + timedelta(days=3))
        first = made.posts[0].model_copy(
            update={"images": (Image(path="bridge.png", alt="A bridge."),), "window": window}
        )
        return made.model_copy(update={"posts": (first, *made.posts[1:])})

    piece = flow(Acting(voice=[broken], distribution=[illustrated]), script=Script(tokens=10, cost=3))
    finding = Finding(name="bridges", n=9, rate=0.5, low=0.25, high=0.75)
    await (await piece.ledger()).put_learnings(Learnings(parent="", as_of=NOON, themes=(finding,)), now=NOON)
    await piece.start(None)
    await piece.accept()
    draft = (await piece.args())["draft"]
    await piece.edit(draft=f"{draft}\n\nI counted 41 rivets by hand. [me]")
    await piece.rework("revenue")
    await piece.accept()
    return piece


@pytest.mark.long
async def test_a_restored_state_is_the_same_state(
    workspace: Path, flow: OpenFlow, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Read by another saver, each checkpoint of a rich piece gives back every value in its own type, and nothing is warned of."""
    piece = await _rich(workspace, flow)
    state = await piece.state()
    assert state["release"] is not None
    assert state["learnings"].themes
    assert state["assignment"].runners_up
    caplog.set_level(logging.DEBUG, logger="langgraph")
    async with open_checkpointer(workspace / ".flywheel" / "checkpoints.db") as saver:
        other = Flow(workspace, saver, rooms_of(clock))
        restored = await other.state()
        assert restored == state
        assert {k: type(v) for k, v in restored.items()} == {k: type(v) for k, v in state.items()}
        for slot in ("learnings", "assignment", "brief", "draft", "monetized", "release"):
            assert digest_of(standing(restored[slot])) == digest_of(standing(state[slot]))
        async for snapshot in other.graph.aget_state_history(other.config):
            assert not any(isinstance(value, dict) for value in snapshot.values.values())
        await other.accept()
        assert other.trail[-1] == "publish"
    warned = [r.getMessage() for r in caplog.records if r.name.startswith("langgraph") and r.levelno >= logging.WARNING]
    assert warned == []


def test_every_type_of_the_state_is_named() -> None:
    """Every model and enum that the state's values are made of may be read back, and source texts, which are no part of it, may not."""
    named = set(state_types())
    parts = {
        part
        for kind in named
        if issubclass(kind, BaseModel)
        for field in kind.model_fields.values()
        for part in (field.annotation, *get_args(field.annotation))
        if inspect.isclass(part) and issubclass(part, BaseModel | Enum)
    }
    assert parts <= named
    assert {Brief, Draft, MonetizedDraft, Release, Settings, Severity, Shown, Spend, Candidate, Image} <= named
    assert Snapshot not in named


async def test_a_state_holds_no_source_text(flow: OpenFlow) -> None:
    """A checkpoint holds the quotes and not the sources that they come from."""
    piece = await flow().start()
    state = await piece.state()
    assert state["brief"] is not None
    snapshots = await (await piece.ledger()).snapshots({e.snapshot for e in state["brief"].evidence})
    assert snapshots
    held = repr(state)
    assert not any(s.text in held for s in snapshots.values())


async def test_a_thread_goes_on_without_context(workspace: Path, flow: OpenFlow) -> None:
    """`assign` alone reads the Context: a thread that is resumed without one runs on to publish."""
    piece = await flow().start()
    for _ in range(4):
        await piece.graph.ainvoke(Command(resume={"type": "accept"}), piece.config)
    assert not await piece.waits()
    assert (await piece.row()).status == "scheduled"


async def test_a_workspace_from_the_environment(
    workspace: Path, flow: OpenFlow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a Context the workspace is FLYWHEEL_WORKSPACE's."""
    monkeypatch.setenv("FLYWHEEL_WORKSPACE", str(workspace))
    piece = flow()
    await piece.graph.ainvoke({}, piece.config)
    assert (await piece.state())["settings"].workspace == str(workspace)


async def test_what_was_done_isnt_done_again(flow: OpenFlow) -> None:
    """After an error in a node the piece goes on at that node: what came before it isn't run again."""
    acting = Acting()
    fails = [True]

    def crashing(made: Contract | Refusal) -> Contract | Refusal:
        if fails.pop():
            raise RuntimeError("the machine is on fire")
        return made

    acting.left["voice"].extend([crashing])
    piece = await flow(acting).start()
    with pytest.raises(RuntimeError, match="on fire"):
        await piece.accept()
    assert (await piece.snapshot()).next == ("voice",)
    other = flow(acting)
    await other.run(None)
    assert (await other.shown()).point == "review_draft"
    assert len(acting.given["content"]) == 1
    assert [(h.contract, h.attempt) for h in await other.handoffs()] == [("Assignment", 1), ("Brief", 1), ("Draft", 1)]
    assert [d.point for d in await other.decisions()] == ["review_brief"]


async def test_each_step_is_on_disk_when_the_next_begins(workspace: Path, flow: OpenFlow) -> None:
    """While a node runs, a reader of the file finds the checkpoint of the step before it."""
    found: list[int] = []

    def looking(made: Contract | Refusal) -> Contract | Refusal:
        with sqlite3.connect(workspace / ".flywheel" / "checkpoints.db") as reader:
            found.append(reader.execute("select count(*) from checkpoints").fetchone()[0])
        reader.close()
        return made

    piece = flow(Acting(content=[looking], voice=[looking]))
    await piece.start()
    await piece.accept()
    assert found == [3, 5]  # the input, START and assign; then content and review_brief as well


async def test_the_saver_is_wal_and_closes(tmp_path: Path) -> None:
    """The saver's file is in WAL mode; its connection, and the thread behind it, end on every way out."""
    path, before = tmp_path / "checkpoints.db", threading.active_count()
    with pytest.raises(RuntimeError, match="on the way"):
        async with open_checkpointer(path) as saver:
            async with saver.conn.execute("PRAGMA journal_mode") as cursor:
                assert await cursor.fetchone() == ("wal",)
            async with saver.conn.execute("PRAGMA synchronous") as cursor:
                assert await cursor.fetchone() == (1,)
            raise RuntimeError("on the way")
    async with asyncio.timeout(30):
        while threading.active_count() > before:
            await asyncio.sleep(0.01)


async def test_the_servers_saver_lies_in_the_workspace(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What langgraph.json names opens a file of its own beside the ledger, with the same types."""
    monkeypatch.setenv("FLYWHEEL_WORKSPACE", str(workspace))
    async with server_checkpointer() as saver:
        assert saver.serde is not None
    assert (workspace / ".flywheel" / "server-checkpoints.db").is_file()


@pytest.mark.parametrize("answer", ["rework content: once more", "drop"])
async def test_an_answer_outlives_its_process(answer: str, workspace: Path, flow: OpenFlow) -> None:
    """An answer whose process died while it was carried out is carried out by the next to take the piece up, once."""
    piece = await flow().start()
    living, died = piece.rooms.ledger, [False]

    async def dying(url: str) -> Ledger:
        if not died[0]:
            died[0] = True
            raise RuntimeError("the machine is on fire")
        return await living(url)

    unlucky = Flow(workspace, piece.saver, replace(piece.rooms, ledger=dying))
    with pytest.raises(RuntimeError, match="on fire"):
        await unlucky.answer({"type": "response", "args": answer})
    other = await flow().run(None)
    assert [d.kind for d in await other.decisions()] == [answer.split(maxsplit=1)[0]]
    assert await other.waits() is (answer != "drop")
