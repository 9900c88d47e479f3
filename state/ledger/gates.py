"""A gate before each channel: closed for a while after failures, and let through so many posts an hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from state.ledger import tables
from state.ledger.store import Store, read
from state.records import Gate

_table = tables.gates
_outbox = tables.outbox
_HOUR = timedelta(hours=1)
_rows = select(*[_table.c[name] for name in Gate.model_fields]).order_by(_table.c.channel)
_row = _rows.where(_table.c.channel == bindparam("channel"))


class Gates(Store):
    """One row a channel that failed. What stands here holds for every process that sends."""

    async def gates(self) -> tuple[Gate, ...]:
        """Return those of channels that have failed since they last worked, by name."""
        return await self._gates(_rows)

    async def gate(self, channel: str) -> Gate:
        """Return a channel's; one that never failed is open."""
        found = await self._gates(_row, channel=channel)
        return found[0] if found else Gate(channel=channel)

    async def _gates(self, query: Select[Any], **given: str) -> tuple[Gate, ...]:
        async with self._database.reading() as connection:
            return read(Gate, await connection.execute(query, given))

    async def set_gate(self, gate: Gate) -> None:
        """Write it down; one without failures is forgotten."""
        async with self._database.writing() as connection:
            if not gate.failures:
                await connection.execute(_table.delete().where(_table.c.channel == gate.channel))
                return
            values = gate.model_dump()
            insert = self._database.insert(_table).values(values)
            await connection.execute(insert.on_conflict_do_update(index_elements=["channel"], set_=values))

    async def room_at(self, channel: str, per_hour: int, now: datetime) -> datetime | None:
        """Say when one more post may go out, so that no hour sees more than `per_hour`; None is now.

        Counts what was armed, whatever came of it. Exact for one process; of several at the very same moment each may
        send one.
        """
        column = _outbox.c.published_at
        armed = (_outbox.c.channel == channel, _outbox.c.tries > 0, column > now - _HOUR)
        async with self._database.reading() as connection:
            count = await connection.scalar(select(func.count()).where(*armed))
            if (count or 0) < per_hour:
                return None
            query = select(column).where(*armed).order_by(column.desc()).limit(1).offset(per_hour - 1)
            blocking: datetime = (await connection.execute(query)).scalar_one()
        return blocking + _HOUR
