"""One round of the drainer: channels side by side, pieces in order, under a lease; and what goes wrong in one stays there."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest

from channels import NotConfigured
from graph import send
from graph.rooms import Rooms
from state.channels import Channel, OutgoingPost, Receipt, Strength
from state.flywheel import Context
from state.ledger import Ledger, LedgerError, close_ledgers
from state.records import OutboxRow, PostState
from state.settings import Settings
from tests.graph.far_sides import Crash, FarSide, Office
from tests.graph.rig import PIECE, Clock, Still

MakeOffice = Callable[..., Office]


async def until(done: Callable[[], bool]) -> None:
    while not done():
        await asyncio.sleep(0.005)


def of(channel: str, rows: dict[str, OutboxRow]) -> list[OutboxRow]:
    return [row for row in rows.values() if row.channel == channel]


async def test_one_slow_channel_delays_no_other(threads: Office) -> None:
    """While one channel's far side doesn't answer, everything on the others is sent and written down."""
    slow = threads.sides["bluesky"]
    slow.gate = asyncio.Event()
    draining = asyncio.create_task(threads.drain_elsewhere())
    parts = len(of("mastodon", await threads.rows()))
    await until(lambda: len(threads.sides["mastodon"].held) == parts and bool(slow.calls))
    await _confirmed(threads, "mastodon")
    assert {row.state for row in of("bluesky", await threads.rows())} == {PostState.ARMED, PostState.INTENDED}
    slow.gate.set()
    await draining
    assert {row.state for row in (await threads.rows()).values()} == {PostState.CONFIRMED}


async def _confirmed(office: Office, channel: str) -> None:
    """Wait until it is written down that all of a channel's posts are out."""
    while {row.state for row in of(channel, await office.rows())} != {PostState.CONFIRMED}:
        await asyncio.sleep(0.005)


async def test_what_waits_goes_in_the_same_round(threads: Office) -> None:
    """Threads that link to the article go in the round that sends it, over channels that are opened once, part after part."""
    opened: list[str] = []

    def open_channel(settings: Settings, name: str) -> Channel | None:
        opened.append(name)
        return threads.open(settings, name)

    await _drain(threads, open_channel)
    rows = await threads.rows()
    assert {row.state for row in rows.values()} == {PostState.CONFIRMED}
    assert sorted(opened) == ["bluesky", "mastodon", "site"]
    for name in ("bluesky", "mastodon"):
        assert threads.sides[name].sends() == [row.key for row in of(name, rows)]


async def _drain(office: Office, open_channel: Callable[[Settings, str], Channel | None]) -> None:
    drainer = send.build(Rooms(clock=office.clock, open_channel=open_channel)).compile()
    await drainer.ainvoke({"piece": PIECE}, context=Context(workspace=str(office.workspace)))


def _ends(office: Office) -> list[str]:
    """When the leases that are held run out, as the ledger has it."""
    with closing(sqlite3.connect(office.workspace / ".flywheel" / "ledger.db")) as database:
        return [end for (end,) in database.execute("SELECT expires_at FROM leases")]


def _renewed(office: Office, before: list[str]) -> bool:
    return _ends(office) > before


async def test_the_lease_is_kept_while_a_call_lasts(article: MakeOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock on which the lease that a call began with has run out, another still doesn't get it; after the call it does."""
    monkeypatch.setattr("graph.round.LEASE", 0.3)
    office = article(Strength.NONE)
    office.clock, side = Still(office.clock.now), office.sides["site"]
    side.gate = asyncio.Event()
    draining = asyncio.create_task(office.drain_elsewhere())
    await until(lambda: bool(side.calls))
    ledger, (row,) = await office.ledger(), (await office.rows()).values()

    async def taken_over() -> bool:
        return await ledger.lease(row.piece, row.channel, holder="another", now=office.clock.now, seconds=1)

    first = _ends(office)
    for _ in range(2):
        before = _ends(office)
        office.clock.leap(seconds=0.2)
        await until(partial(_renewed, office, before))
    assert office.clock.now.isoformat(" ") > first[0]
    assert not await taken_over()
    side.gate.set()
    await draining
    assert await taken_over()
    assert len(side.sends()) == 1


async def test_a_lease_that_cant_be_renewed_loses_no_outcome(
    article: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a call lasts the ledger can't be written to for a moment; what the call came to is written down all the same."""
    monkeypatch.setattr("graph.round.LEASE", 0.3)
    office = article(Strength.NONE)
    side, lease, failed = office.sides["site"], Ledger.lease, asyncio.Event()
    side.gate = asyncio.Event()

    async def once_broken(ledger: Ledger, *args: Any, **options: Any) -> bool:
        if side.calls and not failed.is_set():
            failed.set()
            raise LedgerError("The database is locked.", where="here", fix="Wait.")
        return await lease(ledger, *args, **options)

    monkeypatch.setattr(Ledger, "lease", once_broken)
    draining = asyncio.create_task(office.drain_elsewhere())
    await until(failed.is_set)
    side.gate.set()
    await draining
    assert [row.state for row in (await office.rows()).values()] == [PostState.CONFIRMED]
    assert len(side.sends()) == 1


@pytest.mark.parametrize("strength", Strength)
async def test_two_rounds_at_once(
    strength: Strength, copied_office: Callable[[Path, Clock, Strength], Office], tmp_path: Path, clock: Clock
) -> None:
    """Two rounds over ledgers of their own, let loose on the same posts of three channels at once, send each of them once."""
    office = copied_office(tmp_path, clock, strength)
    await asyncio.gather(*(office.drain_elsewhere() for _ in range(2)))
    rows = await office.drain()
    assert {row.state for row in rows.values()} == {PostState.CONFIRMED}
    for name, side in office.sides.items():
        assert sorted(side.sends()) == sorted(row.key for row in of(name, rows))
    await close_ledgers()


async def test_a_channel_that_cant_be_opened_parks_its_own(threads: Office) -> None:
    """A missing credential parks that channel's posts and says what to set; all others go."""

    def open_channel(settings: Settings, name: str) -> Channel | None:
        if name == "mastodon":
            raise NotConfigured("MASTODON_ACCESS_TOKEN isn't set.")
        return threads.open(settings, name)

    await _drain(threads, open_channel)
    rows = await threads.rows()
    mine = of("mastodon", rows)
    assert {row.state for row in mine} == {PostState.PARKED}
    assert "MASTODON_ACCESS_TOKEN isn't set." in mine[0].reason
    assert {row.state for row in rows.values() if row not in mine} == {PostState.CONFIRMED}
    assert (await threads.piece()).status == "partial"


async def test_what_breaks_in_a_transport_is_an_unknown_outcome(
    threads: Office, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that no channel should raise is told with the post and logged with where it came from; it is looked for, and out once."""
    side = threads.sides["bluesky"]
    side.turns.append("broken-posted")
    with monkeypatch.context() as patched:
        patched.setattr(side, "find", AsyncMock(side_effect=KeyError("uri")))
        await threads.drain()
        rows = await threads.drain()
    first = of("bluesky", rows)[0]
    assert (first.state, first.reason) == (PostState.ARMED, "our transport to bluesky broke: KeyError: 'uri'")
    assert {row.state for row in rows.values() if row.channel != "bluesky"} == {PostState.CONFIRMED}
    errors = [record.exc_info[1] for record in caplog.records if record.name == "graph.delivery" and record.exc_info]
    assert {str(error) for error in errors} == {"'cid'", "'uri'"}
    rows = await threads.drain()
    assert {row.state for row in rows.values()} == {PostState.CONFIRMED}
    assert set(side.copies().values()) == {1}


async def test_a_crash_in_one_channel_loses_no_outcome_of_others(threads: Office) -> None:
    """What nobody foresaw in one channel's call ends the run, after the others' posts are out and written down; its lease is given back."""
    threads.sides["bluesky"].turns.append("crash-before")
    with pytest.raises(Crash):
        await threads.drain_elsewhere()
    rows = await threads.rows()
    assert {row.state for row in rows.values() if row.channel != "bluesky"} == {PostState.CONFIRMED}
    assert [row.state for row in of("bluesky", rows)][:2] == [PostState.ARMED, PostState.INTENDED]
    assert _ends(threads) == []
    rows = await threads.drain()
    assert {row.state for row in rows.values()} == {PostState.CONFIRMED}
    assert {n for side in threads.sides.values() for n in side.copies().values()} == {1}


class Billed(FarSide):
    """Wants 15,000 millionths of a dollar a post."""

    async def send(self, post: OutgoingPost) -> Receipt:
        return (await super().send(post)).model_copy(update={"cost": 15_000})


async def test_what_a_post_costs_is_written_down(threads: Office) -> None:
    """The price on each receipt is added to what the piece has cost, once a post."""
    threads.sides["mastodon"] = Billed("mastodon", Strength.NONE, threads.clock)
    ledger = await threads.ledger()
    before = (await ledger.spent(PIECE)).cost
    posts = len(of("mastodon", await threads.drain()))
    assert posts > 1
    await threads.drain()
    assert (await ledger.spent(PIECE)).cost - before == 15_000 * posts
