"""`kill -9` of the server in the middle of a piece. Checkpoints are in SQLite, at once; the server's own list of threads and
runs is a pickle that it writes every ten seconds, so what became of a thread depends on when the kill came.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import NotFoundError

from tests.server.driver import ACCEPT, Piece, Server, copy_workspace, eventually, published, row_of, running, troubles
from tests.support.openai_server import OpenAIServer, good, silent

pytestmark = pytest.mark.server

BRIEF = {
    "insight": "A radio brings strangers to one bench.",
    "insight_passages": [1],
    "evidence": [1, 2, 3, 4, 5, 6],
    "angles": [
        {"title": "On the air", "approach": "Tell it as a broadcast, from the first call to the last."},
        {"title": "At the bench", "approach": "Stay with one pair of hands and what they mend."},
    ],
    "next_steps": ["Open with the note."],
}


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    """An endpoint that takes a question and never answers."""
    with OpenAIServer() as endpoint:
        endpoint.always(silent())
        yield endpoint


@pytest.fixture
def own_server(tmp_path: Path, model: OpenAIServer) -> Iterator[Server]:
    workspace = copy_workspace(tmp_path / "upkeep")
    with running(tmp_path / "home", workspace, OPENAI_API_KEY="sk-test", OPENAI_BASE_URL=model.url) as server:
        yield server


def _restart(server: Server) -> None:
    server.kill()
    server.start()


async def _written(server: Server, thread: str) -> bool:
    """Whether the server's own list on disk knows the thread, after at most two of its turns."""

    async def listed() -> bool:
        return any(thread.encode() in f.read_bytes() for f in (server.home / ".langgraph_api").glob("*.pckl"))

    return await eventually(listed)


async def _known(client: LangGraphClient, thread: str) -> bool:
    try:
        await client.threads.get(thread)
    except NotFoundError:
        return False
    return True


async def test_a_piece_outlives_the_servers_memory_of_its_thread(own_server: Server) -> None:
    """Killed before the thread was listed on disk, the server forgets it; made anew by its id, it stands where it stood."""
    async with own_server.client() as client:
        piece = Piece(client, (await client.threads.create())["thread_id"])
        await piece.start({})
        await piece.resume(ACCEPT)
        before = await piece.interrupt()
    _restart(own_server)
    async with own_server.client() as client:
        if not await _known(client, piece.thread):
            await client.threads.create(thread_id=piece.thread, graph_id="flywheel")
        piece = Piece(client, piece.thread)
        assert await piece.point() == "review_draft"
        assert (await piece.interrupt())["value"] == before["value"]
        for _ in range(3):
            await piece.resume(ACCEPT)
    assert await published(own_server.workspace, piece.thread)
    assert troubles(own_server.log) == []


async def test_a_thread_that_was_listed_needs_nothing(own_server: Server) -> None:
    """Once the list is on disk, the review is open after the restart at the point that the checkpoint holds, not the list's."""
    async with own_server.client() as client:
        piece = Piece(client, (await client.threads.create())["thread_id"])
        await piece.start({})
        assert await _written(own_server, piece.thread)
        await piece.resume(ACCEPT)
    _restart(own_server)
    async with own_server.client() as client:
        piece = Piece(client, piece.thread)
        assert await piece.point() == "review_draft"
        await piece.resume(ACCEPT)
        assert await piece.point() == "review_offer"


async def test_a_run_that_was_listed_goes_on_by_itself(own_server: Server, model: OpenAIServer) -> None:
    """Killed while CONTENT waits for its model, the server takes the run up again: one piece, asked once more."""
    async with own_server.client() as client:
        thread = (await client.threads.create())["thread_id"]
        await client.runs.create(thread, "flywheel", input={"topic": "repairs by radio"}, context={"model": "openai:m"})
        assert await _asked(model)
        assert await _written(own_server, thread)
    own_server.kill()
    model.always(good(BRIEF))
    own_server.start()

    async def waiting() -> bool:
        row = await row_of(own_server.workspace, thread)
        return row is not None and row.waiting_at == "review_brief"

    assert await eventually(waiting)
    assert [r.wants for r in model.requests] == ["BriefProposal"] * 2


async def test_a_run_that_was_forgotten_is_taken_up_from_its_checkpoint(
    own_server: Server, model: OpenAIServer
) -> None:
    """Killed within seconds of the start, the run is gone from the server, and a run without input goes on from CONTENT."""
    async with own_server.client() as client:
        thread = (await client.threads.create())["thread_id"]
        await client.runs.create(thread, "flywheel", input={"topic": "repairs by radio"}, context={"model": "openai:m"})
        assert await _asked(model)
    own_server.kill()
    model.always(good(BRIEF))
    own_server.start()
    async with own_server.client() as client:
        if not await _known(client, thread):
            await client.threads.create(thread_id=thread, graph_id="flywheel")
            await client.runs.wait(thread, "flywheel", input=None)
        piece = Piece(client, thread)

        async def waiting() -> bool:
            return await piece.point() == "review_brief"

        assert await eventually(waiting)
    row = await row_of(own_server.workspace, thread)
    assert row is not None
    assert (row.status, row.driver, row.topic) == ("waiting", "server", "repairs by radio")


async def _asked(model: OpenAIServer) -> bool:
    async def any_request() -> bool:
        return bool(model.requests)

    return await eventually(any_request)
