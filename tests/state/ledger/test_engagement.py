"""Counts as they change, and what people said, with what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from state.base import sha256_text
from state.channels import Kind, Response
from state.ledger import Ledger, LedgerMissing, open_ledger
from state.records import Decision, OutboxRow, ResponseRow

Later = Callable[[float], datetime]


@pytest.fixture
async def post(ledger: Ledger, piece: str, now: datetime) -> OutboxRow:
    """A post of the piece's that is out."""
    row = OutboxRow(key="k1", piece=piece, post_id="bluesky-1", channel="bluesky", release="r1", published_at=now)
    await ledger.write_outbox([row])
    return row


def said(number: int, now: datetime, post: OutboxRow | None = None, text: str = "Why?", **fields: Any) -> ResponseRow:
    response = Response(remote_id=f"at://{number}", kind=Kind.REPLY, author="ada", text=text, at=now)
    below = {"post": post.key, "piece": post.piece} if post else {}
    return ResponseRow.model_validate(
        {"channel": "bluesky", "response": response.model_dump(), **below, "seen_at": now, **fields}
    )


async def test_counts_as_they_change(ledger: Ledger, post: OutboxRow, now: datetime, later: Later) -> None:
    """A count that didn't change writes nothing; the last of each kind is given, with when it was first seen."""
    for seconds, likes in ((0, 1), (1, 1), (2, 3), (3, 3), (4, 0)):
        await ledger.record_counts(post, {Kind.LIKE: likes, Kind.REPLY: 2}, now=later(seconds))
    counts = await ledger.counts(post.piece)
    assert [(c.kind, c.count, c.at) for c in counts] == [(Kind.REPLY, 2, now), (Kind.LIKE, 0, later(4))]
    assert await ledger.counts("another") == ()
    assert await ledger.counts() == counts


async def test_a_count_of_nothing(ledger: Ledger, now: datetime) -> None:
    """A post that isn't there is an error."""
    ghost = OutboxRow(key="ghost", piece="ghost", post_id="x", channel="x", release="r", published_at=now)
    with pytest.raises(LedgerMissing):
        await ledger.record_counts(ghost, {Kind.LIKE: 1}, now=now)


async def test_seen_again(ledger: Ledger, post: OutboxRow, now: datetime, later: Later) -> None:
    """A response is one row, whoever saw it; it keeps its mark and when it was seen first, and gets its latest words."""
    await ledger.see_responses([said(1, now, post), said(2, later(1))])
    assert await ledger.mark_response(said(1, now), "drafted", reason="", reply="d1")
    await ledger.see_responses([said(1, later(9), post, text="Why \x00not?"), said(2, later(9))])
    await ledger.see_responses([])
    first, second = await ledger.responses()
    assert (first.mark, first.reply, first.seen_at, first.post) == ("drafted", "d1", now, post.key)
    assert first.response.text in ("Why \x00not?", "Why \ufffdnot?")
    assert (second.mark, second.piece, second.post) == ("open", None, None)


async def test_back_again(ledger: Ledger, post: OutboxRow, now: datetime) -> None:
    """What was gone and shows again is open; nothing else is opened by being seen."""
    await ledger.see_responses([said(1, now, post), said(2, now, post)])
    await ledger.mark_response(said(1, now), "gone", reason="it was taken down")
    await ledger.mark_response(said(2, now), "spam", reason="it holds 2 links")
    await ledger.see_responses([said(1, now, post), said(2, now, post)])
    assert [(r.mark, r.reason) for r in await ledger.responses()] == [("open", ""), ("spam", "it holds 2 links")]
    assert [r.response.remote_id for r in await ledger.responses(["spam"])] == ["at://2"]


async def test_a_mark_that_came_too_late(ledger: Ledger, post: OutboxRow, now: datetime) -> None:
    """A mark is set only where it is still one of those that were meant, and only on what is there."""
    await ledger.see_responses([said(1, now, post)])
    assert await ledger.mark_response(said(1, now), "answered", reply="d1")
    assert not await ledger.mark_response(said(1, now), "ignored", among=["open"])
    assert not await ledger.mark_response(said(9, now), "ignored")
    (row,) = await ledger.responses()
    assert (row.mark, row.reply) == ("answered", "d1")


async def test_found_by_its_name(ledger: Ledger, post: OutboxRow, now: datetime) -> None:
    """A response is found by the beginning of its id, which is its channel's and its own for good."""
    rows = [said(n, now, post) for n in range(20)]
    await ledger.see_responses(rows)
    wanted = rows[7]
    assert wanted.id == f"reply-{sha256_text('bluesky/at://7')[:12]}"
    assert [r.response for r in await ledger.find_responses(wanted.id)] == [wanted.response]
    assert len(await ledger.find_responses("reply-")) == 20
    assert await ledger.find_responses("reply-zz") == ()


async def test_two_collectors(ledger: Ledger, post: OutboxRow, now: datetime, later: Later) -> None:
    """Two that collect the same at once, in whatever order, lose nothing and write nothing twice."""
    other = await open_ledger(ledger._database.url.render_as_string(hide_password=False))
    rows = [said(n, now, post) for n in range(30)]
    try:
        await asyncio.gather(
            ledger.see_responses(rows[:20]),
            other.see_responses(reversed(rows[10:])),
            *(
                opened.record_counts(post, {Kind.LIKE: 7}, now=later(n))
                for n, opened in enumerate((ledger, other, ledger, other))
            ),
        )
    finally:
        await other.close()
    assert len(await ledger.responses()) == 30
    assert [c.count for c in await ledger.counts()] == [7]
    assert await _counted(ledger) == 1


async def _counted(ledger: Ledger) -> int:
    from sqlalchemy import func, select

    from state.ledger.tables import engagement

    async with ledger._database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(engagement)) or 0


async def test_the_number_of_a_reply(ledger: Ledger, post: OutboxRow, now: datetime) -> None:
    """Replies of a piece are counted from 1; its other posts don't count."""
    assert await ledger.next_reply(post.piece) == 1
    reply = post.model_copy(update={"key": "k2", "post_id": "reply-1", "release": "d1"})
    await ledger.write_outbox([reply])
    assert await ledger.next_reply(post.piece) == 2
    assert (post.answers, reply.answers) == (False, True)


async def test_what_was_answered(ledger: Ledger, post: OutboxRow, now: datetime) -> None:
    """The bodies of replies that are on their way are given, those that were only drafted aren't."""
    sent, drafted = said(1, now), said(2, now)
    digests = [await ledger.put_body("Reply", body) for body in (sent, drafted)]
    row = post.model_copy(update={"key": "k2", "post_id": "reply-1", "release": digests[0]})
    await ledger.write_outbox([row])
    (text,) = await ledger.replies_given()
    assert ResponseRow.model_validate_json(text) == sent


async def test_a_drop_is_of_one_reply(ledger: Ledger, piece: str, now: datetime, later: Later) -> None:
    """At review_reply, dropping or reworking one reply withdraws no other's approval; its own it does."""

    def decided(digest: str, kind: str, seconds: float) -> Decision:
        words = {"point": "review_reply", "contract": "Reply", "by": "person", "shown": "s", "at": later(seconds)}
        return Decision.model_validate({**words, "kind": kind, "digest": digest})

    await ledger.record_decision(piece, decided("a", "approve", 0))
    await ledger.record_decision(piece, decided("b", "drop", 1))
    assert await ledger.approved(piece, "a") is not None
    await ledger.record_decision(piece, decided("a", "drop", 2))
    assert await ledger.approved(piece, "a") is None
