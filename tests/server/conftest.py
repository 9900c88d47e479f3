from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from langgraph_sdk.client import LangGraphClient

from tests.server.driver import Piece, Server, copy_workspace, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that most tests share; each makes threads of its own."""
    folder = tmp_path_factory.mktemp("server")
    with running(folder / "home", copy_workspace(folder / "upkeep")) as started:
        yield started


@pytest.fixture
async def client(server: Server) -> AsyncIterator[LangGraphClient]:
    async with server.client() as opened:
        yield opened


@pytest.fixture
def new_piece(client: LangGraphClient) -> Callable[..., Awaitable[Piece]]:
    """Make a thread on the shared server; give it a Context or none."""

    async def made(context: dict[str, str] | None = None) -> Piece:
        return Piece(client, (await client.threads.create())["thread_id"], context)

    return made
