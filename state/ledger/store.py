"""What the parts of the ledger stand on.

A statement that is asked for each post or piece stands ready in its module, with `bindparam`s: to put one together, and to find
its compiled form, costs as much as to run it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Result
from sqlalchemy.ext.asyncio import AsyncConnection

from state.base import Frozen, digest_of
from state.ledger import tables
from state.ledger.engine import Database

M = TypeVar("M", bound=Frozen)
T = TypeVar("T")


class Store:
    """A part of the ledger: methods of one subject on one database. Each is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _put_body(self, connection: AsyncConnection, kind: str, body: Frozen) -> str:
        digest = digest_of(body)
        row = {"digest": digest, "kind": kind, "text": canonical(body)}
        await connection.execute(self._database.insert(tables.bodies).values(row).on_conflict_do_nothing())
        return digest


def canonical(body: Frozen) -> str:
    """Return the JSON text that `digest_of(body)` is the sha256 of."""
    return json.dumps(body.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read(model: type[M], rows: Result[Any]) -> tuple[M, ...]:
    """Make each row a value; the columns are named as its fields are."""
    names = tuple(rows.keys())
    return tuple(model.model_validate(dict(zip(names, row, strict=True))) for row in rows)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut `items` into lists of at most `size`. A database takes a bounded number of parameters a statement."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
