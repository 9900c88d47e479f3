"""Ledgers on both databases. PostgreSQL is a server of our own, started once."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pytest_postgresql.janitor import DatabaseJanitor

from state.ledger import Ledger, close_ledgers, open_ledger
from state.ledger.address import address
from state.ledger.schema import migrate
from state.ledger.tables import metadata

_PROGRAM = Path(__file__).with_name("program.py")
_START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def _binaries() -> Path | None:
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda p: int(p.parent.name))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _server(binaries: Path) -> Iterator[int]:
    """Run a PostgreSQL server and give its port. As root it runs as the user `postgres`: it refuses root."""
    folder = Path(tempfile.mkdtemp(prefix="flywheel-postgresql-"))
    port = _free_port()
    user: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(folder, "postgres", "postgres")
    with (folder / "log").open("w") as log:
        run: dict[str, Any] = {"cwd": folder, "stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, **user}
        make = ["initdb", "-D", "data", "-U", "flywheel", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run([binaries / make[0], *make[1:]], check=True, **run)
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", f"port={port}"]
        options = [word for setting in settings for word in ("-c", setting)]
        server = subprocess.Popen([binaries / "postgres", "-D", "data", *options], **run)
        try:
            _wait(server, port, folder / "log")
            yield port
        finally:
            server.send_signal(2)  # SIGINT: disconnect everybody and stop
            server.wait(20)
            shutil.rmtree(folder)


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="flywheel", dbname="postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    binaries = _binaries()
    if binaries is None:
        pytest.skip("THE LEDGER IS NOT TESTED ON POSTGRESQL: no server binaries on PATH or in /usr/lib/postgresql")
    with _server(binaries) as port:
        yield port


@contextmanager
def _database(port: int) -> Iterator[str]:
    """Make a database for the time being, and give its URL."""
    name = f"t{uuid.uuid4().hex}"
    with DatabaseJanitor(user="flywheel", host="127.0.0.1", port=port, dbname=name):
        yield f"postgresql://flywheel:hidden@127.0.0.1:{port}/{name}"


@pytest.fixture
def postgres_url(postgres_port: int) -> Iterator[str]:
    """Give the URL of an empty PostgreSQL database."""
    with _database(postgres_port) as url:
        yield url


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
    with _database(postgres_port) as url:
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
