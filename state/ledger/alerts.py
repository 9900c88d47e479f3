"""What the operator was told, so that it is told once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select

from state.ledger import tables
from state.ledger.store import Store

_table = tables.alerts
_gates = tables.gates


class Alerts(Store):
    """A subject says what, and in which state: told once, it isn't told again until it is forgotten."""

    async def told(self) -> frozenset[str]:
        """Return the subjects that were told."""
        async with self._database.reading() as connection:
            return frozenset((await connection.scalars(select(_table.c.subject))).all())

    async def record_told(self, subjects: Iterable[str], *, now: datetime) -> None:
        """Note that these were told. Once more changes nothing."""
        rows = [{"subject": subject, "at": now} for subject in subjects]
        if not rows:
            return
        async with self._database.writing() as connection:
            await connection.execute(self._database.insert(_table).on_conflict_do_nothing(), rows)

    async def forget_told(self, subjects: Collection[str]) -> None:
        """Let these be told again."""
        if not subjects:
            return
        async with self._database.writing() as connection:
            await connection.execute(_table.delete().where(_table.c.subject.in_(subjects)))

    async def shut_channels(self) -> dict[str, str]:
        """Return the channels whose breaker opened and hasn't closed since, with the reason."""
        query = select(_gates.c.channel, _gates.c.reason).where(
            _gates.c.closed_until.is_not(None), _gates.c.failures > 0
        )
        async with self._database.reading() as connection:
            return {row.channel: row.reason for row in await connection.execute(query)}
