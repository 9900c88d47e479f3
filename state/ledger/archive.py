"""Contract bodies and source texts: content-addressed, written once, kept for good. And the Learnings among them."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from state.base import Frozen, sha256_text
from state.ledger import tables
from state.ledger.store import Store, batches
from state.sources import Snapshot

_PACK_FROM = 1024
"""Bytes; a shorter text isn't worth compressing."""
_BATCH = 500


_body = select(tables.bodies.c.kind, tables.bodies.c.text).where(tables.bodies.c.digest == bindparam("digest"))


class Bodies(Store):
    """Contract bodies, by the digest of their canonical JSON."""

    async def put_body(self, kind: str, body: Frozen) -> str:
        """Keep `body` and return its digest. The same content again, under whatever kind, changes nothing."""
        async with self._database.writing() as connection:
            return await self._put_body(connection, kind, body)

    async def body(self, digest: str) -> tuple[str, str] | None:
        """Return the kind and the JSON text, whose sha256 is `digest`; None if it isn't here."""
        async with self._database.reading() as connection:
            row = (await connection.execute(_body, {"digest": digest})).one_or_none()
        return None if row is None else (row.kind, row.text)

    async def put_learnings(self, learnings: Frozen, *, now: datetime) -> str:
        """Keep `learnings` as the newest, and return their digest."""
        async with self._database.writing() as connection:
            digest = await self._put_body(connection, type(learnings).__name__, learnings)
            await connection.execute(tables.learnings.insert(), {"digest": digest, "at": now})
        return digest

    async def latest_learnings(self) -> str | None:
        """Return the JSON text of the newest; None if there are none yet."""
        query = (
            select(tables.bodies.c.text)
            .join(tables.learnings, tables.learnings.c.digest == tables.bodies.c.digest)
            .order_by(tables.learnings.c.at.desc(), tables.learnings.c.id.desc())
            .limit(1)
        )
        async with self._database.reading() as connection:
            text: str | None = await connection.scalar(query)
        return text


class Archive(Store):
    """Source texts as they were read, by the sha256 of the text."""

    async def archive(self, snapshots: Iterable[Snapshot]) -> None:
        """Keep each text once, with the title, URL and time it was first seen with.

        Raises ValueError, and keeps none, if a snapshot's hash isn't that of its text.
        """
        wanted = {snapshot.sha256: snapshot for snapshot in snapshots}
        known = await self._known(wanted)
        rows = await asyncio.to_thread(lambda: [_pack(s) for sha, s in wanted.items() if sha not in known])
        if not rows:
            return
        insert = self._database.insert(tables.snapshots).on_conflict_do_nothing()
        async with self._database.writing() as connection:
            await connection.execute(insert, rows)

    async def snapshots(self, shas: Iterable[str]) -> dict[str, Snapshot]:
        """Return those of `shas` that are archived."""
        column = tables.snapshots.c.sha256
        rows: list[Row[Any]] = []
        async with self._database.reading() as connection:
            for batch in batches(dict.fromkeys(shas), _BATCH):
                rows += await connection.execute(select(tables.snapshots).where(column.in_(batch)))
        return await asyncio.to_thread(lambda: {row.sha256: _unpack(row) for row in rows})

    async def seen(self) -> frozenset[str]:
        """Return the sha256 of every snapshot in the evidence of a piece that wasn't dropped."""
        query = (
            select(tables.evidence.c.sha256)
            .join(tables.pieces, tables.pieces.c.piece == tables.evidence.c.piece)
            .where(tables.pieces.c.status != "dropped")
            .distinct()
        )
        async with self._database.reading() as connection:
            return frozenset((await connection.scalars(query)).all())

    async def mark_used(self, piece: str, shas: Iterable[str]) -> None:
        """Note that these snapshots are evidence in this piece. Raises LedgerMissing if either isn't here."""
        rows = [{"piece": piece, "sha256": sha} for sha in sorted(set(shas))]
        if not rows:
            return
        insert = self._database.insert(tables.evidence).on_conflict_do_nothing()
        async with self._database.writing() as connection:
            await connection.execute(insert, rows)

    async def _known(self, shas: Iterable[str]) -> set[str]:
        column = tables.snapshots.c.sha256
        known: set[str] = set()
        async with self._database.reading() as connection:
            for batch in batches(shas, _BATCH):
                known.update(await connection.scalars(select(column).where(column.in_(batch))))
        return known


def _pack(snapshot: Snapshot) -> dict[str, object]:
    if sha256_text(snapshot.text) != snapshot.sha256:
        raise ValueError(f"the snapshot {snapshot.title!r} says its sha256 is {snapshot.sha256}, but its text's is not")
    raw = snapshot.text.encode("utf-8")
    packed = len(raw) >= _PACK_FROM
    return {
        "sha256": snapshot.sha256,
        "about": snapshot.model_dump(mode="json", exclude={"sha256", "text"}),
        "packed": packed,
        "text": zlib.compress(raw) if packed else raw,
    }


def _unpack(row: Row[Any]) -> Snapshot:
    raw = zlib.decompress(row.text) if row.packed else bytes(row.text)
    return Snapshot.model_validate({**row.about, "sha256": row.sha256, "text": raw.decode("utf-8")})
