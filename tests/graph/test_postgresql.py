"""A piece goes its whole way, and its posts go out once, with the ledger on PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from state.ledger import close_ledgers, ledger_at
from state.records import PostState
from state.workspace import load_settings
from tests.graph.rig import OpenFlow
from tests.support.approving import approve
from tests.support.killing import posts_of

pytestmark = pytest.mark.postgres
DRAIN = """
import asyncio, sys
from graph.send import graph
from state.flywheel import Context
from state.ledger import close_ledgers

async def drain():
    for _ in range(3):
        await graph.ainvoke({}, context=Context(workspace=sys.argv[1]))
    await close_ledgers()

asyncio.run(drain())
"""


@pytest.fixture(autouse=True)
def on_postgresql(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    return postgres_url


async def test_a_piece_goes_its_whole_way(flow: OpenFlow) -> None:
    """Four reviews, and a page on the site; handoffs, decisions and the post stand in the ledger."""
    piece = flow()
    await piece.start()
    await piece.accept(4)
    (post,) = await piece.drain()
    assert post.state is PostState.CONFIRMED
    assert len(piece.pages()) == 1
    assert (await piece.row()).status == "published"
    assert [d.kind for d in await piece.decisions()] == ["approve"] * 4
    assert all(h.passed for h in await piece.handoffs())


async def test_drainers_of_several_processes_send_once(workspace: Path, on_postgresql: str) -> None:
    """Ten pieces and three drainers, each a process: every post is confirmed, was called once, and is one page."""
    ledger, settings = await ledger_at(on_postgresql), await asyncio.to_thread(load_settings, workspace)
    for n in range(10):
        await approve(f"piece-{n}", posts_of(f"piece-{n}", "site"), settings, ledger)
    drainers = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", DRAIN, str(workspace), env=dict(os.environ))
        for _ in range(3)
    ]
    assert [await process.wait() for process in drainers] == [0, 0, 0]
    rows = await ledger.outbox()
    await close_ledgers()
    assert Counter((row.state, row.tries) for row in rows) == {(PostState.CONFIRMED, 1): 10}
    assert len(list(workspace.glob("site/posts/*/index.html"))) == 10
