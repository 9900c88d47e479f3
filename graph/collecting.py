"""What people did with what we posted, from each channel that can tell: counts, and who said what. It posts nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from graph.closing import forgo
from graph.rooms import Rooms
from state.base import storable
from state.channels import Gone, Kind, Listening, Response, Unauthorized, Unreachable
from state.ledger import Ledger
from state.records import WAITING, OutboxRow, PostState, ResponseRow
from state.settings import Settings

WATCHED = timedelta(days=90)
"""How long after it went out a post is asked after."""
GONE = "it is no longer there"
"""The reason of a confirmed post that its channel doesn't have any more."""
ANSWERED = "it was answered there"
"""The reason of a response that we answered by hand, and of an answer that isn't sent because of that."""
_STILL_OPEN = ("open", *WAITING)


async def collect(settings: Settings, ledger: Ledger, rooms: Rooms) -> tuple[str, ...]:
    """Ask every channel that has posts of ours. Returns what went wrong: one channel's trouble is no other's."""
    posts = watched(await ledger.outbox(), rooms.clock())
    listeners = [_Listener(name, posts[name], settings, ledger, rooms) for name in posts]
    return tuple(filter(None, await asyncio.gather(*(listener.listen() for listener in listeners))))


def watched(rows: Iterable[OutboxRow], now: datetime) -> Mapping[str, list[OutboxRow]]:
    """The posts that are asked after, by channel: what answers them is told with them, our own replies among it."""
    every = tuple(rows)
    taken_down = {r.target for r in every if r.action == "delete" and r.state is PostState.CONFIRMED}
    found: dict[str, list[OutboxRow]] = {}
    for r in every:
        out = r.state is PostState.CONFIRMED and r.action == "create" and r.remote_id is not None
        if out and not r.answers and r.key not in taken_down and r.published_at >= now - WATCHED:
            found.setdefault(r.channel, []).append(r)
    return found


class _Listener:
    """One channel, asked post by post."""

    def __init__(self, name: str, posts: list[OutboxRow], settings: Settings, ledger: Ledger, rooms: Rooms) -> None:
        self.name, self.posts, self.settings = name, posts, settings
        self.ledger, self.rooms = ledger, rooms
        self.there: set[str] = set()
        """Remote ids of what was told below any post."""
        self.heard: set[str] = set()
        """Keys of the posts that told."""

    async def listen(self) -> str:
        """Returns what went wrong; empty when all went well, or the channel can't tell anything."""
        try:
            channel = await asyncio.to_thread(self.rooms.open_channel, self.settings, self.name)
        except ValueError as error:
            return f"{self.name} can't be opened: {error}"
        if channel is None:
            return ""
        try:
            if isinstance(channel, Listening):
                await self._hear(channel)
        except (Unreachable, Unauthorized) as error:
            return f"{self.name}: {error}"
        except Exception as error:
            # Unattended: what a far side's odd answer does to one channel's library must not silence the others.
            return f"{self.name} answered what can't be read: {type(error).__name__}: {error}"
        finally:
            await channel.aclose()
        return ""

    async def _hear(self, channel: Listening) -> None:
        for post in self.posts:
            try:
                told = await channel.engagement(post.remote_id or "")
            except Gone:
                await self._gone(post)
            else:
                await self._told(post, told.counts, told.responses)
        await self._missed()
        since = min(post.published_at for post in self.posts)
        await self._seen(None, await channel.mentions(since))

    async def _told(self, post: OutboxRow, counts: Mapping[Kind, int], responses: tuple[Response, ...]) -> None:
        if post.reason == GONE:
            await self.ledger.move_post(post.key, state=PostState.CONFIRMED, now=self.rooms.clock())
        await self.ledger.record_counts(post, counts, now=self.rooms.clock())
        await self._seen(post, responses)
        self.heard.add(post.key)
        self.there |= {r.remote_id for r in responses}

    async def _gone(self, post: OutboxRow) -> None:
        """Noted once; what waited for an answer below it can't get one."""
        if post.reason != GONE:
            await self.ledger.move_post(post.key, state=PostState.CONFIRMED, now=self.rooms.clock(), reason=GONE)
        self.heard.add(post.key)

    async def _missed(self) -> None:
        """What was there, and is told below no post any more, was taken down."""
        for row in await self.ledger.responses(_STILL_OPEN):
            below = row.response.kind is Kind.REPLY and row.post in self.heard
            if below and row.response.remote_id not in self.there:
                await self.ledger.mark_response(row, "gone", reason="it was taken down", among=_STILL_OPEN)

    async def _seen(self, post: OutboxRow | None, responses: tuple[Response, ...]) -> None:
        """Write down what others did; what we answered there by hand, or by a reply of ours, is answered."""
        now, ours = self.rooms.clock(), {r.to for r in responses if r.ours and r.to}
        rows = [self._row(r, post, now) for r in responses if not r.ours]
        await self.ledger.see_responses(rows)
        for row in rows:
            if row.response.remote_id in ours:
                among = (*_STILL_OPEN, "ignored")
                await self.ledger.mark_response(row, "answered", reason=ANSWERED, among=among)
                await self._forgo(row)

    async def _forgo(self, row: ResponseRow) -> None:
        """An approved answer that still waits, as its channel was down: nobody is answered twice."""
        async with self.ledger.together():
            waiting = await self.ledger.post(row.key)
            if waiting is not None:
                await forgo(waiting, self.ledger, self.rooms.clock(), ANSWERED)

    def _row(self, response: Response, asked: OutboxRow | None, now: datetime) -> ResponseRow:
        """Below the post that it answers, or names; likes and reposts are counted, and want no answer."""
        post = self._below_which(response) or asked
        said = {"text": storable(response.text), "author": storable(response.author)}
        return ResponseRow(
            channel=self.name,
            response=response.model_copy(update=said),
            post=post.key if post else None,
            piece=post.piece if post else None,
            mark="open" if response.kind in (Kind.REPLY, Kind.MENTION) else "ignored",
            seen_at=now,
        )

    def _below_which(self, response: Response) -> OutboxRow | None:
        return next(
            (p for p in self.posts if p.remote_id == response.to or (p.url and p.url in response.text)),
            None,
        )
