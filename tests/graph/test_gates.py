"""A channel that fails is left alone for a while, and delays no other; a post that fails waits longer each time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.closing import take_down
from graph.gates import FIRST, LAST, LONGEST, PATIENCE, SHORTEST, failed, pause, refused
from state.channels import OutgoingPost, Receipt, Strength, Unauthorized, Unreachable
from state.records import Gate, PostState
from tests.graph.far_sides import Changing, FarSide, Office
from tests.graph.rig import PIECE, Still, changed

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MakeOffice = Callable[..., Office]


def test_a_gate_closes_after_its_patience() -> None:
    """The first failures close nothing; then the pause doubles with each, up to the longest."""
    gate, closed = Gate(channel="x"), []
    for _ in range(PATIENCE + 8):
        gate = failed(gate, NOW, "down")
        closed.append(gate.closed_until)
    assert closed[: PATIENCE - 1] == [None] * (PATIENCE - 1)
    assert closed[PATIENCE - 1 : PATIENCE + 2] == [NOW + SHORTEST, NOW + 2 * SHORTEST, NOW + 4 * SHORTEST]
    assert closed[-1] == NOW + LONGEST


def test_a_far_side_that_names_a_time_is_believed() -> None:
    """`Retry-After` closes the gate at the first failure, for as long as it says."""
    assert failed(Gate(channel="x"), NOW, "slow down", retry_after=90).closed_until == NOW + timedelta(seconds=90)
    assert pause(1, retry_after=90) == timedelta(seconds=90)


def test_refused_credentials_close_at_once() -> None:
    """No second post has to find out that the token is revoked."""
    assert refused(Gate(channel="x"), NOW, "revoked").closed_until == NOW + LONGEST


@given(st.integers(1, 10_000))
def test_pauses_grow_and_end(tries: int) -> None:
    """A pause lies between half of its step and all of it, and no step is longer than the last."""
    step = min(FIRST * 2 ** min(tries - 1, 20), LAST)
    assert step / 2 <= pause(tries) <= step


async def test_a_dead_channel_delays_no_other(threads: Office) -> None:
    """With one channel down for good, the others are out in the first run."""
    threads.clock = Still(threads.clock.now)
    threads.sides["bluesky"].turns.extend(["unreachable"] * 9)
    rows = await threads.drain()
    assert {row.state for row in rows.values() if row.channel != "bluesky"} == {PostState.CONFIRMED}
    assert rows["bluesky-1"].retry_at is not None


class Busy(FarSide):
    """Wants to be left alone for ten minutes, once."""

    async def send(self, post: OutgoingPost) -> Receipt:
        if not self.calls:
            self.calls.append(("send", post.key))
            raise Unreachable("429 Too Many Requests", retry_after=600)
        return await super().send(post)


async def test_retry_after_holds_for_the_whole_channel(article: MakeOffice) -> None:
    """After a 429 with `Retry-After` no call is made before that time, and then the post goes; it isn't one of its tries."""
    office = article(Strength.LOOKUP)
    side = office.sides["site"] = Busy("site", Strength.LOOKUP, office.clock, deque())
    before = office.clock.now
    row = (await office.drain())["site"]
    assert row.retry_at and row.retry_at >= before + timedelta(seconds=600)
    await office.drain_elsewhere()
    assert len(side.calls) == 1
    assert (await office.drain())["site"].state is PostState.CONFIRMED


class Revoked(FarSide):
    """Takes nothing until its token is mended."""

    mended = False

    async def send(self, post: OutgoingPost) -> Receipt:
        if not self.mended:
            self.calls.append(("send", post.key))
            raise Unauthorized("The token was revoked.", "Set SITE_TOKEN.")
        return await super().send(post)


async def test_a_revoked_token_parks_and_asks_once(threads: Office) -> None:
    """The post that met it parks and names what to set; no other post of the channel is sent into the same wall."""
    side = threads.sides["mastodon"] = Revoked("mastodon", Strength.KEYED, threads.clock, deque())
    rows = await threads.drain()
    assert rows["mastodon-1"].state is PostState.PARKED
    assert "Set SITE_TOKEN." in rows["mastodon-1"].reason
    assert len(side.calls) == 1
    gate = await (await threads.ledger()).gate("mastodon")
    assert gate.closed_until is not None


async def test_no_hour_sees_more_than_its_share(threads: Office) -> None:
    """With two posts an hour on a channel, a thread of more goes out two at a time, an hour apart."""
    changed(threads.workspace, channels__bluesky="per_hour = 2")
    rows = await threads.drain()
    mine = [row for row in rows.values() if row.channel == "bluesky"]
    assert len(mine) > 2
    assert [row.state for row in mine[:3]] == [PostState.CONFIRMED, PostState.CONFIRMED, PostState.INTENDED]
    assert mine[2].retry_at is not None
    assert mine[2].retry_at >= mine[0].published_at + timedelta(hours=1)
    rows = await threads.drain()
    assert rows[mine[2].post_id].state is PostState.CONFIRMED


async def test_an_hours_share_is_of_posts_alone(threads: Office) -> None:
    """With one post an hour on a channel, a post that is tried again doesn't wait for itself, and what is taken down goes at once."""
    changed(threads.workspace, channels__bluesky="per_hour = 1")
    threads.sides = {name: Changing(name, side.strength, threads.clock) for name, side in threads.sides.items()}
    threads.clock, side = Still(threads.clock.now), threads.sides["bluesky"]
    side.turns.append("unreachable")
    await threads.drain_elsewhere()
    first = (await threads.rows())["bluesky-1"]
    assert first.retry_at is not None and first.retry_at < threads.clock.now + timedelta(minutes=1)
    threads.clock.now = first.retry_at
    await threads.drain_elsewhere()
    rows = await threads.rows()
    assert (rows["bluesky-1"].state, rows["bluesky-2"].state) == (PostState.CONFIRMED, PostState.INTENDED)
    await take_down(PIECE, await threads.ledger(), threads.clock.now, "it was wrong")
    await threads.drain_elsewhere()
    assert not side.held
    assert (await threads.piece()).status == "dropped"


@pytest.mark.parametrize("age", [13, 15])
async def test_an_old_approval_asks_again(age: int, article: MakeOffice) -> None:
    """An approval that is older than its age parks the post; a younger one doesn't."""
    office = article(Strength.NATIVE)
    changed(office.workspace, schedule="grace_hours = 9999\napproval_days = 14")
    ledger = await office.ledger()
    (row,) = (await office.rows()).values()
    await ledger.schedule_post(row.key, row.published_at, not_after=row.published_at + timedelta(days=90))
    office.clock.leap(days=age)
    row = (await office.drain())["site"]
    assert row.state is (PostState.CONFIRMED if age < 14 else PostState.PARKED)
    assert age < 14 or "days old; a person" in row.reason


async def test_a_post_that_is_too_late_asks(article: MakeOffice) -> None:
    """A machine that was off all night doesn't send yesterday's posts by itself."""
    office = article(Strength.NATIVE)
    office.clock.leap(hours=13)
    row = (await office.drain())["site"]
    assert (row.state, row.tries) == (PostState.PARKED, 0)
    assert "it was due at" in row.reason
