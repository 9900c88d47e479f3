"""One delivery: what stops it, how its slots are filled, and what its outcome means by the channel's strength."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from state.channels import Channel, OutcomeUnknown, OutgoingPost, Receipt, Rejected, Strength, Unreachable
from state.contracts import MonetizedDraft, Release
from state.contracts.monetized import Insertion
from state.contracts.release import SLOT, Post
from state.offers import Offer, tracked_url
from state.records import OutboxRow, PostState

TRIES = 5
"""Calls that may fail to reach the far side before a person is asked."""


@dataclass(frozen=True)
class Station:
    """What is known at the moment of sending."""

    release: Release | None
    monetized: MonetizedDraft | None
    approved: bool
    siblings: Mapping[str, OutboxRow]
    """The release's other rows, by post id."""
    offers: tuple[Offer, ...]
    channel: Channel | None
    trouble: str
    """Why the channel can't be opened; empty when it can, or has no transport."""
    now: datetime


@dataclass(frozen=True)
class Outcome:
    state: PostState
    reason: str = ""
    url: str | None = None
    remote_id: str | None = None
    unknown: bool = False
    """Whether a call was made and nobody knows what came of it."""


def _parked(reason: str, *, unknown: bool = False) -> Outcome:
    return Outcome(PostState.PARKED, reason, unknown=unknown)


async def settled(row: OutboxRow, station: Station) -> Outcome | None:
    """What became of an earlier call, asked before anything else; None when there was none, or it came to nothing."""
    if row.state is PostState.INTENDED:
        return None
    if station.channel is None or station.release is None:
        return _parked(
            "its transport or its release is gone while its outcome was unknown; look on the far side", unknown=True
        )
    return await _looked_up(row, station.channel, filled(row, station))


async def blocked(row: OutboxRow, station: Station) -> Outcome | None:
    """Why the post can't go now: parked with what a person can do, or still intended; None when the way is free."""
    if station.release is None or not station.approved:
        return _parked("no approval covers these bytes; review the piece again")
    if row.not_after is not None and station.now > row.not_after:
        return _parked(
            f"its time window closed at {row.not_after:%Y-%m-%d %H:%M} UTC; a person has to say whether it still goes"
        )
    expired = _expired(row, station)
    if expired:
        return _parked(
            f"the offer {expired} is not live; change its dates in offers.toml and resume the piece, or give it up"
        )
    for name in row.depends_on:
        parent = station.siblings.get(name)
        if parent is None or parent.state in (PostState.PARKED, PostState.REJECTED):
            return _parked(f"it waits for {name}, which is {parent.state if parent else 'missing'}")
        if parent.state is not PostState.CONFIRMED:
            return Outcome(row.state, row.reason)
    if station.trouble:
        return _parked(f"{row.channel} can't be opened: {station.trouble} Mend flywheel.toml, then resume the piece")
    if station.channel is None:
        return _parked(f"there is no transport for {row.channel} yet; post it by hand")
    return None


def _expired(row: OutboxRow, station: Station) -> str:
    """The first offer that the post links to and that isn't live today."""
    post = next((p for p in station.release.posts if p.id == row.post_id), None) if station.release else None
    live = {o.id for o in station.offers if o.live_on(station.now.date())}
    placed = station.monetized.insertions if station.monetized else ()
    known = {o.id: o for o in station.offers}
    return next(
        (i.offer for i in placed if i.offer not in live and post and _carries(post, i, known.get(i.offer), row)), ""
    )


def _carries(post: Post, insertion: Insertion, offer: Offer | None, row: OutboxRow) -> bool:
    """Whether the post links to the offer: by the link of its own channel, or by the one that was placed in the draft."""
    own = tracked_url(offer, row.piece, row.channel) if offer else insertion.url
    return own in post.text or insertion.url in post.text


def filled(row: OutboxRow, station: Station) -> OutgoingPost:
    """The bytes to send: the post with its declared slots filled, and nothing else changed."""
    assert station.release is not None
    post = next(p for p in station.release.posts if p.id == row.post_id)
    parent = station.siblings.get(post.reply_to or "")
    urls = {"canonical": _canonical(post, station), "parent": (parent.url if parent else None) or ""}
    return OutgoingPost(
        key=row.key,
        piece=row.piece,
        channel=row.channel,
        title=post.title,
        slug=post.slug,
        summary=post.summary,
        text=SLOT.sub(lambda m: urls[m[1]], post.text) if post.slots else post.text,
        published_at=row.published_at,
        reply_to=parent.remote_id if parent else None,
    )


def _canonical(post: Post, station: Station) -> str:
    rows = (station.siblings[name] for name in post.depends_on if name in station.siblings)
    return next((r.url for r in rows if r.url), "")


async def deliver(row: OutboxRow, station: Station, arm: Callable[[], Awaitable[None]]) -> Outcome:
    """Arm, call, and read the outcome. The way is free: `settled` and `blocked` have said so."""
    channel, post = station.channel, filled(row, station)
    assert channel is not None
    await arm()
    try:
        receipt = await channel.send(post)
    except Rejected as error:
        return Outcome(PostState.REJECTED, f"{error.reason} {error.fix}")
    except Unreachable as error:
        if row.tries + 1 >= TRIES:
            return _parked(f"{row.channel} could not be reached in {TRIES} tries: {error}")
        return Outcome(PostState.INTENDED, str(error))
    except OutcomeUnknown as error:
        return await _unknown(channel, post, error)
    return await _confirmed(channel, post, receipt)


async def _looked_up(row: OutboxRow, channel: Channel, post: OutgoingPost) -> Outcome | None:
    """The outcome of an earlier call whose answer was lost; None when the far side is known not to have it.

    What it said it took isn't sent again because it doesn't show yet, save where a replay is the same post.
    """
    if channel.strength is Strength.NONE:
        return _parked(f"nobody knows whether {channel.name} has it; look there, then say so", unknown=True)
    try:
        receipt = await channel.find(post)
    except Unreachable as error:
        return Outcome(row.state, str(error))
    if receipt is not None:
        return Outcome(PostState.CONFIRMED, url=receipt.url, remote_id=receipt.remote_id)
    taken = row.state is PostState.SENT and channel.strength is not Strength.NATIVE
    return Outcome(PostState.SENT, f"{channel.name} took it and doesn't show it yet") if taken else None


async def _unknown(channel: Channel, post: OutgoingPost, error: OutcomeUnknown) -> Outcome:
    """After a call that may have posted: park where nothing can be known, else stay armed and settle in the next run."""
    if channel.strength is Strength.NONE:
        return _parked(f"{error}: nobody knows whether {channel.name} has it; look there, then say so", unknown=True)
    return Outcome(PostState.ARMED, str(error))


async def _confirmed(channel: Channel, post: OutgoingPost, receipt: Receipt) -> Outcome:
    """Seen on the far side, or only said to be there; where nothing can be seen, its own word is all there is."""
    if channel.strength is Strength.NONE:
        return Outcome(PostState.CONFIRMED, url=receipt.url, remote_id=receipt.remote_id)
    try:
        seen = await channel.find(post)
    except Unreachable:
        seen = None
    state = PostState.CONFIRMED if seen else PostState.SENT
    return Outcome(state, url=receipt.url, remote_id=receipt.remote_id)
