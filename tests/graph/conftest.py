"""A workspace, a clock and a way to set a piece going through the compiled graph."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from agents.content.agent import read_sources
from graph.checkpoints import open_checkpointer
from state.channels import Strength
from state.ledger import close_ledgers
from state.ledger.address import address
from state.ledger.schema import migrate
from state.settings import SourceSettings
from state.sources import Reading
from tests.graph.audience import Audience
from tests.graph.far_sides import FarSide, Forum, Office, Turn
from tests.graph.rig import PIECE, ROOT, Acting, Clock, Flow, OpenFlow, Script, changed, reviews, rooms_of
from tests.support.environment import STRAY

MakeOffice = Callable[..., Office]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, endpoint, database or tracing setting of this machine's reaches a test."""
    for name in list(os.environ):
        if name.upper().startswith(STRAY) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANGSMITH_TRACING", "false")


Known = dict[tuple[object, ...], Reading]


@pytest.fixture(scope="session")
def readings() -> Known:
    """What was read before, by the names, sizes and times of the files."""
    return {}


def _signature(workspace: Path, folders: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """What is there, an empty folder included."""
    paths = sorted(
        p for folder in folders for p in (workspace / folder, *(workspace / folder).rglob("*")) if p.exists()
    )
    return [
        (str(p.relative_to(workspace)), s.st_size, s.st_mtime_ns if p.is_file() else 0)
        for p in paths
        for s in (p.stat(),)
    ]


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch, readings: Known) -> None:
    """The same files are parsed once in a session: tests/agents/content is about reading, this folder is about the graph."""

    async def read(workspace: str, settings: SourceSettings, **rest: Any) -> Reading:
        if settings.feeds or settings.pages or settings.sitemaps or settings.searches.on:
            return await read_sources(workspace, settings, **rest)
        key = (settings, *await asyncio.to_thread(_signature, Path(workspace), settings.folders))
        if key not in readings:
            readings[key] = await read_sources(workspace, settings)
        return readings[key]

    monkeypatch.setattr("agents.content.agent.read_sources", read)
    monkeypatch.setattr("graph.scouting.read_sources", read)


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with its schema and nothing in it: copying it is quicker than migrating."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    migrate(address(f"sqlite:///{path}"))
    return path


@pytest.fixture
def workspace(tmp_path: Path, empty_ledger: Path) -> Path:
    """The example workspace, on its own."""
    folder = tmp_path / "workspace"
    shutil.copytree(ROOT / "examples" / "upkeep", folder, ignore=shutil.ignore_patterns(".flywheel", "site", ".env"))
    (folder / ".flywheel").mkdir()
    shutil.copy(empty_ledger, folder / ".flywheel" / "ledger.db")
    return folder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def flow(workspace: Path, clock: Clock) -> AsyncIterator[OpenFlow]:
    """Make a piece's flow: `flow(acting, script=..., piece=..., stop_at=...)`. A second one of the same piece opens its own saver."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(close_ledgers)
        saver = await stack.enter_async_context(open_checkpointer(workspace / ".flywheel" / "checkpoints.db"))

        def make(
            acting: Acting | None = None,
            *,
            script: Script | None = None,
            piece: str = PIECE,
            stop_at: tuple[str, ...] = (),
        ) -> Flow:
            return Flow(workspace, saver, rooms_of(clock, acting, script), piece, stop_at)

        yield make


def _approved(folder: Path, empty_ledger: Path, channels: tuple[str, ...]) -> Path:
    """A workspace with one piece that is approved and in the outbox, on these channels; nothing is sent yet."""
    shutil.copytree(ROOT / "examples" / "upkeep", folder, ignore=shutil.ignore_patterns(".flywheel", "site", ".env"))
    (folder / ".flywheel").mkdir()
    shutil.copy(empty_ledger, folder / ".flywheel" / "ledger.db")
    changed(folder, reviews=reviews(release="never"), **{f"channels__{name}": "" for name in channels})

    async def run() -> None:
        async with open_checkpointer(folder / ".flywheel" / "checkpoints.db") as saver:
            await Flow(folder, saver, rooms_of(Clock())).start()
        await close_ledgers()

    asyncio.run(run())
    return folder


@pytest.fixture(scope="session")
def approved_article(tmp_path_factory: pytest.TempPathFactory, empty_ledger: Path) -> Path:
    """One post in the outbox: the article."""
    return _approved(tmp_path_factory.mktemp("article") / "workspace", empty_ledger, ())


@pytest.fixture(scope="session")
def approved_threads(tmp_path_factory: pytest.TempPathFactory, empty_ledger: Path) -> Path:
    """An article and two threads that link to it."""
    return _approved(tmp_path_factory.mktemp("threads") / "workspace", empty_ledger, ("bluesky", "mastodon"))


def _copied(approved: Path, folder: Path) -> Path:
    """What the drainer reads of a workspace."""
    (folder / ".flywheel").mkdir(parents=True)
    for name in ("flywheel.toml", "offers.toml", ".flywheel/ledger.db"):
        shutil.copy(approved / name, folder / name)
    return folder


@pytest.fixture
async def article(approved_article: Path, tmp_path: Path, clock: Clock) -> AsyncIterator[MakeOffice]:
    """Make an office with the article in its outbox and one far side of the strength given."""

    def make(strength: Strength, *turns: Turn) -> Office:
        side = FarSide("site", strength, clock, deque(turns))
        return Office(_copied(approved_article, tmp_path / "office"), clock, [side])

    yield make
    await close_ledgers()


@pytest.fixture
async def threads(approved_threads: Path, tmp_path: Path, clock: Clock) -> AsyncIterator[Office]:
    """An office with an article and two threads in its outbox: site NATIVE, bluesky LOOKUP, mastodon KEYED."""
    strengths = {"site": Strength.NATIVE, "bluesky": Strength.LOOKUP, "mastodon": Strength.KEYED}
    sides = [FarSide(name, strength, clock) for name, strength in strengths.items()]
    yield Office(_copied(approved_threads, tmp_path / "office"), clock, sides)
    await close_ledgers()


@pytest.fixture(scope="session")
def published_threads(approved_threads: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The article and the threads, all of them out."""
    folder, clock = _copied(approved_threads, tmp_path_factory.mktemp("published") / "office"), Clock()
    sides = [FarSide(name, Strength.NATIVE, clock) for name in ("site", "bluesky", "mastodon")]

    async def run() -> None:
        await Office(folder, clock, sides).drain()
        await close_ledgers()

    asyncio.run(run())
    return folder


@pytest.fixture
async def audience(published_threads: Path, tmp_path: Path, clock: Clock) -> AsyncIterator[Audience]:
    """The piece with an article and two threads, published; bluesky and mastodon tell what people do with it."""
    sides = [
        FarSide("site", Strength.NATIVE, clock),
        Forum("bluesky", Strength.LOOKUP, clock),
        Forum("mastodon", Strength.KEYED, clock),
    ]
    clock.leap(hours=1)
    office = Office(_copied(published_threads, tmp_path / "office"), clock, sides)
    async with open_checkpointer(office.workspace / ".flywheel" / "checkpoints.db") as saver:
        yield Audience(office, saver)
    await close_ledgers()


@pytest.fixture
def copied_office(approved_threads: Path) -> Callable[[Path, Clock, Strength], Office]:
    """Copy the office with the threads into a folder, every far side of one strength."""

    def make(folder: Path, clock: Clock, strength: Strength) -> Office:
        sides = [FarSide(name, strength, clock) for name in ("site", "bluesky", "mastodon")]
        return Office(_copied(approved_threads, folder / "office"), clock, sides)

    return make
