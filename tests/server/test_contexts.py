"""A run's Context: another workspace than the server's, another model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from langgraph_sdk.client import LangGraphClient

from tests.server.driver import ACCEPT, Piece, Server, copy_workspace, pages, row_of, troubles

pytestmark = pytest.mark.server
NewPiece = Callable[..., Awaitable[Piece]]


async def test_a_run_uses_the_workspace_of_its_context(
    server: Server, client: LangGraphClient, new_piece: NewPiece, tmp_path: Path
) -> None:
    """Its piece stands in that workspace's ledger alone, and goes out when `send` is run with the same Context."""
    other = copy_workspace(tmp_path / "other")
    context = {"workspace": str(other)}
    piece = await new_piece(context)
    await piece.start({})
    for _ in range(4):
        await piece.resume(ACCEPT)
    row = await row_of(other, piece.thread)
    assert row is not None
    assert (row.status, row.driver) == ("scheduled", "server")
    assert await row_of(server.workspace, piece.thread) is None

    drained = (await client.threads.create())["thread_id"]
    await client.runs.wait(drained, "send", input={}, context=context)
    row = await row_of(other, piece.thread)
    assert row is not None
    assert row.status == "published"
    assert len(pages(other)) == 1
    assert troubles(server.log) == []


async def test_a_resume_needs_no_context(new_piece: NewPiece, tmp_path: Path) -> None:
    """`assign` froze the workspace into the state: a person who answers from another UI needn't name it again."""
    other = copy_workspace(tmp_path / "other")
    piece = await new_piece({"workspace": str(other)})
    await piece.start({})
    piece.context = None
    await piece.resume(ACCEPT)
    row = await row_of(other, piece.thread)
    assert row is not None
    assert (row.status, row.waiting_at) == ("waiting", "review_draft")


async def test_a_run_uses_the_model_of_its_context(server: Server, new_piece: NewPiece) -> None:
    """A model that can't be reached leaves CONTENT stuck before a person, who is told which model and what to do."""
    piece = await new_piece({"model": "openai:none-such"})
    await piece.start({"topic": "repairs by radio"})
    assert await piece.point() == "review_brief"
    value = (await piece.interrupt())["value"]
    assert "openai:none-such" in value["description"]
    assert "OPENAI_API_KEY" in value["description"]
    assert value["config"]["allow_accept"] is False
    assert troubles(server.log) == []
