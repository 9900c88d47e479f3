"""How the author writes, as it was measured: one profile for each set of samples, for good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from state.ledger import tables
from state.ledger.store import Store
from state.voice import VoiceProfile

_table = tables.profiles


class Profiles(Store):
    """Profiles by their key: what they were measured from, and how (see agents/voice/profile)."""

    async def put_profile(self, key: str, profile: VoiceProfile, *, now: datetime) -> None:
        """Keep it. The same key again changes nothing."""
        async with self._database.writing() as connection:
            digest = await self._put_body(connection, "VoiceProfile", profile)
            row = {"key": key, "samples": list(profile.samples), "digest": digest, "at": now}
            await connection.execute(self._database.insert(_table).values(row).on_conflict_do_nothing())

    async def profile(self, key: str) -> tuple[str, datetime] | None:
        """Return the JSON text of the VoiceProfile of this key, and when it was measured; None if it wasn't yet."""
        query = select(tables.bodies.c.text, _table.c.at).join(_table, _table.c.digest == tables.bodies.c.digest)
        async with self._database.reading() as connection:
            row = (await connection.execute(query.where(_table.c.key == key))).one_or_none()
        return None if row is None else (row.text, row.at)

    async def profile_count(self) -> int:
        """Return how many there are: how often the samples, or the way of measuring, changed."""
        async with self._database.reading() as connection:
            return await connection.scalar(select(func.count()).select_from(_table)) or 0
