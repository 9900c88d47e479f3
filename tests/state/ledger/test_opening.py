"""How a ledger is opened, shared and closed, and what is said when it can't be."""

from __future__ import annotations

import asyncio
import errno
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
from blockbuster import blockbuster_ctx
from sqlalchemy import event, text

from state.ledger import (
    Ledger,
    LedgerAddressError,
    LedgerBusy,
    LedgerClosed,
    LedgerDamaged,
    LedgerError,
    LedgerTooNew,
    LedgerUnreachable,
    LedgerUnwritable,
    close_ledgers,
    ledger_at,
    open_ledger,
)
from state.ledger.engine import open_sqlite
from state.records import Spend

Start = Callable[..., subprocess.Popen[str]]
Go = Callable[..., None]


def path_of(url: str) -> Path:
    return Path(url.partition("///")[2])


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+aiosqlite", "sqlite+pysqlite"])
async def test_sqlite_addresses(tmp_path: Path, scheme: str) -> None:
    """An SQLite ledger opens under any usual scheme, and its folder is made."""
    ledger = await open_ledger(f"{scheme}:///{tmp_path}/a/b/ledger.db")
    await ledger.close()
    assert (tmp_path / "a/b/ledger.db").exists()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+asyncpg"])
async def test_postgres_addresses(postgres_url: str, scheme: str) -> None:
    """A PostgreSQL ledger opens under any usual scheme."""
    ledger = await open_ledger(postgres_url.replace("postgresql", scheme, 1))
    assert await ledger.pieces() == ()
    await ledger.close()


async def test_relative_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three slashes mean a path from where we are."""
    monkeypatch.chdir(tmp_path)
    await (await open_ledger("sqlite:///here/ledger.db")).close()
    assert (tmp_path / "here/ledger.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "secret",
        "mysql://me:secret@host/db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////x/ledger.db?password=secret",
        "postgres://me:secret@host:port/db",
    ],
)
async def test_bad_address(url: str) -> None:
    """An address we can't use is refused with examples of good ones, and without the password."""
    with pytest.raises(LedgerAddressError, match=r"sqlite:////folder/ledger\.db") as caught:
        await open_ledger(url)
    assert "secret" not in str(caught.value)


async def test_settings_on_every_connection(sqlite_url: str) -> None:
    """Each SQLite connection has WAL, FULL, foreign keys and ten seconds of patience."""
    ledger = await open_ledger(sqlite_url)
    engine = ledger._database._engine
    async with engine.connect() as one, engine.connect() as two:
        for connection in (one, two):
            asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            got = [await connection.scalar(text(f"PRAGMA {name}")) for name in asked]
            assert got == ["wal", 2, 1, 10_000]
    await ledger.close()


def test_first_connections_race(tmp_path: Path) -> None:
    """Connections that make a new file at the same moment all get it, in WAL mode."""
    with ThreadPoolExecutor(6) as pool:
        barrier = Barrier(6)

        def connect(path: str) -> str:
            barrier.wait()
            with closing(open_sqlite(path)) as connection:
                mode: str = connection.execute("PRAGMA journal_mode").fetchone()[0]
                return mode

        for n in range(40):
            assert set(pool.map(connect, [f"{tmp_path}/{n}.db"] * 6)) == {"wal"}


async def test_no_server(postgres_url: str) -> None:
    """A server that isn't there is named, without its password, and what to do is said."""
    with pytest.raises(LedgerUnreachable, match="Check that") as caught:
        await open_ledger("postgresql://me:secret@127.0.0.1:1/db?sslpassword=secret")
    assert "127.0.0.1:1" in str(caught.value)
    assert "secret" not in str(caught.value)
    with pytest.raises(LedgerUnreachable, match="nowhere"):
        await open_ledger(postgres_url.rpartition("/")[0] + "/nowhere")


@pytest.mark.parametrize("address", ["{0}/file/ledger.db", "{0}"])
async def test_no_file(tmp_path: Path, address: str) -> None:
    """A path where no file can be is unreachable."""
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerUnreachable):
        await open_ledger("sqlite:///" + address.format(tmp_path))


async def test_no_right_to_the_folder(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may not be made is reported as what it is."""
    refusals = iter([PermissionError(errno.EACCES, "Permission denied"), OSError(errno.ENOSPC, "No space left")])

    def refuse(self: Path, **_: object) -> None:
        raise next(refusals)

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(LedgerUnwritable, match="read-only"):
        await open_ledger(sqlite_url)
    with pytest.raises(LedgerUnwritable, match="disk is full"):
        await open_ledger(sqlite_url)


async def test_not_a_database(tmp_path: Path) -> None:
    """A file that is something else is left alone."""
    (tmp_path / "ledger.db").write_text("dear diary, " * 100)
    with pytest.raises(LedgerDamaged):
        await open_ledger(f"sqlite:///{tmp_path}/ledger.db")
    assert (tmp_path / "ledger.db").read_text() == "dear diary, " * 100


async def test_too_new(url: str) -> None:
    """A schema we don't know is refused, with both versions named."""
    ledger = await open_ledger(url)
    async with ledger._database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await ledger.close()
    with pytest.raises(LedgerTooNew, match=r"'9999'.*Update the program"):
        await open_ledger(url)


async def sabotaged(url: str, pragma: str) -> Ledger:
    ledger = await open_ledger(url)
    await ledger._database._engine.dispose()
    engine = ledger._database._engine.sync_engine
    event.listen(engine, "connect", lambda connection, _: connection.cursor().execute(pragma))
    return ledger


async def test_disk_full(sqlite_url: str) -> None:
    """A full disk is said to be full, and nothing of the write is kept."""
    ledger = await sabotaged(sqlite_url, "PRAGMA max_page_count=1")
    with pytest.raises(LedgerUnwritable, match=r"disk is full.*Free some space"):
        for n in range(1000):
            await ledger.put_body("x" * 4000, Spend(tokens=n))
    await ledger.close()


async def test_read_only_file(sqlite_url: str) -> None:
    """A read-only file is said to be read-only, and can still be read."""
    ledger = await sabotaged(sqlite_url, "PRAGMA query_only=ON")
    with pytest.raises(LedgerUnwritable, match=r"read-only.*ledger\.db"):
        await ledger.put_body("x", Spend())
    assert await ledger.pieces() == ()
    await ledger.close()


async def test_read_only_server(postgres_url: str) -> None:
    """A read-only server (a standby) is said to be read-only."""
    await (await open_ledger(postgres_url)).close()
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        name = postgres_url.rpartition("/")[2]
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    ledger = await open_ledger(postgres_url)
    with pytest.raises(LedgerUnwritable, match="read-only"):
        await ledger.put_body("x", Spend())
    await ledger.close()


async def test_server_restarts(postgres_url: str) -> None:
    """Connections that the server ended in the meantime are replaced unseen."""
    ledger = await open_ledger(postgres_url)
    await ledger.put_body("x", Spend())
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    await ledger.put_body("x", Spend(tokens=1))
    await ledger.close()


async def test_locked(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that somebody keeps locked is said to be, and works again afterwards."""
    monkeypatch.setattr("state.ledger.engine.BUSY_SECONDS", 0.1)
    ledger = await open_ledger(sqlite_url)
    other = sqlite3.connect(path_of(sqlite_url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerBusy, match="Try again"):
        await ledger.put_body("x", Spend())
    other.close()
    await ledger.put_body("x", Spend())
    await ledger.close()


async def test_closed(ledger: Ledger) -> None:
    """A closed ledger says so, and can be closed again."""
    await ledger.close()
    await ledger.close()
    with pytest.raises(LedgerClosed):
        await ledger.pieces()


async def test_close_waits(ledger: Ledger, piece: str) -> None:
    """Closing lets the writes that have begun finish."""
    writes = [asyncio.create_task(ledger.put_body("x", Spend(tokens=n))) for n in range(20)]
    await asyncio.sleep(0)
    await ledger.close()
    assert len(await asyncio.gather(*writes)) == 20


@pytest.mark.usefixtures("tidy")
async def test_ledger_at(url: str) -> None:
    """Callers who ask at the same moment get one ledger, later ones too, until it is closed."""
    first, *others = await asyncio.gather(*(ledger_at(url) for _ in range(8)))
    assert all(other is first for other in others)
    assert await ledger_at(url) is first
    await close_ledgers()
    with pytest.raises(LedgerClosed):
        await first.pieces()
    second = await ledger_at(url)
    assert second is not first
    await second.close()
    assert await (await ledger_at(url)).pieces() == ()


@pytest.mark.usefixtures("tidy")
async def test_ledger_at_after_failure(tmp_path: Path) -> None:
    """A failed opening isn't remembered."""
    url = f"sqlite:///{tmp_path}/sub/ledger.db"
    (tmp_path / "sub").write_text("in the way")
    with pytest.raises(LedgerError):
        await ledger_at(url)
    (tmp_path / "sub").unlink()
    assert await (await ledger_at(url)).pieces() == ()


async def test_close_none() -> None:
    """Closing when nothing was opened does nothing."""
    await close_ledgers()


def test_one_ledger_a_loop(url: str) -> None:
    """Each event loop has its own, closed with the loop."""

    async def use() -> Ledger:
        ledger = await ledger_at(url)
        await asyncio.gather(*(ledger.pieces() for _ in range(5)))
        return ledger

    first, second = asyncio.run(use()), asyncio.run(use())
    assert first is not second
    assert first.closed
    assert second.closed


@pytest.mark.long
@pytest.mark.parametrize("task", ["forget", "loop"])
def test_process_ends(url: str, start: Start, go: Go, task: str) -> None:
    """A process that never closes its ledger ends all the same."""
    child = start(task, url)
    go(child)
    child.communicate(timeout=20)
    assert child.returncode == 0


async def test_nothing_blocks(url: str, now: datetime) -> None:
    """No call blocks the event loop, as LangGraph's server demands: making, opening and using included."""
    with blockbuster_ctx():
        for _ in range(2):
            ledger = await open_ledger(url)
            await ledger.start_piece("p", topic="t", driver="server", now=now)
            assert await (await ledger_at(url)).pieces() == await ledger.pieces()
            await ledger.close()
            await close_ledgers()


async def test_cancelling(ledger: Ledger, piece: str, now: datetime) -> None:
    """Calls that are cancelled half-way keep or undo their work, and the ledger goes on."""
    for n in range(40):
        calls = [asyncio.create_task(ledger.record_spend(piece, "x", Spend(tokens=1), now=now)) for _ in range(6)]
        calls += [asyncio.create_task(ledger.update_piece(piece, now=now, title=str(n))) for _ in range(2)]
        await asyncio.sleep(n / 20_000)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
    before = await ledger.spent(piece)
    await asyncio.wait_for(ledger.record_spend(piece, "x", Spend(tokens=1), now=now), 5)
    assert (await ledger.spent(piece)).tokens == before.tokens + 1


async def test_cancelled_while_the_file_is_locked(copied_file: str, now: datetime) -> None:
    """Who gives up while another holds SQLite's lock doesn't take it later, and keep it: the next can write."""
    ours, file = await open_ledger(copied_file), copied_file.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(ours.start_piece("given up", topic="t", driver="embedded", now=now))
        await asyncio.sleep(0.2)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        other.execute("ROLLBACK")
        await asyncio.to_thread(_write_once, file)
    await ours.start_piece("later", topic="t", driver="embedded", now=now)
    assert "later" in {row.piece for row in await ours.pieces()}
    await ours.close()


def _write_once(file: str) -> None:
    """Raises OperationalError when the lock doesn't come free."""
    with closing(sqlite3.connect(file, timeout=60, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        another.execute("ROLLBACK")


def test_no_alembic_at_head(sqlite_url: str, tmp_path: Path) -> None:
    """A ledger whose schema is current opens without alembic ever being imported, from any folder."""
    code = (
        "import asyncio, sys\n"
        "from state.ledger import ledger_at\n"
        f"asyncio.run(ledger_at({sqlite_url!r}))\n"
        "print('alembic' in sys.modules)\n"
    )
    command = [sys.executable, "-c", code]
    assert [subprocess.check_output(command, cwd=tmp_path, text=True) for _ in range(2)] == ["True\n", "False\n"]


async def test_moved_file(tmp_path: Path) -> None:
    """A ledger is one file once it is closed: a copy of it is a ledger."""
    ledger = await open_ledger(f"sqlite:///{tmp_path}/a.db")
    digest = await ledger.put_body("x", Spend())
    await ledger.close()
    assert [p.name for p in tmp_path.iterdir()] == ["a.db"]
    shutil.copy(tmp_path / "a.db", tmp_path / "b 100%.db")
    copy = await open_ledger(f"sqlite:///{tmp_path}/b 100%.db")
    assert await copy.body(digest) is not None
    await copy.close()
