"""The story of a piece: its handoffs, its decisions, what it cost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from state.ledger import tables
from state.ledger.errors import LedgerMissing
from state.ledger.store import Store, read
from state.records import Decision, Handoff, Spend

_handoffs = tables.handoffs
_decisions = tables.decisions
_spending = tables.spending
_told = select(*[column for column in _decisions.c if column.name in Decision.model_fields])
_told_of_piece = _told.where(_decisions.c.piece == bindparam("piece"))
_telling = or_(_decisions.c.digest == bindparam("digest"), _decisions.c.kind.in_(("rework", "drop")))
_told_of_digest = _told_of_piece.where(_telling).order_by(_decisions.c.id.desc())
_call = _spending.insert()
_piece = select(tables.pieces.c.piece).where(tables.pieces.c.piece == bindparam("piece"))
_held_piece = _piece.with_for_update(key_share=True)


class Story(Store):
    """What happened to a piece, in the order it was written down."""

    async def record_handoff(self, piece: str, handoff: Handoff, *, now: datetime) -> None:
        """Write it down once: the same contract, producer, attempt and digest again changes nothing.

        Raises LedgerMissing if there is no such piece.
        """
        values = handoff.model_dump(mode="json", exclude={"spend"})
        row = {"piece": piece, "at": now, **values, "tokens": handoff.spend.tokens, "cost": handoff.spend.cost}
        async with self._database.writing() as connection:
            await connection.execute(self._database.insert(_handoffs).values(row).on_conflict_do_nothing())

    async def handoffs(self, piece: str) -> tuple[Handoff, ...]:
        """Return them in order."""
        query = select(_handoffs).where(_handoffs.c.piece == piece).order_by(_handoffs.c.id)
        async with self._database.reading() as connection:
            return tuple(_handoff(row) for row in await connection.execute(query))

    async def record_decision(self, piece: str, decision: Decision) -> None:
        """Write it down once. Raises LedgerMissing if there is no such piece.

        A repeat is one that says the same (point, shown, kind, digest, note, to) as the point's last decision, or as an
        earlier one at the very same time. The same words after another decision are a new one: approved, sent back,
        made again to the same bytes and approved again has to count as approved.
        """
        async with self._database.writing() as connection:
            await self._hold(connection, piece)
            if await connection.scalar(_repeats(piece, decision)) is None:
                await connection.execute(_decisions.insert(), {"piece": piece, **decision.model_dump()})

    async def decisions(self, piece: str) -> tuple[Decision, ...]:
        """Return them in order."""
        async with self._database.reading() as connection:
            rows = await connection.execute(_told_of_piece.order_by(_decisions.c.id), {"piece": piece})
            return read(Decision, rows)

    async def approved(self, piece: str, digest: str) -> Decision | None:
        """Return the last approval (or edit) of exactly these bytes.

        None if there is none, or if its review point has since said rework or drop.
        """
        async with self._database.reading() as connection:
            rows = await connection.execute(_told_of_digest, {"piece": piece, "digest": digest})
            return standing(digest, read(Decision, rows))

    async def record_spend(self, piece: str, agent: str, spend: Spend, *, now: datetime) -> None:
        """Add what one call cost; not idempotent. Raises LedgerMissing if there is no such piece."""
        row = {"piece": piece, "agent": agent, "at": now, **spend.model_dump()}
        async with self._database.writing() as connection:
            await connection.execute(_call, row)

    async def spent(self, piece: str) -> Spend:
        """Return what this piece has cost."""
        return await self._sum(_spending.c.piece == piece)

    async def spent_between(self, start: datetime, end: datetime) -> Spend:
        """Return what all pieces have cost from `start` on and before `end`."""
        return await self._sum(_spending.c.at >= start, _spending.c.at < end)

    async def _sum(self, *where: ColumnElement[bool]) -> Spend:
        query = select(func.sum(_spending.c.tokens), func.sum(_spending.c.cost)).where(*where)
        async with self._database.reading() as connection:
            tokens, cost = (await connection.execute(query)).one()
        return Spend(tokens=int(tokens or 0), cost=int(cost or 0))

    async def _hold(self, connection: AsyncConnection, piece: str) -> None:
        """Keep other processes from deciding about this piece until the transaction ends."""
        if await connection.scalar(_held_piece, {"piece": piece}) is None:
            raise LedgerMissing(f"There is no piece {piece!r}", where=self._database.where, fix="Start it first.")


def standing(digest: str, newest_first: Iterable[Decision]) -> Decision | None:
    """Find the approval of `digest` that nothing later at its review point has withdrawn.

    A piece has many replies, and each is a matter of its own: dropping one says nothing about another.
    """
    withdrawn = set()
    for decision in newest_first:
        about = (decision.point, decision.digest if decision.point == "review_reply" else "")
        if decision.kind in ("rework", "drop"):
            withdrawn.add(about)
        elif decision.digest == digest:
            return None if about in withdrawn else decision
    return None


def _repeats(piece: str, decision: Decision) -> Select[tuple[int]]:
    columns = _decisions.c
    here = (columns.piece == piece, columns.point == decision.point)
    last = select(func.max(columns.id)).where(*here).scalar_subquery()
    return select(columns.id).where(
        *here,
        columns.shown == decision.shown,
        columns.kind == decision.kind,
        columns.digest == decision.digest,
        columns.note == decision.note,
        columns.to.is_not_distinct_from(decision.to),
        or_(columns.id == last, columns.at == decision.at),
    )


def _handoff(row: Row[Any]) -> Handoff:
    values = {name: value for name, value in row._mapping.items() if name in Handoff.model_fields}
    return Handoff.model_validate({**values, "spend": Spend(tokens=row.tokens, cost=row.cost)})
