"""Tracked links, and how often each was followed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from state.ledger import tables
from state.ledger.store import Store, batches
from state.trade import Click, Link

_links, _clicks = tables.links, tables.clicks
_BATCH = 1000


class Links(Store):
    """Rows are written once and never changed."""

    async def write_links(self, links: Iterable[Link], *, now: datetime) -> None:
        """Write them; one whose code is here already stays as it is. Raises LedgerMissing for an unknown piece."""
        rows = [{**link.model_dump(), "at": now} for link in links]
        if not rows:
            return
        async with self._database.writing() as connection:
            await connection.execute(self._database.insert(_links).on_conflict_do_nothing(), rows)

    async def link(self, code: str) -> Link | None:
        """Return the link of this code."""
        found = await self._of_code(code)
        return found[0] if found else None

    async def links(self) -> tuple[Link, ...]:
        """Return all links, by code."""
        return await self._of_code(None)

    async def record_clicks(self, clicks: Iterable[Click]) -> None:
        """Count each click once, by its id. Raises LedgerMissing for an unknown link."""
        insert = self._database.insert(_clicks).on_conflict_do_nothing()
        async with self._database.writing() as connection:
            for batch in batches((click.model_dump() for click in clicks), _BATCH):
                await connection.execute(insert, batch)

    async def _of_code(self, code: str | None) -> tuple[Link, ...]:
        query = select(*[_links.c[name] for name in Link.model_fields]).order_by(_links.c.code)
        if code is not None:
            query = query.where(_links.c.code == code)
        async with self._database.reading() as connection:
            return tuple(Link.model_validate(dict(row._mapping)) for row in await connection.execute(query))
