"""One delivery: what stops it, how its slots are filled, and what its outcome means by the channel's strength."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from graph.answering import outgoing
from graph.closing import rests
from graph.gates import LAST, pause
from graph.letters import Letter
from graph.timing import is_late, was_due
from state.base import one_line
from state.channels import (
    Channel,
    Deleting,
    Editing,
    Gone,
    OutcomeUnknown,
    OutgoingImage,
    OutgoingPost,
    Receipt,
    Rejected,
    Resuming,
    Strength,
    Unauthorized,
    Unreachable,
)
from state.contracts.monetized import Insertion
from state.contracts.release import SLOT, Post
from state.ledger import LedgerError
from state.links import link_on
from state.offers import Offer
from state.records import OutboxRow, PostState
from state.settings import Settings

_log = logging.getLogger(__name__)
TRIES = 8
"""Calls that may fail before a person is asked: with the pauses between them, about an hour and a half."""


@dataclass(frozen=True)
class Station:
    """What is known at the moment of sending."""

    letter: Letter | None
    approved_at: datetime | None
    """When the approval was given that covers these bytes; None when there is none."""
    siblings: Mapping[str, OutboxRow]
    """Where the piece's posts rest, by post id."""
    offers: tuple[Offer, ...]
    channel: Channel | None
    trouble: str
    """Why the channel can't be opened; empty when it can, or has no transport."""
    settings: Settings
    now: datetime


@dataclass(frozen=True)
class Outcome:
    state: PostState
    reason: str = ""
    url: str | None = None
    remote_id: str | None = None
    unknown: bool = False
    """Whether a call was made and nobody knows what came of it."""
    pause: timedelta | None = None
    """Before it is tried again."""
    answer: Literal["none", "good", "failed", "refused"] = "none"
    """How the far side answered: not asked, or with an answer of any kind, or not at all, or refusing our credentials."""
    retry_after: float | None = None
    """Seconds for which the far side wants no call."""
    cost: int = 0
    """Millionths of a US dollar."""


def _parked(reason: str, *, unknown: bool = False) -> Outcome:
    return Outcome(PostState.PARKED, reason, unknown=unknown)


async def settled(row: OutboxRow, station: Station) -> Outcome | None:
    """What became of an earlier call, asked before anything else; None when there was none, or it came to nothing.

    A change of what is published isn't asked about: made twice, it is the same change.
    """
    if row.state is PostState.INTENDED or row.action in ("edit", "delete"):
        return None
    if station.channel is None or station.letter is None:
        return _parked(
            "its transport or its release is gone while its outcome was unknown; look on the far side", unknown=True
        )
    return await _looked_up(row, station, station.channel)


def blocked(row: OutboxRow, station: Station) -> Outcome | None:
    """Why the post can't go now: parked with what a person can do, or still intended; None when the way is free."""
    if row.action == "delete":  # nothing goes out, so nothing needs an approval
        return _closed(row, station)
    stopped = _unapproved(station) or _offerless(row, station) or _out_of_time(row, station)
    return stopped or _waits(row, station) or _closed(row, station)


def _unapproved(station: Station) -> Outcome | None:
    if station.letter is None or station.approved_at is None:
        return _parked("no approval covers these bytes; review the piece again")
    return None


def _out_of_time(row: OutboxRow, station: Station) -> Outcome | None:
    """Its approval is too old, its window has closed, or it is late: silence is no consent, so a person is asked."""
    age = station.now - (station.approved_at or station.now)
    if age > timedelta(days=station.settings.schedule.approval_days):
        return _parked(f"its approval is {age.days} days old; a person has to say that it still holds")
    if row.not_after is not None and station.now > row.not_after:
        return _parked(
            f"its time window closed at {row.not_after:%Y-%m-%d %H:%M} UTC; a person has to say whether it still goes"
        )
    if row.action == "create" and is_late(row, station.siblings, station.settings, station.now):
        due = was_due(row, station.siblings)
        return _parked(f"it was due at {due:%Y-%m-%d %H:%M} UTC; a person has to say whether it still goes")
    return None


def _offerless(row: OutboxRow, station: Station) -> Outcome | None:
    expired = _expired(row, station) if row.action == "create" else ""
    if not expired:
        return None
    return _parked(
        f"the offer {expired} is not live; change its dates in offers.toml and resume the piece, or give it up"
    )


def _waits(row: OutboxRow, station: Station) -> Outcome | None:
    """Whether what it depends on is out. A correction of that which was refused leaves it out as it was."""
    for name in row.depends_on:
        parent = station.siblings.get(name)
        state = rests(parent) if parent else None
        if state in (None, PostState.PARKED, PostState.REJECTED):
            return _parked(f"it waits for {name}, which is {state or 'missing'}")
        if state is not PostState.CONFIRMED:
            return Outcome(row.state, row.reason)
    return None


def _closed(row: OutboxRow, station: Station) -> Outcome | None:
    if station.trouble:
        return _parked(f"{row.channel} can't be opened: {station.trouble} Mend that, then resume the piece")
    if station.channel is None:
        return _parked(f"there is no transport for {row.channel} yet; post it by hand")
    able = {"edit": Editing, "delete": Deleting}.get(row.action)
    if able and not isinstance(station.channel, able):
        return _parked(f"{row.channel} can't {row.action} what is published; do it there by hand", unknown=True)
    return None


def _expired(row: OutboxRow, station: Station) -> str:
    """The first offer that the post links to and that isn't live today."""
    letter = station.letter
    if letter is None or letter.post is None or letter.monetized is None:
        return ""
    live = {o.id for o in station.offers if o.live_on(station.now.date())}
    post = letter.post
    gone = (i for i in letter.monetized.insertions if i.offer not in live)
    return next((i.offer for i in gone if _carries(post, i, row)), "")


def _carries(post: Post, insertion: Insertion, row: OutboxRow) -> bool:
    """Whether the post links to the offer: by the link of its own channel, or by the one that was placed in the draft."""
    return link_on(insertion, row.piece, row.channel) in post.text or insertion.url in post.text


def filled(row: OutboxRow, station: Station) -> OutgoingPost:
    """The bytes to send: the post with its declared slots filled, and nothing else changed.

    A short post has the title and summary of the article that it leads to, for a link card.
    """
    assert station.letter is not None
    if station.letter.reply is not None:
        return outgoing(station.letter.reply, row)
    post = station.letter.post
    assert post is not None
    parent = station.siblings.get(post.reply_to or "")
    canonical, home = _canonical(post, station), station.letter.home
    urls = {"canonical": canonical, "parent": (parent.url if parent else None) or ""}
    return OutgoingPost(
        key=row.target or row.key,
        piece=row.piece,
        channel=row.channel,
        title=post.title or (home.title if home else None),
        slug=post.slug,
        summary=post.summary or (home.summary if home else None),
        text=SLOT.sub(lambda m: urls[m[1]], post.text) if post.slots else post.text,
        published_at=row.published_at,
        reply_to=parent.remote_id if parent else None,
        root=_root(post, station),
        canonical=canonical or None,
        images=tuple(OutgoingImage(path=i.path, alt=i.alt, sha256=i.sha256) for i in post.images),
    )


def _canonical(post: Post, station: Station) -> str:
    rows = (station.siblings[name] for name in post.depends_on if name in station.siblings)
    return next((r.url for r in rows if r.url), "")


def _root(post: Post, station: Station) -> str | None:
    """The first post of its thread, where that isn't the one that it answers."""
    if post.reply_to is None:
        return None
    first = next((r for r in station.siblings.values() if r.channel == post.channel), None)
    return first.remote_id if first and first.post_id != post.reply_to else None


async def deliver(row: OutboxRow, station: Station) -> Outcome:
    """Call, and read the outcome. The row is armed, and the way is free: `settled` and `blocked` have said so."""
    channel = station.channel
    assert channel is not None
    try:
        return await _called(row, station, channel)
    except Rejected as error:
        return Outcome(PostState.REJECTED, f"{error.reason} {error.fix}", answer="good")
    except Gone:
        return replace(_parked("it isn't there any more; somebody took it down by hand", unknown=True), answer="good")
    except Unauthorized as error:
        return replace(_parked(f"{error.reason} {error.fix}"), answer="refused")
    except Unreachable as error:
        return _try_later(row, station, error)
    except OutcomeUnknown as error:
        return _unknown(row, channel, error)
    except LedgerError:
        raise
    except Exception as error:  # unattended: what breaks in a transport may have posted, and is no other post's trouble
        return _unknown(row, channel, OutcomeUnknown(_broken(channel, error)))


def _broken(channel: Channel, error: Exception) -> str:
    """What to say of an error that no channel should raise; where it came from is logged."""
    _log.error("The transport of %s broke.", channel.name, exc_info=error)
    return f"our transport to {channel.name} broke: {type(error).__name__}: {one_line(str(error))[:200]}"


async def _called(row: OutboxRow, station: Station, channel: Channel) -> Outcome:
    if row.action == "delete":
        assert isinstance(channel, Deleting) and row.remote_id is not None
        await channel.delete(row.remote_id)
        return Outcome(PostState.CONFIRMED, answer="good")
    post = filled(row, station)
    if row.action == "edit":
        assert isinstance(channel, Editing) and row.remote_id is not None
        return await _confirmed(row, channel, post, await channel.edit(post, row.remote_id))
    return await _confirmed(row, channel, post, await channel.send(post))


def _try_later(row: OutboxRow, station: Station, error: Unreachable) -> Outcome:
    """A far side that named a time has answered, and that doesn't count as one of the tries."""
    tries = row.tries + 1
    later = pause(tries, retry_after=error.retry_after)
    if error.retry_after is None and tries >= TRIES:
        said = f"{row.channel} could not be reached in {TRIES} tries: {error}"
        return replace(_parked(said), answer="failed")
    return Outcome(PostState.INTENDED, str(error), pause=later, answer="failed", retry_after=error.retry_after)


async def _looked_up(row: OutboxRow, station: Station, channel: Channel) -> Outcome | None:
    """The outcome of an earlier call whose answer was lost; None when the far side is known not to have it.

    What it said it took isn't sent again because it doesn't show yet, save where a replay is the same post. While it
    can't be asked the row stays as it is: put on its way again, it would be sent without a look.
    """
    if channel.strength is Strength.NONE and not isinstance(channel, Resuming):
        return _parked(f"nobody knows whether {channel.name} has it; look there, then say so", unknown=True)
    try:
        receipt = await channel.find(filled(row, station))
    except Unauthorized as error:
        return Outcome(row.state, f"{error.reason} {error.fix}", pause=LAST, answer="refused")
    except Unreachable as error:
        return Outcome(
            row.state,
            str(error),
            pause=pause(row.tries, retry_after=error.retry_after),
            answer="failed",
            retry_after=error.retry_after,
        )
    except LedgerError:
        raise
    except Exception as error:  # it is asked again later, as one that can't be reached
        return Outcome(row.state, _broken(channel, error), pause=pause(row.tries), answer="failed")
    if receipt is not None:
        return Outcome(PostState.CONFIRMED, url=receipt.url, remote_id=receipt.remote_id, answer="good")
    if row.state is not PostState.SENT or channel.strength is Strength.NATIVE:
        return None
    if is_late(row, station.siblings, station.settings, station.now):
        return _parked(f"{channel.name} took it and never showed it; look there, then say so", unknown=True)
    return Outcome(
        PostState.SENT, f"{channel.name} took it and doesn't show it yet", pause=pause(row.tries), answer="good"
    )


def _unknown(row: OutboxRow, channel: Channel, error: OutcomeUnknown) -> Outcome:
    """After a call that may have posted: park where nothing can be known, else stay armed and settle later.

    The far side may still be at work on it, so it isn't asked at once.
    """
    if channel.strength is Strength.NONE and row.action not in ("edit", "delete"):
        said = f"{error}: nobody knows whether {channel.name} has it; look there, then say so"
        return replace(_parked(said, unknown=True), answer="failed")
    if row.tries + 1 >= TRIES:
        return replace(_parked(f"{error}, {TRIES} times", unknown=True), answer="failed")
    return Outcome(PostState.ARMED, str(error), pause=pause(row.tries + 1), answer="failed")


async def _confirmed(row: OutboxRow, channel: Channel, post: OutgoingPost, receipt: Receipt) -> Outcome:
    """Seen on the far side, or only said to be there; where nothing can be seen, its own word is all there is."""
    said = Outcome(PostState.CONFIRMED, url=receipt.url, remote_id=receipt.remote_id, answer="good", cost=receipt.cost)
    if channel.strength is Strength.NONE:
        return said
    try:
        seen = await channel.find(post)
    except (Unreachable, Unauthorized):
        seen = None
    return said if seen else replace(said, state=PostState.SENT, pause=pause(row.tries + 1))
