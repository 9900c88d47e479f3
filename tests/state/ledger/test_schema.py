"""The migrations make the tables that the code has in mind."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from state.ledger import Ledger, open_ledger
from state.ledger.schema import REVISIONS, SCRIPTS
from state.ledger.tables import metadata


async def test_migrated_is_metadata(ledger: Ledger) -> None:
    """A migrated database and the tables in code say the same."""

    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    async with ledger._database.reading() as connection:
        assert await connection.run_sync(differences) == []


def test_revisions() -> None:
    """The revisions that the code knows are those in the folder, in order."""
    scripts = ScriptDirectory(str(SCRIPTS))
    assert tuple(s.revision for s in scripts.walk_revisions())[::-1] == REVISIONS


@pytest.mark.torture
def test_processes_open(url: str, start: Callable[..., subprocess.Popen[str]], go: Callable[..., None]) -> None:
    """Processes that open a new database at the same moment all succeed."""
    children = [start("open", url) for _ in range(3)]
    go(*children)
    for child in children:
        child.communicate(timeout=30)
    assert [child.returncode for child in children] == [0, 0, 0]


async def test_an_older_ledger_keeps_what_it_has(url: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger of any earlier revision is brought up to date when it is opened, its pieces untouched."""
    import state.ledger.schema as schema

    for revision in REVISIONS:
        monkeypatch.setattr(schema, "HEAD", revision)
        ledger = await open_ledger(url)
        await ledger.start_piece(f"piece-{revision}", topic="t", driver="embedded", now=now)
        await ledger.close()
    ledger = await open_ledger(url)
    assert {row.piece for row in await ledger.pieces()} == {f"piece-{revision}" for revision in REVISIONS}
    await ledger.close()


async def test_migration_is_whole(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails leaves nothing behind, and the next one succeeds."""
    import state.ledger.schema as schema

    upgrade = schema._upgrade

    def broken(connection: Connection) -> None:
        upgrade(connection)
        connection.execute(text("SELECT 1")).one()
        raise RuntimeError("the power went")

    monkeypatch.setattr(schema, "_upgrade", broken)
    with pytest.raises(RuntimeError, match="power"):
        await open_ledger(url)
    monkeypatch.setattr(schema, "_upgrade", upgrade)
    ledger = await open_ledger(url)
    assert await ledger.pieces() == ()
    await ledger.close()
