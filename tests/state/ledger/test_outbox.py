"""Posts and leases."""

from __future__ import annotations

import asyncio
import subprocess
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from state.ledger import Ledger, LedgerMissing
from state.records import OutboxRow, PostState

Later = Callable[[float], datetime]


def post(key: str, now: datetime, *, piece: str = "piece-1", **fields: object) -> OutboxRow:
    words = {"post_id": key, "channel": "site", "release": "r1", "published_at": now}
    return OutboxRow.model_validate({**words, "key": key, "piece": piece, **fields})


async def test_write(ledger: Ledger, piece: str, now: datetime, later: Later) -> None:
    """Posts come back whole and in the order they were written; writing one again changes nothing."""
    full = post("z", now, depends_on=("a", "b"), not_before=later(1), not_after=later(2), tries=3, url="u", reason="?")
    plain = post("a", now)
    await ledger.write_outbox([full, plain])
    await ledger.write_outbox([post("b", now), full.model_copy(update={"tries": 0})])
    await ledger.write_outbox([])
    assert await ledger.outbox(piece) == (full, plain, post("b", now))
    assert await ledger.outbox("another") == ()


async def test_write_whole(ledger: Ledger, piece: str, now: datetime) -> None:
    """When one row is refused, none is written."""
    with pytest.raises(LedgerMissing):
        await ledger.write_outbox([post("a", now), post("b", now, piece="ghost")])
    assert await ledger.outbox() == ()


async def test_move(ledger: Ledger, piece: str, now: datetime) -> None:
    """A move sets the state and the reason, keeps the URL and id it isn't given, and counts a try when told to."""
    await ledger.write_outbox([post("a", now), post("b", now)])
    await ledger.move_post("a", state=PostState.ARMED, now=now, count_try=True)
    await ledger.move_post("a", state=PostState.SENT, now=now, url="https://x/1", remote_id="1", count_try=True)
    await ledger.move_post("a", state=PostState.PARKED, now=now, reason="bad \x00 answer")
    moved: dict[str, Any] = {
        "state": PostState.PARKED,
        "tries": 2,
        "reason": "bad \ufffd answer",
        "url": "https://x/1",
        "remote_id": "1",
    }
    assert await ledger.outbox() == (post("a", now, **moved), post("b", now))


async def test_move_nobody(ledger: Ledger, now: datetime) -> None:
    """Moving a post that isn't there is an error that names it."""
    with pytest.raises(LedgerMissing, match="'ghost'"):
        await ledger.move_post("ghost", state=PostState.SENT, now=now)


async def test_open_posts(ledger: Ledger, piece: str, now: datetime) -> None:
    """Open posts are those intended, armed or sent, of one piece or of all."""
    await ledger.start_piece("piece-2", topic="", driver="embedded", now=now)
    await ledger.write_outbox(post(state.value, now, state=state) for state in PostState)
    await ledger.write_outbox([post("other", now, piece="piece-2")])
    assert [row.key for row in await ledger.open_posts()] == ["intended", "armed", "sent", "other"]
    assert [row.key for row in await ledger.open_posts(piece)] == ["intended", "armed", "sent"]


async def test_lease(ledger: Ledger, now: datetime, later: Later) -> None:
    """A lease keeps others out until it ends or is given back, and its holder can renew it."""
    assert await ledger.lease("p", "site", holder="a", now=now, seconds=10)
    assert not await ledger.lease("p", "site", holder="b", now=later(9.9), seconds=10)
    assert await ledger.lease("p", "other", holder="b", now=now, seconds=10)
    assert await ledger.lease("p", "site", holder="a", now=later(5), seconds=10)
    assert not await ledger.lease("p", "site", holder="b", now=later(14), seconds=10)
    assert await ledger.lease("p", "site", holder="b", now=later(15), seconds=10)
    await ledger.release_lease("p", "site", holder="a")
    assert not await ledger.lease("p", "site", holder="a", now=later(16), seconds=10)
    await ledger.release_lease("p", "site", holder="b")
    assert await ledger.lease("p", "site", holder="a", now=later(16), seconds=10)


steps = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(("lease", "release")), st.integers(0, 3), st.integers(0, 5)),
    max_size=25,
)


@pytest.mark.long
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
async def test_lease_excludes(ledger: Ledger, later: Later, steps: list[tuple[str, str, int, int]]) -> None:
    """Whatever three holders do, a lease is got exactly when it is free, over or one's own."""
    name, clock, owner, until = uuid.uuid4().hex, 0, "", 0
    for holder, act, passed, seconds in steps:
        clock += passed
        if act == "release":
            await ledger.release_lease(name, "site", holder=holder)
            owner = "" if owner == holder else owner
            continue
        free = owner in ("", holder) or until <= clock
        assert await ledger.lease(name, "site", holder=holder, now=later(clock), seconds=seconds) == free
        if free:
            owner, until = holder, clock + seconds


async def test_lease_at_once(ledger: Ledger, now: datetime) -> None:
    """Of many who ask at the same moment, one gets it."""
    asked = (ledger.lease("p", "site", holder=str(n), now=now, seconds=10) for n in range(12))
    assert sorted(await asyncio.gather(*asked))[-2:] == [False, True]


@pytest.mark.torture
def test_lease_two_processes(url: str, start: Callable[..., subprocess.Popen[str]], go: Callable[..., None]) -> None:
    """Of two processes that ask for the same leases, exactly one gets each."""
    children = [start("lease", url, name, "60") for name in ("a", "b")]
    go(*children)
    got = [line for child in children for line in child.communicate()[0].splitlines()]
    assert sorted(map(int, got)) == list(range(60))
    assert [child.returncode for child in children] == [0, 0]
