"""What the books are made from, summed up by both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from state.ledger import Ledger
from state.ledger.books import Followed
from state.records import PostState
from tests.support.takings import START, Takings

HOUR = timedelta(hours=1)


@pytest.fixture
def made(ledger: Ledger) -> Takings:
    return Takings(ledger)


async def test_what_is_out(made: Takings) -> None:
    """A piece and its channel are one, by the first post of a thread; what isn't out, replies, edits and later posts are left out."""
    await made.piece("p1", "The kettle")
    await made.post("p1", "bluesky", number=2, at=START + HOUR)
    first = await made.post("p1", "bluesky")
    await made.post("p1", "site", state=PostState.SENT, at=START + 2 * HOUR)
    await made.post("p1", "mastodon", state=PostState.PARKED)
    await made.post("p1", "email", post_id="reply-1")
    await made.ledger.write_outbox([first.model_copy(update={"key": "edit", "channel": "devto", "action": "edit"})])
    out = await made.ledger.published()
    assert [(p.title, p.channel, p.post, p.at) for p in out] == [
        ("The kettle", "bluesky", "p1/bluesky/1", START),
        ("The kettle", "site", "p1/site/1", START + 2 * HOUR),
    ]
    assert await made.ledger.published(START + HOUR) == out[:1]
    assert await made.ledger.published(START) == ()


async def test_views(made: Takings) -> None:
    """The last total of the post that was seen most; since a moment, less the last total before it, and never below nothing."""
    await made.piece("p1")
    first, second = await made.post("p1", "bluesky"), await made.post("p1", "bluesky", number=2)
    await made.post("p1", "site")
    for row, hours, views in ((first, 1, 10), (second, 1, 40), (first, 3, 70), (second, 3, 60), (first, 5, 65)):
        await made.viewed(row, views, at=START + hours * HOUR)
    where = ("p1", "bluesky")
    assert await made.ledger.views() == {where: 65}
    assert await made.ledger.views(until=START + 2 * HOUR) == {where: 40}
    assert await made.ledger.views(since=START + 2 * HOUR) == {where: 55}
    assert await made.ledger.views(since=START + 4 * HOUR) == {where: 0}
    assert await made.ledger.views(since=START + 4 * HOUR, until=START + 4 * HOUR) == {where: 0}


async def test_clicks(made: Takings) -> None:
    """People and programs apart, by link and by stretches of time, inside any bounds: the first moment counts, the last doesn't."""
    await made.piece("p1")
    one, two = await made.link("p1", "site", "guide"), await made.link("p1", "email", "guide")
    await made.link("p1", "devto", "guide")
    await made.click(one, 3)
    await made.click(one, 2, at=START + 2 * HOUR, bot=True)
    await made.click(two, at=START + 2 * HOUR)
    assert await made.ledger.followed() == {one: Followed(3, 2), two: Followed(1, 0)}
    assert await made.ledger.followed(START + 2 * HOUR) == {one: Followed(0, 2), two: Followed(1, 0)}
    assert await made.ledger.followed(until=START + 2 * HOUR) == {one: Followed(3, 0)}
    assert await made.ledger.followed_when(3600) == {START: Followed(3, 0), START + 2 * HOUR: Followed(1, 2)}
    assert await made.ledger.followed_when(60, until=START + HOUR) == {
        START + timedelta(minutes=i): Followed(1, 0) for i in range(3)
    }
    assert await made.ledger.followed_when(3600, since=datetime(2030, 1, 1, tzinfo=UTC)) == {}


async def test_what_pieces_were_like(made: Takings) -> None:
    """Traits by piece and part, several of one part in the order of their names."""
    await made.piece("p1", traits={"angles": "cost", "themes": "tools"})
    await made.piece("p2", traits={"themes": "waste"})
    await made.piece("p2", traits={"themes": "repair"})
    assert await made.ledger.likenesses() == {
        "p1": {"angles": ("cost",), "themes": ("tools",)},
        "p2": {"themes": ("repair", "waste")},
    }
