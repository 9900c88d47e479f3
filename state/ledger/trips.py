"""SQLite's connection as the ledger uses it: one trip to its thread a statement.

aiosqlite makes four, to open a cursor, run it, fetch its rows and close it. Each wakes the other thread and waits for it, which
costs more than most of our statements do: a read takes 40 % less of the processor like this.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import aiosqlite


class Connection(aiosqlite.Connection):
    _asked = _done = 0
    """Statements, counted here by the loop and there by the thread."""

    def cursor(self) -> Cursor:  # type: ignore[override]  # SQLAlchemy enters it, and awaits nothing else of it
        return Cursor(self)

    async def rollback(self) -> None:
        """No trip where nothing was begun. Who was cancelled can't know that, while the thread still runs what it was asked."""
        if self._asked > self._done or self.in_transaction:
            await super().rollback()

    async def at_once(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Run `work` in the connection's thread, after what was asked of it before."""

        def run() -> None:
            try:
                work(self._conn)
            finally:
                self._done += 1

        self._asked += 1
        await self._execute(run)  # type: ignore[no-untyped-call]


class Cursor:
    """What SQLAlchemy asks of a cursor: a statement is run and its rows are fetched in one go. SQLAlchemy's own holds them all as well."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cursor: sqlite3.Cursor
        self._rows: list[Any] = []

    async def __aenter__(self) -> Cursor:
        return self

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid

    async def execute(self, sql: str, parameters: Any = ()) -> Cursor:
        def run(connection: sqlite3.Connection) -> None:
            self._cursor = connection.execute(sql, parameters)
            self._rows = self._cursor.fetchall() if self._cursor.description else []

        await self._connection.at_once(run)
        return self

    async def executemany(self, sql: str, parameters: Any) -> Cursor:
        def run(connection: sqlite3.Connection) -> None:
            self._cursor = connection.executemany(sql, parameters)

        await self._connection.at_once(run)
        return self

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        """Nothing is left to close: a statement whose rows are all fetched is at its end."""
