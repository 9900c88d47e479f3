"""The drainer: every post once, in order, only while its approval, its offer and its time hold, whatever the far side does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from graph.delivery import TRIES
from state.channels import Strength
from state.contracts.base import Contract
from state.contracts.release import Release, Window
from state.records import PostState
from state.violations import Refusal
from tests.graph.far_sides import Office, Turn
from tests.graph.rig import NOON, Acting, Clock, OpenFlow

MakeOffice = Callable[..., Office]
SURE = [Strength.NATIVE, Strength.LOOKUP, Strength.KEYED]


# --- rows -------------------------------------------------------------------------------------------------------------


async def test_rows_are_written_once(flow: OpenFlow) -> None:
    """`publish` run again from the checkpoint before it writes no second row, and doesn't unsay what was sent meanwhile."""
    piece = await flow().to("review_release")
    await piece.accept()
    history = [snapshot async for snapshot in piece.graph.aget_state_history(piece.config)]
    before = next(snapshot for snapshot in history if snapshot.next == ("publish",))
    rows = await piece.posts()
    for _ in range(2):
        await piece.graph.ainvoke(None, before.config)
        assert await piece.posts() == rows
    (sent,) = await piece.drain()
    await piece.graph.ainvoke(None, before.config)
    assert await piece.posts() == (sent,)
    assert (await piece.row()).status == "published"


async def test_posts_go_in_order(threads: Office) -> None:
    """The article goes first; what links to it waits for its address and carries it; parts of a thread answer one another."""
    rows = await threads.drain()
    assert {row.state for row in rows.values()} == {PostState.CONFIRMED}
    assert (await threads.piece()).status == "published"
    url = rows["site"].url
    assert url
    for name in ("bluesky", "mastodon"):
        held = threads.sides[name].held
        assert [post.key for post in held] == [row.key for row in rows.values() if row.channel == name]
        assert [post.reply_to for post in held] == [None, *(rows[f"{name}-{i}"].remote_id for i in range(1, len(held)))]
        assert held[-1].text.count(url) == 1
        assert not any("{canonical}" in post.text for post in held)


async def test_a_dependant_waits_for_its_parent(threads: Office) -> None:
    """While the article can't be delivered, nothing that links to it goes, and the piece stays scheduled."""
    threads.sides["site"].turns.extend(["unreachable", "unknown-lost"])
    for _ in range(2):
        rows = await threads.drain()
        assert {row.state for row in rows.values() if row.channel != "site"} == {PostState.INTENDED}
        assert (await threads.piece()).status == "scheduled"
    assert threads.sides["bluesky"].calls == []
    await threads.drain()
    assert (await threads.piece()).status == "published"


async def test_a_refused_parent_parks_its_dependants(threads: Office) -> None:
    """When the article is refused for good, everything that waits for it is parked and says so, and so does the piece."""
    threads.sides["site"].turns.append("rejected")
    rows = await threads.drain()
    assert (rows["site"].state, rows["site"].reason) == (PostState.REJECTED, "It says no. Write something else.")
    waiting = [row for row in rows.values() if row.channel != "site"]
    assert {row.state for row in waiting} == {PostState.PARKED}
    assert all("which is" in row.reason for row in waiting)
    piece = await threads.piece()
    assert piece.status == "parked"
    assert "site: It says no" in piece.reason


async def test_one_refused_thread_makes_the_piece_partial(threads: Office) -> None:
    """A refusal on one channel stops that thread and nothing else."""
    threads.sides["bluesky"].turns.extend(["ok", "rejected"])
    rows = await threads.drain()
    assert [row.state for row in rows.values() if row.channel == "bluesky"][:3] == [
        PostState.CONFIRMED,
        PostState.REJECTED,
        PostState.PARKED,
    ]
    assert {row.state for row in rows.values() if row.channel == "mastodon"} == {PostState.CONFIRMED}
    assert (await threads.piece()).status == "partial"


# --- time -------------------------------------------------------------------------------------------------------------


def within(window: Window) -> Acting:
    def act(made: Contract | Refusal) -> Contract | Refusal:
        assert isinstance(made, Release)
        return made.model_copy(update={"posts": tuple(p.model_copy(update={"window": window}) for p in made.posts)})

    return Acting(distribution=[act])


async def test_a_post_waits_for_its_window(clock: Clock, flow: OpenFlow) -> None:
    """Before its window opens a post isn't tried; inside it, it goes."""
    piece = await flow(within(Window(not_before=NOON + timedelta(hours=2)))).to("review_release")
    await piece.accept()
    (post,) = await piece.drain()
    assert (post.state, post.tries) == (PostState.INTENDED, 0)
    clock.leap(hours=2)
    (post,) = await piece.drain()
    assert post.state is PostState.CONFIRMED


async def test_a_late_post_parks(clock: Clock, flow: OpenFlow) -> None:
    """A post whose window has closed isn't sent late by itself: a person has to say so."""
    piece = await flow(within(Window(not_after=NOON + timedelta(hours=2)))).to("review_release")
    await piece.accept()
    clock.leap(hours=2)
    (post,) = await piece.drain()
    assert post.state is PostState.PARKED
    assert "its time window closed at 2026-06-01 14:00 UTC" in post.reason
    assert piece.pages() == []


async def test_what_waits_for_a_post_that_was_moved_goes_with_it(threads: Office) -> None:
    """The article is moved to the day after tomorrow: the posts that lead to it go then, and none is told to be late."""
    ledger, rows = await threads.ledger(), await threads.rows()
    await ledger.schedule_post(rows["site"].key, threads.clock.now + timedelta(days=2))
    assert {row.state for row in (await threads.drain()).values()} == {PostState.INTENDED}
    threads.clock.leap(days=2)
    assert {row.state for row in (await threads.drain()).values()} == {PostState.CONFIRMED}


# --- one post, by strength --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strength", Strength)
async def test_a_good_call_confirms(strength: Strength, article: MakeOffice) -> None:
    """On a channel of any strength a call that is answered ends confirmed, with one copy and one call."""
    office = article(strength)
    row = (await office.drain())["site"]
    side = office.sides["site"]
    assert (row.state, row.tries, row.url) == (PostState.CONFIRMED, 1, f"https://site.example/{row.key}")
    assert (await office.piece()).status == "published"
    assert list(side.copies().values()) == [1]
    await office.drain()
    assert side.sends() == [row.key]


@pytest.mark.parametrize("strength", Strength)
async def test_unreachable_is_tried_eight_times(strength: Strength, article: MakeOffice) -> None:
    """A far side that can't be reached is tried once a run, eight times in all; then a person is asked."""
    office = article(strength, *["unreachable"] * (TRIES + 1))
    for tries in range(1, TRIES):
        row = (await office.drain())["site"]
        assert (row.state, row.tries, row.reason) == (PostState.INTENDED, tries, "connection refused")
    row = (await office.drain())["site"]
    assert row.state is PostState.PARKED
    assert f"could not be reached in {TRIES} tries" in row.reason
    await office.drain()
    assert len(office.sides["site"].sends()) == TRIES
    assert (await office.piece()).status == "parked"


@pytest.mark.parametrize("strength", Strength)
async def test_unreachable_then_reached(strength: Strength, article: MakeOffice) -> None:
    """A call that didn't reach the far side is made again in the next run, on any channel, and the old reason is forgotten."""
    office = article(strength, "unreachable")
    await office.drain()
    row = (await office.drain())["site"]
    assert (row.state, row.tries, row.reason) == (PostState.CONFIRMED, 2, "")


@pytest.mark.parametrize("turn", ["unknown-posted", "unknown-lost", "crash-before", "crash-after"])
async def test_none_parks_what_nobody_knows(turn: Turn, article: MakeOffice) -> None:
    """Where nothing can be looked up, an unknown outcome is never tried again: it parks for a person to look."""
    office = article(Strength.NONE, turn)
    await office.drain()
    row = (await office.drain())["site"]
    assert row.state is PostState.PARKED
    assert "nobody knows whether site has it; look there" in row.reason
    await office.drain()
    assert len(office.sides["site"].sends()) == 1


@pytest.mark.parametrize("strength", SURE)
@pytest.mark.parametrize("turn", ["unknown-posted", "crash-after"])
async def test_what_went_out_is_found(turn: Turn, strength: Strength, article: MakeOffice) -> None:
    """A post whose answer was lost is looked up before anything else, found, and not sent again."""
    office = article(strength, turn)
    row = (await office.drain())["site"]
    assert row.state is PostState.ARMED
    assert (await office.piece()).status == "scheduled"
    side = office.sides["site"]
    asked = len(side.calls)
    row = (await office.drain())["site"]
    assert row.state is PostState.CONFIRMED
    assert [what for what, _ in side.calls[asked:]] == ["find"]
    assert list(side.copies().values()) == [1]
    assert (await office.piece()).status == "published"


@pytest.mark.parametrize("strength", SURE)
@pytest.mark.parametrize("turn", ["unknown-lost", "crash-before"])
async def test_what_got_lost_is_sent_again(turn: Turn, strength: Strength, article: MakeOffice) -> None:
    """A post that the far side is known not to have is sent again, in the next run and after looking."""
    office = article(strength, turn)
    await office.drain()
    side = office.sides["site"]
    asked = len(side.calls)
    assert len(side.sends()) == 1
    row = (await office.drain())["site"]
    assert (row.state, row.tries) == (PostState.CONFIRMED, 2)
    assert [what for what, _ in side.calls[asked:]][:2] == ["find", "send"]
    assert list(side.copies().values()) == [1]


@pytest.mark.parametrize("strength", SURE)
async def test_while_it_cant_look_it_doesnt_send(strength: Strength, article: MakeOffice) -> None:
    """With an unknown outcome and a far side that can't be asked, nothing is sent until it can be."""
    office = article(strength, "unknown-posted")
    await office.drain()
    side = office.sides["site"]
    side.finds.extend([False, False])
    for _ in range(2):
        row = (await office.drain())["site"]
        assert (row.state, row.reason) == (PostState.ARMED, "connection refused")
    assert len(side.sends()) == 1
    assert (await office.drain())["site"].state is PostState.CONFIRMED


@pytest.mark.parametrize("strength", [Strength.LOOKUP, Strength.KEYED])
async def test_what_was_taken_isnt_sent_again_because_it_doesnt_show(strength: Strength, article: MakeOffice) -> None:
    """A far side that took a post and shows it late is waited for; the post is confirmed once it shows."""
    office = article(strength, "unseen")
    for _ in range(2):
        row = (await office.drain())["site"]
        assert row.state is PostState.SENT
        assert (await office.piece()).status == "scheduled"
    side = office.sides["site"]
    side.show()
    row = (await office.drain())["site"]
    assert (row.state, row.url) == (PostState.CONFIRMED, f"https://site.example/{row.key}")
    assert len(side.sends()) == 1


async def test_a_replay_is_the_same_post(article: MakeOffice) -> None:
    """Where the client names the post, one that doesn't show is sent again with the same bytes."""
    office = article(Strength.NATIVE, "unseen")
    await office.drain()
    side = office.sides["site"]
    (first,) = side.held
    office.clock.leap(hours=3)
    side.show()
    side.held.clear()
    assert (await office.drain())["site"].state is PostState.CONFIRMED
    assert side.held == [first]


@pytest.mark.parametrize("strength", SURE)
async def test_before_a_retry_the_offer_is_checked_again(strength: Strength, article: MakeOffice) -> None:
    """A post that was armed, got lost, and whose offer has expired since is parked, not sent."""
    office = article(strength, "crash-before")
    await office.drain()
    (office.workspace / "offers.toml").write_text("", encoding="utf-8")
    row = (await office.drain())["site"]
    assert row.state is PostState.PARKED
    assert "is not live" in row.reason
    assert office.sides["site"].held == []


@pytest.mark.parametrize("strength", SURE)
async def test_what_is_out_is_out_though_its_offer_expired(strength: Strength, article: MakeOffice) -> None:
    """A post that did go out is confirmed, though its offer has expired since: parking it would invite a second copy."""
    office = article(strength, "crash-after")
    await office.drain()
    (office.workspace / "offers.toml").write_text("", encoding="utf-8")
    assert (await office.drain())["site"].state is PostState.CONFIRMED


async def test_a_channel_without_transport_parks(article: MakeOffice) -> None:
    """A post for a channel that has no transport is parked for a person to post by hand."""
    office = article(Strength.NATIVE)
    office.sides = {}
    row = (await office.drain())["site"]
    assert (row.state, row.reason) == (PostState.PARKED, "there is no transport for site yet; post it by hand")


async def test_a_transport_that_went_away_after_the_call_parks(article: MakeOffice) -> None:
    """An armed post whose channel was taken out of the workspace is parked with a word to look there."""
    office = article(Strength.LOOKUP, "unknown-posted")
    await office.drain()
    office.sides = {}
    row = (await office.drain())["site"]
    assert row.state is PostState.PARKED
    assert "look on the far side" in row.reason
