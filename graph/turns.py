"""Which posts of a round wait for which: a dependant for what it depends on, so that it goes in the same round."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from state.records import OutboxRow


class Turns:
    """A post waits only for posts that were written before it. So none wait for one another, and each gets its turn."""

    def __init__(self, rows: Sequence[OutboxRow]) -> None:
        """`rows` are in the order in which they were written."""
        self._over = {row.key: asyncio.Event() for row in rows}
        self._parents: dict[str, list[asyncio.Event]] = {}
        written: dict[tuple[str, str], asyncio.Event] = {}
        for row in rows:
            names = [(row.piece, name) for name in row.depends_on]
            self._parents[row.key] = [written[name] for name in names if name in written]
            written[row.piece, row.post_id] = self._over[row.key]

    async def come(self, row: OutboxRow) -> None:
        """Wait until what the post depends on has been tried."""
        for parent in self._parents[row.key]:
            await parent.wait()

    def has_come(self, row: OutboxRow) -> bool:
        return all(parent.is_set() for parent in self._parents[row.key])

    def over(self, *rows: OutboxRow) -> None:
        """They were tried, or won't be: nobody waits for them any more."""
        for row in rows:
            self._over[row.key].set()
