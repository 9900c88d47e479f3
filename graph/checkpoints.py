"""Checkpoints in our own saver: SQLite, WAL, and a serializer that reads back only the types we name."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_type_hints

import aiosqlite
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from pydantic import BaseModel

from state.engaging import EngageState
from state.flywheel import FlywheelState


def state_types(schema: type = FlywheelState) -> tuple[type, ...]:
    """Every model and enum that a checkpoint of `schema` can hold, found from its annotations."""
    found: dict[type, None] = {}
    for hint in get_type_hints(schema, include_extras=True).values():
        for kind in _types(hint, found):
            found.setdefault(kind)
    return tuple(found)


def _types(hint: Any, seen: dict[type, None]) -> Iterator[type]:
    if isinstance(hint, type) and issubclass(hint, Enum) and hint not in seen:
        seen[hint] = None
        yield hint
    elif isinstance(hint, type) and issubclass(hint, BaseModel) and hint not in seen:
        seen[hint] = None
        yield hint
        for field in hint.model_fields.values():
            yield from _types(field.annotation, seen)
    for part in get_args(hint):
        yield from _types(part, seen)


def serializer() -> JsonPlusSerializer:
    known = dict.fromkeys((*state_types(), *state_types(EngageState)))
    return JsonPlusSerializer(allowed_msgpack_modules=tuple(known))


@asynccontextmanager
async def open_checkpointer(path: Path) -> AsyncIterator[AsyncSqliteSaver]:
    """The embedded saver on the file at `path`; its connection is closed on every way out.

    `synchronous=NORMAL` under WAL: a checkpoint lost to a power cut is made again by running its node again.
    """
    async with aiosqlite.connect(path) as connection:
        await connection.execute("PRAGMA journal_mode=WAL")
        await connection.execute("PRAGMA synchronous=NORMAL")
        await connection.execute("PRAGMA busy_timeout=10000")
        saver = AsyncSqliteSaver(connection, serde=serializer())
        await saver.setup()
        yield saver


async def threads(saver: AsyncSqliteSaver) -> frozenset[str]:
    """Ids of the threads that have checkpoints."""
    async with saver.conn.execute("SELECT DISTINCT thread_id FROM checkpoints") as rows:
        return frozenset([str(row[0]) async for row in rows])


@asynccontextmanager
async def server_checkpointer() -> AsyncIterator[AsyncSqliteSaver]:
    """The saver that `langgraph.json` names for `langgraph dev`: beside the ledger of FLYWHEEL_WORKSPACE.

    Its own serializer reads back any type and warns; with ours, a checkpoint holds what we name and nothing else.
    """
    folder = await asyncio.to_thread(_kept, os.environ.get("FLYWHEEL_WORKSPACE", "") or ".")
    async with open_checkpointer(folder / "server-checkpoints.db") as saver:
        yield saver


def _kept(workspace: str) -> Path:
    folder = Path(workspace).expanduser().resolve() / ".flywheel"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
