"""What scouting remembers between runs: the last reading of each address, and which texts were seen already."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select

from state.base import sha256_text
from state.ledger import tables
from state.ledger.store import Store, batches

_BATCH = 500


class Scouting(Store):
    """Readings are kept by URL and replaced; sightings by the sha256 of a text, for good."""

    async def reading(self, url: str) -> str | None:
        """Return what was last kept for `url`; None if nothing was."""
        column = tables.readings.c.url_sha256
        query = select(tables.readings.c.packed).where(column == sha256_text(url))
        async with self._database.reading() as connection:
            packed: bytes | None = await connection.scalar(query)
        return None if packed is None else (await asyncio.to_thread(zlib.decompress, packed)).decode("utf-8")

    async def keep_readings(self, readings: Mapping[str, str], *, now: datetime) -> None:
        """Keep each text under its URL, in place of what was there."""
        rows = await asyncio.to_thread(
            lambda: [
                {"url_sha256": sha256_text(url), "packed": zlib.compress(text.encode("utf-8"), 1), "at": now}
                for url, text in readings.items()
            ]
        )
        if not rows:
            return
        insert = self._database.insert(tables.readings)
        replaced = {"packed": insert.excluded.packed, "at": insert.excluded.at}
        upsert = insert.on_conflict_do_update(index_elements=["url_sha256"], set_=replaced)
        async with self._database.writing() as connection:
            await connection.execute(upsert, rows)

    async def record_sightings(self, piece: str, shas: Iterable[str], *, now: datetime) -> None:
        """Note that `piece` saw these texts. Who saw one first stays, unless that piece was dropped.

        Raises LedgerMissing if there is no such piece.
        """
        rows = [{"sha256": sha, "piece": piece, "at": now} for sha in sorted(set(shas))]
        if not rows:
            return
        insert = self._database.insert(tables.sightings)
        dropped = select(tables.pieces.c.piece).where(tables.pieces.c.status == "dropped")
        upsert = insert.on_conflict_do_update(
            index_elements=["sha256"],
            set_={"piece": insert.excluded.piece},
            where=tables.sightings.c.piece.in_(dropped),
        )
        async with self._database.writing() as connection:
            await connection.execute(upsert, rows)

    async def sightings(self, piece: str, shas: Iterable[str]) -> dict[str, datetime]:
        """Say of those `shas` that another piece saw before, and wasn't dropped, when each was seen first.

        What this very piece saw first is left out: it is still new to it, however often it looks.
        """
        columns = tables.sightings.c
        query = (
            select(columns.sha256, columns.at)
            .join(tables.pieces, tables.pieces.c.piece == columns.piece)
            .where(columns.piece != piece, tables.pieces.c.status != "dropped")
        )
        found: dict[str, datetime] = {}
        async with self._database.reading() as connection:
            for batch in batches(dict.fromkeys(shas), _BATCH):
                rows = await connection.execute(query.where(columns.sha256.in_(batch)))
                found.update((row.sha256, row.at) for row in rows)
        return found
