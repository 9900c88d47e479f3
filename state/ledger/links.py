"""Tracked links, and how often each was followed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, select, text

from state.base import storable
from state.ledger import tables
from state.ledger.errors import LedgerTaken
from state.ledger.store import Store, batches, read
from state.trade import Click, Link

_links, _clicks = tables.links, tables.clicks
_BATCH = 1000
_INTO = "INSERT INTO clicks (id, code, at, visitor, bot, referrer) SELECT"
_KEPT = "ON CONFLICT DO NOTHING"
_FROM_JSON = {
    "sqlite": f"""{_INTO} value ->> 'id', links.code, value ->> 'at', value ->> 'visitor', value ->> 'bot', value ->> 'referrer'
        FROM json_each(:rows), links WHERE links.code = value ->> 'code' {_KEPT}""",
    "postgresql": f"""{_INTO} id, links.code, told.at AT TIME ZONE 'UTC', visitor, bot, referrer
        FROM jsonb_to_recordset(CAST(:rows AS jsonb))
            AS told(id text, code text, at timestamp, visitor text, bot boolean, referrer text)
        JOIN links ON links.code = told.code WHERE true {_KEPT}""",
}


class Links(Store):
    """Rows are written once and never changed."""

    async def write_links(self, links: Iterable[Link], *, now: datetime) -> None:
        """Write them; one that is here already stays as it is.

        Raises LedgerMissing for an unknown piece, LedgerTaken for a code that stands for another link; then none is written.
        """
        wanted = {link.code: link for link in links}
        if not wanted:
            return
        rows = [{**link.model_dump(), "at": now} for link in wanted.values()]
        async with self._database.together():
            async with self._database.writing() as connection:
                await connection.execute(self._database.insert(_links).on_conflict_do_nothing(), rows)
            for kept in await self.links_of(wanted):
                if _identity(kept) != _identity(wanted[kept.code]):
                    raise LedgerTaken(
                        f"The code {kept.code} stands for another link already",
                        where=self._database.where,
                        fix="Send the piece back to REVENUE for another offer, or give the offer another id.",
                    )

    async def link(self, code: str) -> Link | None:
        """Return the link of this code."""
        found = await self.links_of((code,))
        return found[0] if found else None

    async def links_of(self, codes: Collection[str]) -> tuple[Link, ...]:
        """Return the links of those codes that there are, in no order."""
        found: list[Link] = []
        for batch in batches(codes, _BATCH):
            found += await self._links(_links.c.code.in_(batch))
        return tuple(found)

    async def links(self) -> tuple[Link, ...]:
        """Return all links, by code."""
        return await self._links()

    async def record_clicks(self, clicks: Iterable[Click]) -> int:
        """Count each click once, by its id, and return how many are new. Those on links that there aren't are left out.

        They go in as one JSON text a batch, which the database takes apart: so the event loop has little to do for each.
        """
        insert = text(_FROM_JSON[self._database.url.get_backend_name()])
        new = 0
        async with self._database.writing() as connection:
            for batch in batches(map(_told, clicks), _BATCH):
                new += (await connection.execute(insert, {"rows": json.dumps(batch)})).rowcount
        return new

    async def _links(self, *conditions: ColumnElement[bool]) -> tuple[Link, ...]:
        query = select(*[_links.c[name] for name in Link.model_fields]).where(*conditions).order_by(_links.c.code)
        async with self._database.reading() as connection:
            return read(Link, await connection.execute(query))


def _told(click: Click) -> dict[str, object]:
    """A row with its time in UTC, as SQLite keeps it."""
    at = click.at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return {**click.__dict__, "at": at, "referrer": storable(click.referrer)}


def _identity(link: Link) -> tuple[str, ...]:
    return link.piece, link.channel, link.offer, link.variant
