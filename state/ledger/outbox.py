"""Posts on their way out, and the lease under which one process at a time sends them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Select, Update, and_, bindparam, case, func, or_, select
from sqlalchemy.sql.base import Executable

from state.ledger import tables
from state.ledger.errors import LedgerMissing
from state.ledger.store import Store, read
from state.ledger.tables import UtcTime
from state.records import ON_THE_WAY, OutboxRow, PostState

_table = tables.outbox
_open = _table.c.state.in_([state.value for state in ON_THE_WAY])
_leases = tables.leases
_rows = select(*[_table.c[name] for name in OutboxRow.model_fields]).order_by(_table.c.id)
_of_piece = _table.c.piece == bindparam("piece")
_rows_of_piece = _rows.where(_of_piece)
_row = _rows.where(_table.c.key == bindparam("key"))
_open_rows = _rows.where(_open)
_open_rows_of_piece = _open_rows.where(_of_piece)
_update = _table.update().where(_table.c.key == bindparam("this"))
_fresh = and_(_table.c.tries == 0, _table.c.action == "create")
_count = _update.values(
    tries=_table.c.tries + 1,
    published_at=case((_fresh, bindparam("armed_at", type_=UtcTime)), else_=_table.c.published_at),
)
_give_back = _leases.delete().where(
    _leases.c.piece == bindparam("piece"),
    _leases.c.channel == bindparam("channel"),
    _leases.c.holder == bindparam("holder"),
)


class Outbox(Store):
    """The posts, in the order they were written."""

    async def write_outbox(self, rows: Iterable[OutboxRow]) -> None:
        """Write all of them or none. A row whose key is here already stays as it is.

        Raises LedgerMissing if there is no such piece.
        """
        values = [row.model_dump() | {"depends_on": list(row.depends_on)} for row in rows]
        if not values:
            return
        insert = self._database.insert(_table).on_conflict_do_nothing(index_elements=["key"])
        async with self._database.writing() as connection:
            await connection.execute(insert, values)

    async def outbox(self, piece: str | None = None) -> tuple[OutboxRow, ...]:
        """Return the rows of one piece, or of all."""
        return await self._posts(_rows) if piece is None else await self._posts(_rows_of_piece, piece=piece)

    async def post(self, key: str) -> OutboxRow | None:
        """Return the post of this key."""
        found = await self._posts(_row, key=key)
        return found[0] if found else None

    async def open_posts(self, piece: str | None = None) -> tuple[OutboxRow, ...]:
        """Return those that are intended, armed or sent."""
        return await self._posts(_open_rows) if piece is None else await self._posts(_open_rows_of_piece, piece=piece)

    async def posts_like(self, prefix: str) -> tuple[OutboxRow, ...]:
        """Return those whose key begins with `prefix`."""
        return await self._posts(_rows.where(func.substr(_table.c.key, 1, len(prefix)) == prefix))

    async def move_post(
        self,
        key: str,
        *,
        state: PostState,
        now: datetime,
        reason: str = "",
        url: str | None = None,
        remote_id: str | None = None,
        count_try: bool = False,
        unknown: bool = False,
        retry_at: datetime | None = None,
    ) -> None:
        """Set the state, the reason, `unknown` and `retry_at`; `url` and `remote_id` stay when None.

        `count_try` adds one to `tries`, and the first try of what isn't out yet sets `published_at`. Raises LedgerMissing if there is no such post.
        """
        given = {"url": url, "remote_id": remote_id}
        values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        values |= {"state": state.value, "reason": reason, "unknown": unknown, "moved_at": now, "retry_at": retry_at}
        if count_try:
            await self._change(key, values | {"armed_at": now}, _count)
        else:
            await self._change(key, values)

    async def schedule_post(self, key: str, due_at: datetime | None, *, not_after: datetime | None = None) -> None:
        """Set when it is due, and where `not_after` is given the end of its window. Raises LedgerMissing."""
        await self._change(key, {"due_at": due_at, **({"not_after": not_after} if not_after else {})})

    async def _change(self, key: str, values: Mapping[str, Any], change: Update = _update) -> None:
        async with self._database.writing() as connection:
            if (await connection.execute(change, {"this": key, **values})).rowcount == 0:
                raise LedgerMissing(f"There is no post {key!r}", where=self._database.where, fix="Write it first.")

    async def lease(self, piece: str, channel: str, *, holder: str, now: datetime, seconds: float) -> bool:
        """Take or renew the lease until `now` and `seconds`; False while another holder's lasts.

        One statement, so that of two processes one gets it. `now` is the caller's clock: processes on several machines
        need clocks that agree to well within `seconds`.
        """
        row = {"piece": piece, "channel": channel, "holder": holder, "expires_at": now + timedelta(seconds=seconds)}
        async with self._database.writing() as connection:
            return (await connection.execute(self._take, row | {"now": now})).first() is not None

    @cached_property
    def _take(self) -> Executable:
        insert = self._database.insert(_leases)
        return insert.on_conflict_do_update(
            index_elements=["piece", "channel"],
            set_={"holder": insert.excluded.holder, "expires_at": insert.excluded.expires_at},
            where=or_(
                _leases.c.holder == insert.excluded.holder, _leases.c.expires_at <= bindparam("now", type_=UtcTime)
            ),
        ).returning(_leases.c.holder)

    async def release_lease(self, piece: str, channel: str, *, holder: str) -> None:
        """Give the lease back, if it is ours."""
        async with self._database.writing() as connection:
            await connection.execute(_give_back, {"piece": piece, "channel": channel, "holder": holder})

    async def _posts(self, query: Select[Any], **given: str) -> tuple[OutboxRow, ...]:
        async with self._database.reading() as connection:
            return read(OutboxRow, await connection.execute(query, given))
