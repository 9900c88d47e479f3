"""What the books are made from: each published post, what its channel counted, how often each link was followed. Summed up in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, case, extract, func, select

from state.channels import Kind
from state.ledger import tables
from state.ledger.store import Store
from state.records import REPLY, PostState
from state.trade import Trait

_outbox, _pieces, _counts, _clicks, _traits = (
    tables.outbox,
    tables.pieces,
    tables.engagement,
    tables.clicks,
    tables.traits,
)


class Published(NamedTuple):
    """What one channel has of a piece: an article, or a thread as one."""

    piece: str
    title: str
    topic: str
    channel: str
    post: str
    """Key of the first post's outbox row."""
    at: datetime


class Followed(NamedTuple):
    """How often, by people and by programs."""

    clicked: int
    bots: int


class BookKeeping(Store):
    """Reads only. Whatever is counted may be bounded: from `since` on and before `until`."""

    async def published(self, until: datetime | None = None) -> tuple[Published, ...]:
        """Return what is out, the oldest first: a line for each piece and channel, with the first of its posts. Replies are none."""
        order = func.row_number().over(
            partition_by=(_outbox.c.piece, _outbox.c.channel), order_by=(_outbox.c.published_at, _outbox.c.id)
        )
        out = select(_outbox.c.piece, _outbox.c.channel, _outbox.c.key, _outbox.c.published_at, order.label("n")).where(
            _outbox.c.action == "create",
            _outbox.c.state.in_((PostState.SENT, PostState.CONFIRMED)),
            ~_outbox.c.post_id.startswith(REPLY),
            *_before(_outbox.c.published_at, until),
        )
        first = out.subquery()
        query = (
            select(first.c.piece, _pieces.c.title, _pieces.c.topic, first.c.channel, first.c.key, first.c.published_at)
            .join(_pieces, _pieces.c.piece == first.c.piece)
            .where(first.c.n == 1)
            .order_by(first.c.published_at, first.c.piece, first.c.channel)
        )
        async with self._database.reading() as connection:
            return tuple(Published(*row) for row in await connection.execute(query))

    async def views(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> Mapping[tuple[str, str], int]:
        """Return the views of each piece on each channel that tells them; of a thread, those of the post that was seen most.

        Counts are totals as they were when they were collected, so what was seen since a day is the last total less the last one
        before that day; with none before it, all of it.
        """
        last, earlier = _last_views(until).subquery("last"), None
        views: ColumnElement[int] = last.c.count
        if since is not None:
            earlier = _last_views(since).subquery("earlier")
            more = last.c.count - func.coalesce(earlier.c.count, 0)
            views = case((more > 0, more), else_=0)
        query = select(_outbox.c.piece, _outbox.c.channel, func.max(views)).join(last, last.c.post == _outbox.c.key)
        if earlier is not None:
            query = query.outerjoin(earlier, earlier.c.post == last.c.post)
        query = query.where(~_outbox.c.post_id.startswith(REPLY)).group_by(_outbox.c.piece, _outbox.c.channel)
        async with self._database.reading() as connection:
            return {(piece, channel): int(count) for piece, channel, count in await connection.execute(query)}

    async def followed(self, since: datetime | None = None, until: datetime | None = None) -> Mapping[str, Followed]:
        """Return how often each link was followed, by code; those that nobody followed are missing."""
        query = select(_clicks.c.code, *_people_and_bots()).group_by(_clicks.c.code)
        query = query.where(*_from(_clicks.c.at, since), *_before(_clicks.c.at, until))
        async with self._database.reading() as connection:
            return {code: Followed(int(people), int(bots)) for code, people, bots in await connection.execute(query)}

    async def followed_when(
        self, seconds: int, since: datetime | None = None, until: datetime | None = None
    ) -> Mapping[datetime, Followed]:
        """Return the same over time: by the beginning, in UTC, of each stretch of so many seconds in which there was a click."""
        stretch: ColumnElement[Any] = extract("epoch", _clicks.c.at) // seconds
        if self._database.url.get_backend_name() == "postgresql":  # its epoch has fractions, and so has what is divided
            stretch = func.floor(extract("epoch", _clicks.c.at) / seconds)
        query = select(stretch.label("stretch"), *_people_and_bots()).group_by("stretch").order_by("stretch")
        query = query.where(*_from(_clicks.c.at, since), *_before(_clicks.c.at, until))
        async with self._database.reading() as connection:
            return {
                datetime.fromtimestamp(int(at) * seconds, UTC): Followed(int(people), int(bots))
                for at, people, bots in await connection.execute(query)
            }

    async def likenesses(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """Return what each piece was like: its traits by part, by piece."""
        query = select(*[_traits.c[name] for name in Trait.model_fields]).order_by(
            _traits.c.piece, _traits.c.part, _traits.c.name
        )
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        async with self._database.reading() as connection:
            for piece, part, name in await connection.execute(query):
                parts = found.setdefault(piece, {})
                parts[part] = (*parts.get(part, ()), name)
        return found


def _last_views(before: datetime | None) -> Select[tuple[str, int]]:
    """The last total of views of each post."""
    here = (_counts.c.kind == Kind.VIEW.value, *_before(_counts.c.at, before))
    last: Subquery = select(func.max(_counts.c.id).label("id")).where(*here).group_by(_counts.c.post).subquery()
    return select(_counts.c.post, _counts.c.count).join(last, last.c.id == _counts.c.id)


def _people_and_bots() -> tuple[ColumnElement[int], ColumnElement[int]]:
    bot = case((_clicks.c.bot, 1), else_=0)
    return func.sum(1 - bot), func.sum(bot)


def _from(column: ColumnElement[datetime], since: datetime | None) -> tuple[ColumnElement[bool], ...]:
    return () if since is None else (column >= since,)


def _before(column: ColumnElement[datetime], until: datetime | None) -> tuple[ColumnElement[bool], ...]:
    return () if until is None else (column < until,)
