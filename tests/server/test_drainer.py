"""The lifespan beside the server: it sends what is due, and nothing but the server's end stops it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from desk import server
from graph.app import build
from graph.assign import read_settings
from graph.checkpoints import serializer
from state.flywheel import Context
from state.ledger import close_ledgers
from tests.server.driver import ACCEPT, copy_workspace, eventually, pages, published, row_of

PIECE = "0a1b2c3d"


@pytest.fixture
async def scheduled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with one piece, approved and not yet sent."""
    workspace = copy_workspace(tmp_path / "upkeep")
    monkeypatch.setenv("FLYWHEEL_WORKSPACE", str(workspace))
    monkeypatch.setenv("LANGSMITH_TRACING", "false")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(server, "EVERY", 0.05)
    flywheel = build().compile(checkpointer=InMemorySaver(serde=serializer()))
    config: RunnableConfig = {"configurable": {"thread_id": PIECE}}
    await flywheel.ainvoke({"topic": "repairs by radio"}, config, context=Context())
    for _ in range(4):
        await flywheel.ainvoke(Command(resume=ACCEPT), config)
    await close_ledgers()
    return workspace


async def test_what_is_due_goes_out_while_the_server_runs(scheduled: Path) -> None:
    """The page is there soon after the start, and only one of it."""
    row = await row_of(scheduled, PIECE)
    assert row is not None
    assert row.status == "scheduled"
    async with server.lifespan(server.app):
        assert await published(scheduled, PIECE)
    assert len(pages(scheduled)) == 1


async def test_a_broken_settings_file_is_told_once_and_outlived(
    scheduled: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It says which key is wrong, once however often it looks, and sends when the file is mended."""
    settings = scheduled / "flywheel.toml"
    whole = settings.read_text(encoding="utf-8")
    settings.write_text(whole.replace("[identity]", "[identty]"), encoding="utf-8")
    with caplog.at_level(logging.WARNING, logger="flywheel.server"):
        async with server.lifespan(server.app):

            async def told() -> bool:
                return bool(caplog.records)

            assert await eventually(told)
            await asyncio.sleep(0.2)
            settings.write_text(whole, encoding="utf-8")
            assert await published(scheduled, PIECE)
    (said,) = [r for r in caplog.records if r.name == "flywheel.server"]
    assert "identty" in said.getMessage()
    assert not said.exc_info


async def test_a_surprise_is_logged_with_its_traceback_and_outlived(
    scheduled: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that nobody foresaw doesn't end the drainer."""
    calls: list[Context] = []

    async def fails_first(context: Context) -> object:
        calls.append(context)
        if len(calls) == 1:
            raise RuntimeError("The disk is on fire.")
        return await read_settings(context)

    monkeypatch.setattr(server, "read_settings", fails_first)
    with caplog.at_level(logging.WARNING, logger="flywheel.server"):
        async with server.lifespan(server.app):
            assert await published(scheduled, PIECE)
    (said,) = [r for r in caplog.records if r.name == "flywheel.server"]
    assert "The disk is on fire." in said.getMessage()
    assert said.exc_info


async def test_nothing_due_starts_no_run(scheduled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An idle server runs no drainer: with tracing on, each run would be a trace, every two seconds, for ever."""
    looks: list[Context] = []
    runs: list[object] = []

    async def counted(context: Context) -> object:
        looks.append(context)
        return await read_settings(context)

    class Counted:
        async def ainvoke(self, *given: object, **more: object) -> None:
            runs.append(given)

    async with server.lifespan(server.app):
        assert await published(scheduled, PIECE)
        monkeypatch.setattr(server, "read_settings", counted)
        monkeypatch.setattr(server, "drainer", Counted())

        async def looked_thrice() -> bool:
            return len(looks) > 2

        assert await eventually(looked_thrice)
        assert runs == []
