"""Ledgers on both databases. PostgreSQL is a server of our own, started once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from state.ledger import Ledger, close_ledgers, open_ledger
from state.ledger.address import address
from state.ledger.schema import migrate
from state.ledger.tables import metadata
from tests.support.postgresql import database

_PROGRAM = Path(__file__).with_name("program.py")
_START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/state of things/ledger.db"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    """Give the URL of an empty database, once of each kind."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    found: str = request.getfixturevalue(fixture)
    return found


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "ledger.db"
    migrate(address(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_database(postgres_port: int) -> Iterator[str]:
    with database(postgres_port) as url:
        migrate(address(url))
        yield url


@pytest.fixture
def copied_file(migrated_file: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path)}"


@pytest.fixture
def emptied_database(migrated_database: str) -> str:
    with psycopg.connect(migrated_database) as connection:
        names = ", ".join(f'"{name}"' for name in metadata.tables)
        connection.execute(f"SET lock_timeout = '10s'; TRUNCATE {names} RESTART IDENTITY")
    return migrated_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def ledger(request: pytest.FixtureRequest) -> AsyncIterator[Ledger]:
    """Open an empty ledger, once of each kind: one that was migrated before, which is faster than migrating."""
    fixture = {"sqlite": "copied_file", "postgresql": "emptied_database"}[request.param]
    opened = await open_ledger(request.getfixturevalue(fixture))
    yield opened
    await opened.close()


@pytest.fixture
async def piece(ledger: Ledger, now: datetime) -> str:
    """Start a piece and give its id."""
    await ledger.start_piece("piece-1", topic="bees", driver="embedded", now=now)
    return "piece-1"


@pytest.fixture
async def tidy() -> AsyncIterator[None]:
    yield
    await close_ledgers()


@pytest.fixture
def now() -> datetime:
    return _START


@pytest.fixture
def later(now: datetime) -> Callable[[float], datetime]:
    """Give the time so many seconds after `now`."""
    return lambda seconds: now + timedelta(seconds=seconds)


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start `program.py` with these arguments. It says "ready", and waits for a line."""
    running: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-W", "error", str(_PROGRAM), *arguments]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        running.append(child)
        return child

    yield begin
    for child in running:
        child.kill()
        child.communicate()


@pytest.fixture
def go() -> Callable[..., None]:
    """Let these programs loose at the same moment."""

    def release(*children: subprocess.Popen[str]) -> None:
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()

    return release


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for the server by name is a PostgreSQL test, like those that get it by parameter."""
    for item in items:
        if "postgres_url" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgres)
