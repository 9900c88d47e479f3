"""One hostile page among the example's own sources, and a piece on its topic, by either writer."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from graph.checkpoints import open_checkpointer
from state.ledger import close_ledgers
from state.ledger.address import address
from state.ledger.schema import migrate
from tests.graph.rig import ROOT, Clock, Flow, changed, rooms_of
from tests.hostile.held import KEY
from tests.support.environment import STRAY
from tests.support.openai_server import OpenAIServer

OpenPiece = Callable[[Path], Flow]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, endpoint, database or tracing setting of this machine's reaches a test; there is one key to be stolen."""
    for name in list(os.environ):
        if name.upper().startswith(STRAY) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANGSMITH_TRACING", "false")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example workspace with an empty ledger, three channels, and offers that fit easily: copying it is quicker than making it."""
    folder = tmp_path_factory.mktemp("hostile") / "workspace"
    shutil.copytree(ROOT / "examples" / "upkeep", folder, ignore=shutil.ignore_patterns(".flywheel", "site", ".env"))
    (folder / ".flywheel").mkdir()
    migrate(address(f"sqlite:///{folder / '.flywheel' / 'ledger.db'}"))
    changed(folder, channels__bluesky="", channels__mastodon="", revenue="enough = 0.05")
    return folder


@pytest.fixture
async def piece_on(untouched: Path, tmp_path: Path) -> AsyncIterator[OpenPiece]:
    """Put a page into the sources and open a piece: `piece_on(page)`."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(close_ledgers)
        folder = tmp_path / "workspace"
        shutil.copytree(untouched, folder)
        saver = await stack.enter_async_context(open_checkpointer(folder / ".flywheel" / "checkpoints.db"))

        def make(page: Path) -> Flow:
            shutil.copy(page, folder / "sources" / page.name)
            return Flow(folder, saver, rooms_of(Clock()))

        yield make


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[OpenAIServer]:
    """A model on loopback."""
    with OpenAIServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server
