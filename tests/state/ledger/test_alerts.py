"""What the operator was told is told once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert

from state.ledger import Ledger
from state.ledger.tables import gates


async def test_told_once(ledger: Ledger, now: datetime) -> None:
    """A subject is told until it is forgotten; telling it again changes nothing."""
    await ledger.record_told(["a", "b"], now=now)
    await ledger.record_told(["b", "c"], now=now)
    await ledger.record_told([], now=now)
    assert await ledger.told() == {"a", "b", "c"}
    await ledger.forget_told(["a", "z"])
    await ledger.forget_told([])
    assert await ledger.told() == {"b", "c"}


async def test_shut_channels(ledger: Ledger, now: datetime) -> None:
    """A channel is shut from when its breaker opens until it works again."""
    rows = [
        {"channel": "bluesky", "failures": 5, "closed_until": now, "reason": "no answer"},
        {"channel": "mastodon", "failures": 2, "closed_until": None, "reason": "no answer"},
        {"channel": "ghost", "failures": 0, "closed_until": now, "reason": ""},
    ]
    async with ledger._database.writing() as connection:
        await connection.execute(insert(gates), rows)
    assert await ledger.shut_channels() == {"bluesky": "no answer"}
