"""Which schema a database has, and how it comes to have ours.

To change it: change `tables.py`, add a file to `migrations/versions`, and add its revision to `REVISIONS`.
"""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import URL, Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from state.ledger.address import shown
from state.ledger.engine import Database, blocking_engine
from state.ledger.errors import LedgerTooNew, translate

REVISIONS: tuple[str, ...] = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Those in `migrations/versions`, oldest first; a test holds them to the folder."""
HEAD = REVISIONS[-1]
SCRIPTS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x666C7977_686C6C64
"""Any 64-bit number that nobody else uses in this database ("flywhlld")."""
_one_at_a_time = threading.Lock()
"""alembic keeps the running migration in module globals."""


async def is_current(database: Database) -> bool:
    """Say whether its schema is ours, in one look. Raises LedgerTooNew if it is one we don't know."""
    async with database.reading() as connection:
        return _judge(await connection.run_sync(_revision), database.where)


def migrate(url: URL) -> None:
    """Bring the database at `url` up to `HEAD`, or find that another process did. Blocks, and imports alembic (0.7 s).

    One transaction under a lock that other processes wait for, so it is done wholly or not at all.
    """
    engine = blocking_engine(url)
    try:
        with _one_at_a_time, engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            if not _judge(_revision(connection), shown(url)):
                _upgrade(connection)
    except SQLAlchemyError as error:
        raise translate(error, shown(url)) from error
    finally:
        engine.dispose()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _judge(revision: str | None, where: str) -> bool:
    if revision is not None and revision not in REVISIONS:
        what = f"Its schema is {revision!r}; this version of the program knows {HEAD!r} at most"
        raise LedgerTooNew(what, where=where, fix="Update the program, or point it at another ledger.")
    return revision == HEAD


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
