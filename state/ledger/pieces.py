"""One row a piece: where it stands."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any, Final, Literal

from sqlalchemy import Select, bindparam, func, select

from state.ledger import tables
from state.ledger.errors import LedgerMissing
from state.ledger.store import Store, read
from state.records import PieceRow, PieceStatus, ReviewPoint

Driver = Literal["embedded", "server"]


class Unchanged(Enum):
    """The type of `UNCHANGED`, since None is a value that `waiting_at` can have."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED
_table = tables.pieces
_rows = select(_table).order_by(_table.c.created_at.desc(), _table.c.piece.desc())
_row = _rows.where(_table.c.piece == bindparam("piece"))
_held_row = _row.with_for_update(key_share=True)
_update = _table.update().where(_table.c.piece == bindparam("this"))


class Pieces(Store):
    """The pieces, newest first."""

    async def start_piece(self, piece: str, *, topic: str, driver: Driver, now: datetime) -> None:
        """Write the row of a new piece, `running`. A piece that is here already stays as it is."""
        row = PieceRow(piece=piece, topic=topic, driver=driver, status="running", created_at=now, updated_at=now)
        insert = self._database.insert(_table).values(row.model_dump()).on_conflict_do_nothing()
        async with self._database.writing() as connection:
            await connection.execute(insert)

    async def update_piece(
        self,
        piece: str,
        *,
        now: datetime,
        topic: str | Unchanged = UNCHANGED,
        title: str | Unchanged = UNCHANGED,
        status: PieceStatus | Unchanged = UNCHANGED,
        waiting_at: ReviewPoint | Unchanged | None = UNCHANGED,
        reason: str | Unchanged = UNCHANGED,
        insight: str | Unchanged = UNCHANGED,
    ) -> None:
        """Change what is given. Raises LedgerMissing if there is no such piece."""
        given = {
            "topic": topic,
            "title": title,
            "status": status,
            "waiting_at": waiting_at,
            "reason": reason,
            "insight": insight,
        }
        values = {name: value for name, value in given.items() if value is not UNCHANGED}
        async with self._database.writing() as connection:
            if (await connection.execute(_update, {"this": piece, "updated_at": now, **values})).rowcount == 0:
                raise LedgerMissing(f"There is no piece {piece!r}", where=self._database.where, fix="Start it first.")

    async def piece(self, piece: str, *, held: bool = False) -> PieceRow | None:
        """Return its row, or None. `held` keeps others from changing it until the transaction ends."""
        rows = await self._select(_held_row if held else _row, piece=piece)
        return rows[0] if rows else None

    async def pieces(self) -> tuple[PieceRow, ...]:
        """Return all, newest first."""
        return await self._select(_rows)

    async def find_pieces(self, prefix: str) -> tuple[PieceRow, ...]:
        """Return those whose id begins with `prefix`, newest first. Case counts."""
        return await self._select(_rows.where(func.substr(_table.c.piece, 1, len(prefix)) == prefix))

    async def _select(self, query: Select[Any], **given: str) -> tuple[PieceRow, ...]:
        async with self._database.reading() as connection:
            return read(PieceRow, await connection.execute(query, given))
