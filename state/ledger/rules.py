"""The author's rules: every version of each, appended and never changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from state.ledger import tables
from state.ledger.store import Store
from state.rules import Rule, RuleVersion

_table = tables.voice_rules


class Rules(Store):
    """Rules have numbers, for people; the latest version of each counts."""

    async def rules(self) -> tuple[Rule, ...]:
        """Return the latest version of each, by number."""
        latest = select(func.max(_table.c.id)).group_by(_table.c.number)
        return tuple(v.rule for v in await self._versions(_table.c.id.in_(latest), by=_table.c.number))

    async def rule_versions(self, number: int) -> tuple[RuleVersion, ...]:
        """Return all versions of one, oldest first; nothing for a number that isn't given."""
        return await self._versions(_table.c.number == number)

    async def rules_since(self, row: int) -> tuple[RuleVersion, ...]:
        """Return what was written after this row."""
        return await self._versions(_table.c.id > row)

    async def last_rule_row(self) -> int:
        """Return the number of the last row; 0 where there is none."""
        async with self._database.reading() as connection:
            return await connection.scalar(select(func.max(_table.c.id))) or 0

    async def taught(self, cause: str) -> bool:
        """Say whether this decision's lessons are written down already."""
        query = select(_table.c.id).where(_table.c.cause == cause).limit(1)
        async with self._database.reading() as connection:
            return await connection.scalar(query) is not None

    async def hold_rules(self) -> None:
        """Keep other processes from writing rules until the transaction ends. Call it first, inside `together`."""
        async with self._database.writing() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text("LOCK TABLE voice_rules IN SHARE ROW EXCLUSIVE MODE"))

    async def write_rules(
        self, changed: Iterable[tuple[Rule, str]], *, cause: str, now: datetime
    ) -> tuple[RuleVersion, ...]:
        """Append a version for each (rule, what changed), and return them. A rule whose number is 0 gets the next one.

        Call it inside `together`, after `hold_rules` and what the change was worked out from.
        """
        async with self._database.writing() as connection:
            rows = [await self._append(connection, rule, change, cause, now) for rule, change in changed]
        return await self._versions(_table.c.id.in_(rows)) if rows else ()

    async def _append(self, connection: AsyncConnection, rule: Rule, change: str, cause: str, now: datetime) -> int:
        number = rule.number or (await connection.scalar(select(func.max(_table.c.number))) or 0) + 1
        before = await connection.scalar(select(func.max(_table.c.version)).where(_table.c.number == number))
        row = {
            "number": number,
            "version": (before or 0) + 1,
            "body": rule.model_dump(mode="json", exclude={"number", "version"}),
            "change": change,
            "cause": cause,
            "at": now,
        }
        written: int = (await connection.execute(_table.insert().values(row).returning(_table.c.id))).scalar_one()
        return written

    async def _versions(
        self, *where: ColumnElement[bool], by: ColumnElement[int] = _table.c.id
    ) -> tuple[RuleVersion, ...]:
        async with self._database.reading() as connection:
            rows = await connection.execute(select(_table).where(*where).order_by(by))
            return tuple(_version(row) for row in rows)


def _version(row: Row[Any]) -> RuleVersion:
    rule = Rule.model_validate({**row.body, "number": row.number, "version": row.version})
    return RuleVersion(row=row.id, rule=rule, change=row.change, cause=row.cause, at=row.at)
