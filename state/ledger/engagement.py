"""What people did with what we posted: counts as they change, and what each of them said, with what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Row, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from state.channels import Kind
from state.ledger import tables
from state.ledger.store import Store, read
from state.records import REPLY, Mark, OutboxRow, PostCount, ResponseRow

_counts = tables.engagement
_responses = tables.responses
_outbox = tables.outbox
MARKS: tuple[Mark, ...] = get_args(Mark)


class Responses(Store):
    """Counts are kept for good, each as it first was; a response is one row, whoever saw it and however often."""

    async def record_counts(self, post: OutboxRow, counts: Mapping[Kind, int], *, now: datetime) -> None:
        """Write down what changed since the last time. Raises LedgerMissing if there is no such post.

        The post is held meanwhile: of two that count at once, the second sees what the first wrote.
        """
        async with self._database.writing() as connection:
            await connection.execute(
                select(_outbox.c.id).where(_outbox.c.key == post.key).with_for_update(key_share=True)
            )
            known = {c.kind: c.count for c in await self._last_counts(connection, post.key)}
            about = {"piece": post.piece, "post": post.key, "channel": post.channel, "at": now}
            rows = [
                {**about, "kind": kind.value, "count": count}
                for kind, count in counts.items()
                if known.get(kind) != count
            ]
            if rows:
                await connection.execute(self._database.insert(_counts).on_conflict_do_nothing(), rows)

    async def counts(self, piece: str | None = None) -> tuple[PostCount, ...]:
        """Return the last count of each kind and post, of one piece or of all."""
        async with self._database.reading() as connection:
            found = await self._last_counts(connection)
        return tuple(c for c in found if piece in (None, c.piece))

    async def see_responses(self, rows: Iterable[ResponseRow]) -> None:
        """Write down what was seen. One that is here already keeps its mark, and gets the words that it has now.

        One that was gone and shows again is open again. They are taken in one order, so that two who write at once wait for one
        another and don't lock. Raises LedgerMissing for an unknown post or piece.
        """
        values = [_values(row) for row in sorted(rows, key=lambda row: row.key)]
        if not values:
            return
        insert = self._database.insert(_responses)
        mark = case((_responses.c.mark == "gone", "open"), else_=_responses.c.mark)
        reason = case((_responses.c.mark == "gone", ""), else_=_responses.c.reason)
        upsert = insert.on_conflict_do_update(
            index_elements=["channel", "remote_id"],
            set_={"body": insert.excluded.body, "mark": mark, "reason": reason},
        )
        async with self._database.writing() as connection:
            await connection.execute(upsert, values)

    async def mark_response(
        self,
        row: ResponseRow,
        mark: Mark,
        *,
        reason: str = "",
        reply: str | None = None,
        among: Collection[Mark] = MARKS,
    ) -> bool:
        """Set the mark and its reason; `reply` stays when None. False where it is marked as none of `among` by now."""
        update = _responses.update().where(
            _responses.c.channel == row.channel,
            _responses.c.remote_id == row.response.remote_id,
            _responses.c.mark.in_(among),
        )
        update = update.values(mark=mark, reason=reason, **({} if reply is None else {"reply": reply}))
        async with self._database.writing() as connection:
            return (await connection.execute(update)).rowcount > 0

    async def responses(self, marks: Collection[Mark] = MARKS) -> tuple[ResponseRow, ...]:
        """Return those that are marked so, in the order in which they were first seen."""
        query = select(_responses).where(_responses.c.mark.in_(marks))
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(_responses.c.seen_at, _responses.c.remote_id))
            return tuple(_response(row) for row in rows)

    async def find_responses(self, prefix: str) -> tuple[ResponseRow, ...]:
        """Return those whose id begins with `prefix`."""
        return tuple(row for row in await self.responses() if row.id.startswith(prefix))

    async def next_reply(self, piece: str) -> int:
        """Say which number the piece's next reply has, from 1. Call it in the transaction that writes the reply: the piece is held."""
        pieces = tables.pieces.c.piece
        number = select(func.count()).where(_outbox.c.piece == piece, _outbox.c.post_id.startswith(REPLY))
        async with self._database.writing() as connection:
            await connection.execute(select(pieces).where(pieces == piece).with_for_update(key_share=True))
            return 1 + (await connection.scalar(number) or 0)

    async def replies_given(self) -> tuple[str, ...]:
        """Return the JSON text of each Reply that is out or on its way, in the order in which they were approved."""
        query = (
            select(tables.bodies.c.text)
            .join(_outbox, _outbox.c.release == tables.bodies.c.digest)
            .where(_outbox.c.post_id.startswith(REPLY))
            .order_by(_outbox.c.id)
        )
        async with self._database.reading() as connection:
            return tuple(await connection.scalars(query))

    async def _last_counts(self, connection: AsyncConnection, post: str | None = None) -> tuple[PostCount, ...]:
        last = select(func.max(_counts.c.id)).group_by(_counts.c.post, _counts.c.kind)
        if post is not None:
            last = last.where(_counts.c.post == post)
        wanted = [_counts.c[name] for name in PostCount.model_fields]
        rows = await connection.execute(select(*wanted).where(_counts.c.id.in_(last)).order_by(_counts.c.id))
        return read(PostCount, rows)


def _values(row: ResponseRow) -> dict[str, Any]:
    body = row.response.model_dump(mode="json")
    return row.model_dump(exclude={"response"}) | {"remote_id": row.response.remote_id, "body": body}


def _response(row: Row[Any]) -> ResponseRow:
    values = {name: value for name, value in row._mapping.items() if name in ResponseRow.model_fields}
    return ResponseRow.model_validate({**values, "response": row.body})
