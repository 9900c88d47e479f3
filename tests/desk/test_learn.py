"""`flywheel learn`: what worked, in words, and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from state.ledger import Ledger
from tests.desk.conftest import Flywheel
from tests.support.takings import Takings

InLedger = Callable[[Callable[[Ledger], Any]], Any]


async def some_sales(ledger: Ledger) -> None:
    """Three pieces with one offer, which some follow and two buy."""
    takings, at = Takings(ledger), datetime.now(UTC) - timedelta(days=20)
    for n in range(3):
        await takings.piece(f"p{n}", at=at)
        await takings.post(f"p{n}", "site", at=at)
        code = await takings.link(f"p{n}", "site", "bench-roll")
        ids = await takings.click(code, 5 + n, at=at)
        if n:
            await takings.sell(f"o{n}", 49, code=code, click=ids[0], at=at + timedelta(hours=1))


def test_nothing_yet(flywheel: Flywheel) -> None:
    """A new workspace hasn't enough data, and says so of each part."""
    ran = flywheel("learn")
    assert ran.code == 0
    assert ran.out.count("Not enough data yet") == 7
    assert "The next piece is made by this." in ran.out
    assert "Nothing new since the last time." in flywheel("learn").out


def test_what_worked(flywheel: Flywheel, in_ledger: InLedger) -> None:
    """An offer is told with how often it was seen and clicked, and the interval; machines get the findings whole."""
    in_ledger(some_sales)
    ran = flywheel("learn")
    assert "bench-roll" in ran.out
    assert "18 of 300 clicked (" in ran.out
    said = flywheel("learn", "--json").json
    assert (said["changed"], said["troubles"]) == (False, [])
    (offer,) = said["offers"]
    assert (offer["name"], offer["n"], offer["clicks"]) == ("bench-roll", 300, 18)
    assert 0 < offer["low"] < offer["rate"] < offer["high"] < 1


def test_a_channel_without_its_credential(flywheel: Flywheel, in_ledger: InLedger, workspace: Path) -> None:
    """What can't be asked is named, the rest is learnt, and the exit code says that something is wrong."""
    with (workspace / "flywheel.toml").open("a", encoding="utf-8") as file:
        file.write('\n[channels.bluesky]\nhandle = "noor.example"\n')

    async def posted(ledger: Ledger) -> None:
        await Takings(ledger).piece("p", at=datetime.now(UTC))
        await Takings(ledger).post("p", "bluesky", at=datetime.now(UTC))

    in_ledger(posted)
    ran = flywheel("learn")
    assert ran.code == 1
    assert "BLUESKY_APP_PASSWORD" in ran.out
