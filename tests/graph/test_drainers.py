"""The drainer over many runs: what was parked and is tried again, two at once, and whatever else may happen."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.closing import give_up, reopen, status_of
from graph.delivery import TRIES
from graph.round import Round
from graph.send import LEASE
from state.channels import Strength
from state.ledger import close_ledgers
from state.records import OutboxRow, PostState
from state.workspace import load_settings
from tests.graph.far_sides import Office, Turn
from tests.graph.rig import PIECE, Clock, Still

MakeOffice = Callable[..., Office]


# --- a way out ---------------------------------------------------------------------------------------------------------


async def test_what_was_parked_can_be_tried_again(threads: Office) -> None:
    """Reopened, what was parked is checked afresh and goes; what stood confirmed isn't touched."""
    kept = (threads.workspace / "offers.toml").read_text(encoding="utf-8")
    (threads.workspace / "offers.toml").write_text("", encoding="utf-8")
    assert (await threads.drain())["site"].state is PostState.PARKED
    (threads.workspace / "offers.toml").write_text(kept, encoding="utf-8")
    await reopen(PIECE, await threads.ledger(), threads.clock())
    assert (await threads.piece()).status == "scheduled"
    assert {row.state for row in (await threads.drain()).values()} == {PostState.CONFIRMED}
    await reopen(PIECE, await threads.ledger(), threads.clock())
    assert (await threads.piece()).status == "published"
    assert {n for side in threads.sides.values() for n in side.copies().values()} == {1}


async def test_what_nobody_knows_stays_parked(article: MakeOffice) -> None:
    """Reopening doesn't send again what may be out already."""
    office = article(Strength.NONE, "unknown-posted")
    await office.drain()
    await reopen(PIECE, await office.ledger(), office.clock())
    row = (await office.drain())["site"]
    assert (row.state, row.unknown) == (PostState.PARKED, True)
    assert len(office.sides["site"].sends()) == 1


async def test_what_is_given_up_is_never_sent(threads: Office) -> None:
    """Given up, parked posts end there with the note, while the rest of the release still goes or stands."""
    threads.sides["bluesky"].turns.extend(["unreachable"] * TRIES)
    for _ in range(TRIES):
        await threads.drain()
    ledger = await threads.ledger()
    await give_up(PIECE, ledger, threads.clock(), "not on that network")
    rows = await threads.drain()
    assert {row.state for row in rows.values() if row.channel == "bluesky"} == {PostState.REJECTED}
    assert rows["bluesky-1"].reason == "given up: not on that network"
    assert ((await threads.piece()).status, (await threads.piece()).reason) == ("partial", "not on that network")


async def test_giving_up_leaves_what_is_on_its_way(threads: Office) -> None:
    """With a post parked and others still on their way, giving up the one leaves the piece scheduled, and the others go."""
    ledger = await threads.ledger()
    rows = await threads.rows()
    await ledger.move_post(rows["mastodon-1"].key, state=PostState.PARKED, now=threads.clock(), reason="late")
    await give_up(PIECE, ledger, threads.clock(), "too late")
    assert (await threads.piece()).status == "scheduled"
    await threads.drain()
    assert (await threads.piece()).status == "partial"


# --- two at once ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strength", Strength)
async def test_two_drainers_send_once(strength: Strength, article: MakeOffice) -> None:
    """While one drainer is in the middle of a call, another leaves the post alone; one copy, one call, published."""
    office = article(strength)
    side = office.sides["site"]
    side.gate = asyncio.Event()
    first = asyncio.create_task(office.drain_elsewhere())
    while not side.calls:
        await asyncio.sleep(0.005)
    await office.drain_elsewhere()
    assert len(side.sends()) == 1
    side.gate.set()
    await first
    assert list(side.copies().values()) == [1]
    assert (await office.rows())["site"].state is PostState.CONFIRMED
    assert (await office.piece()).status == "published"


async def test_two_drainers_share_the_channels(threads: Office) -> None:
    """Two drainers let loose on the same three channels leave one copy of each post, and a published piece."""
    await asyncio.gather(threads.drain_elsewhere(), threads.drain_elsewhere())
    rows = await threads.drain()
    assert {row.state for row in rows.values()} == {PostState.CONFIRMED}
    assert {n for side in threads.sides.values() for n in side.copies().values()} == {1}
    assert (await threads.piece()).status == "published"


async def test_what_another_tried_meanwhile_waits(article: MakeOffice) -> None:
    """A drainer that found a post due, and comes to it after another's call broke off, leaves it until the pause is over: the far side
    may still be at work on that call, so that a look would find nothing and a second copy would go.
    """
    office = article(Strength.LOOKUP, "unknown-lost")
    office.clock, side = Still(office.clock.now), office.sides["site"]
    await office.drain_elsewhere()
    ledger, (row,) = await office.ledger(), (await office.rows()).values()
    assert row.state is PostState.ARMED and row.retry_at is not None
    before = list(side.calls)
    async with Round(load_settings(office.workspace), ledger, office.clock, office.open) as late:
        assert await late.all({row.key}) == [(row, PostState.ARMED)]
        assert side.calls == before
        office.clock.now = row.retry_at
        ((_, state),) = await late.all({row.key})
    assert (state, list(side.copies().values())) == (PostState.CONFIRMED, [1])


@pytest.mark.parametrize(("strength", "state"), [(Strength.LOOKUP, "confirmed"), (Strength.NONE, "parked")])
async def test_an_abandoned_lease_is_taken_over(strength: Strength, state: str, article: MakeOffice) -> None:
    """A drainer that dies in the middle of a call leaves its lease; when that has run out another settles the post."""
    office = article(strength)
    ledger = await office.ledger()
    row = (await office.rows())["site"]
    await ledger.lease(row.piece, row.channel, holder="dead", now=office.clock(), seconds=LEASE)
    await ledger.move_post(row.key, state=PostState.ARMED, now=office.clock(), count_try=True)
    assert (await office.drain())["site"].state is PostState.ARMED
    assert office.sides["site"].calls == []
    office.clock.leap(seconds=LEASE)
    assert (await office.drain())["site"].state == state


# --- whatever happens -------------------------------------------------------------------------------------------------

TURNS = st.lists(st.sampled_from(get_args(Turn)), max_size=12)


@pytest.mark.long
@given(
    strength=st.sampled_from(Strength),
    turns=st.fixed_dictionaries(dict.fromkeys(("site", "bluesky", "mastodon"), TURNS)),
    finds=st.lists(st.booleans(), max_size=8),
    runs=st.lists(st.tuples(st.sampled_from([0, 90, 7200]), st.booleans()), min_size=1, max_size=6),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_never_two_copies(
    copied_office: Callable[[Path, Clock, Strength], Office],
    strength: Strength,
    turns: dict[str, list[Turn]],
    finds: list[bool],
    runs: list[tuple[int, bool]],
) -> None:
    """Whatever the far sides do, and however often the drainer dies and what is parked is tried again, no post is there twice."""

    async def run(office: Office) -> None:
        for name, side in office.sides.items():
            side.turns.extend(turns[name])
        office.sides["site"].finds.extend(finds)
        for seconds, reopened in runs:
            office.clock.leap(seconds=seconds)
            if reopened:
                await reopen(PIECE, await office.ledger(), office.clock())
            await office.drain()
            _hold(office, await office.rows())
        rows = await office.rows()
        assert (await office.piece()).status == status_of([row.state for row in rows.values()])
        await close_ledgers()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(copied_office(Path(folder), Clock(), strength)))


def _hold(office: Office, rows: dict[str, OutboxRow]) -> None:
    """At most one copy of each post, and what is confirmed is there; where nothing can be known, one call at most got through."""
    for row in rows.values():
        side = office.sides[row.channel]
        copies = side.copies()[row.key]
        assert copies <= 1
        if row.state is PostState.CONFIRMED:
            assert copies == 1
