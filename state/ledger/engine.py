"""Connections and transactions: how both databases are opened, and what a transaction promises."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiosqlite
from sqlalchemy import URL, Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from state.ledger import trips
from state.ledger.address import shown
from state.ledger.errors import LedgerClosed, translate

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

    Insert = sqlite.Insert | postgresql.Insert

BUSY_SECONDS = 10.0
"""How long SQLite waits for another process's lock, and a client for a PostgreSQL server's answer."""
_WRITES = "ledger_writes"
_PRAGMAS = ("PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON")


def open_sqlite(path: str) -> sqlite3.Connection:
    """Open the file with our settings: WAL, synchronous=FULL, foreign keys, a busy timeout; no implicit BEGIN.

    Blocks; runs in the thread that owns the connection.
    """
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        _set_wal(connection)
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL. SQLite doesn't wait for a lock here, whatever its timeout, when two processes switch at once."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    """Take SQLite's write lock at once: a transaction that reads first can't wait for it later.

    A read is one statement, which SQLite isolates by itself.
    """
    if connection.get_execution_options().get(_WRITES):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def blocking_engine(url: URL) -> Engine:
    """Make an engine for a worker thread, where every transaction is a writing one."""
    options: dict[str, Any] = {"poolclass": NullPool, "hide_parameters": True, "execution_options": {_WRITES: True}}
    if url.get_backend_name() != "sqlite":
        return create_engine(url, connect_args=_postgres_arguments(), **options)
    engine = create_engine(url.set(drivername="sqlite"), creator=lambda: open_sqlite(url.database or ""), **options)
    event.listen(engine, "begin", _begin)
    return engine


def async_engine(url: URL) -> AsyncEngine:
    """Make the engine, and for SQLite the file's folder. Blocks: it imports the driver and touches the disk."""
    if url.get_backend_name() != "sqlite":
        return create_async_engine(
            url, connect_args=_postgres_arguments(), pool_pre_ping=True, pool_recycle=3600, hide_parameters=True
        )
    Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, async_creator=_async_sqlite(url.database or ""), hide_parameters=True)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _postgres_arguments() -> dict[str, Any]:
    return {"connect_timeout": int(BUSY_SECONDS), "application_name": "content-flywheel"}


def _async_sqlite(path: str) -> Callable[[], Any]:
    async def connect() -> aiosqlite.Connection:
        connection = trips.Connection(lambda: open_sqlite(path), iter_chunk_size=1)
        # A ledger that was never closed must not keep the process from ending.
        connection._thread.daemon = True
        return await connection

    return connect


class Database:
    """One engine. Every block of `reading` or `writing` is one transaction, and raises the `LedgerError` tree."""

    def __init__(self, url: URL, engine: AsyncEngine) -> None:
        self.url = url
        self.where = shown(url)
        self.closed = False
        self._engine = engine
        self._writer = engine.execution_options(**{_WRITES: True})
        self._sqlite = url.get_backend_name() == "sqlite"
        # SQLite has one writer; waiting here is fair and costs no polling.
        self._turn: asyncio.Lock | None = asyncio.Lock() if self._sqlite else None
        self._shared: ContextVar[AsyncConnection | None] = ContextVar("ledger transaction", default=None)
        self._active = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @classmethod
    async def at(cls, url: URL) -> Database:
        """Make the engine; no connection is opened yet."""
        try:
            engine = await asyncio.to_thread(async_engine, url)
        except (SQLAlchemyError, OSError) as error:
            raise translate(error, shown(url)) from error
        return cls(url, engine)

    async def close(self) -> None:
        """Wait for the transactions that run, then close every connection. Safe to call again."""
        self.closed = True
        await self._idle.wait()
        await asyncio.shield(asyncio.ensure_future(self._engine.dispose()))

    def insert(self, table: Table) -> Insert:
        """Begin an INSERT that knows ON CONFLICT."""
        if self._sqlite:
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # a tenth of a second, which SQLite does without

        return postgresql.insert(table)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection for one SELECT."""
        shared = self._shared.get()
        if shared is not None:
            yield shared
            return
        async with self._guard(), self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection whose work is kept whole, or not at all if the block raises."""
        shared = self._shared.get()
        if shared is not None:
            yield shared
            return
        async with self._guard(), self._turn or nullcontext(), self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Make every `reading` and `writing` of the block, in this task, one writing transaction.

        Keep the block short, and start no tasks in it: SQLite has one writer, and a connection does one thing at a time.
        """
        async with self.writing() as connection:
            token = self._shared.set(connection)
            try:
                yield
            finally:
                self._shared.reset(token)

    @asynccontextmanager
    async def _guard(self) -> AsyncIterator[None]:
        if self.closed:
            raise LedgerClosed("It was closed", where=self.where, fix="Open it again with open_ledger or ledger_at.")
        self._active += 1
        self._idle.clear()
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            raise translate(error, self.where) from error
        finally:
            self._active -= 1
            if not self._active:
                self._idle.set()
