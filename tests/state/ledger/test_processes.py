"""Several processes on one ledger, and processes that die."""

from __future__ import annotations

import asyncio
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import text

from state.base import sha256_text
from state.ledger import Ledger, open_ledger
from state.records import Spend

Start = Callable[..., subprocess.Popen[str]]
Go = Callable[..., None]


@pytest.mark.torture
def test_two_writers(url: str, start: Start, go: Go) -> None:
    """Two processes that write as fast as they can lose nothing, and neither meets a locked database."""
    children = [start("write", url, name, "80") for name in ("a", "b")]
    go(*children)
    for child in children:
        child.communicate(timeout=60)
    assert [child.returncode for child in children] == [0, 0]

    async def look() -> None:
        ledger = await open_ledger(url)
        for name in ("a", "b"):
            assert len(await ledger.outbox(name)) == 400
            assert await ledger.spent(name) == Spend(tokens=80, cost=160)
            assert [decision.note for decision in await ledger.decisions(name)] == [str(n) for n in range(80)]
        await ledger.close()

    asyncio.run(look())


@pytest.mark.long
@pytest.mark.parametrize("attempt", range(2))
def test_killed_writer(url: str, start: Start, go: Go, attempt: int) -> None:
    """A writer killed at any moment leaves whole rows, and all that it was told is kept."""
    child = start("write", url, "a", "100000")
    go(child)
    assert child.stdout is not None
    for _ in range(random.randint(1, 40)):
        said = child.stdout.readline()
    time.sleep(random.random() / 100)
    child.kill()
    told = int((said + child.stdout.read()).split()[-1])  # `communicate` would lose what `readline` has read ahead
    child.wait()
    asyncio.run(_whole(url, told))


async def _whole(url: str, told: int) -> None:
    ledger = await open_ledger(url)
    releases = Counter(row.release for row in await ledger.outbox("a"))
    assert set(releases.values()) == {5}
    assert told + 1 <= len(releases) <= told + 2
    assert told + 1 <= (await ledger.spent("a")).tokens <= len(releases)
    assert told + 1 <= len(await ledger.decisions("a")) <= len(releases)
    await _sound(ledger)
    await ledger.close()


async def _sound(ledger: Ledger) -> None:
    async with ledger._database.reading() as connection:
        if connection.dialect.name == "sqlite":
            assert await connection.scalar(text("PRAGMA integrity_check")) == "ok"
            assert (await connection.execute(text("PRAGMA foreign_key_check"))).all() == []
        for row in await connection.execute(text("SELECT digest, text FROM bodies")):
            assert sha256_text(row.text) == row.digest
