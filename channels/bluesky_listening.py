"""What people make of a post on Bluesky: read from the AppView, which the account's own server asks for us."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from channels.bluesky_record import address, parts, plain
from channels.bluesky_session import BlueskySession, Call
from state.channels import Engagement, Gone, Kind, Response

if TYPE_CHECKING:
    from atproto import AsyncClient, models

T = TypeVar("T")
Fetch = Callable[["AsyncClient", str | None], Awaitable[tuple[list[T], str | None]]]
"""One page from a cursor on, and the cursor of the next."""

_DEPTH = 50
"""Levels of replies in one answer. A deeper thread is asked for in parts: a parser of JSON goes down 200 levels, two a reply."""
_PAGE = 100
_MOST_PAGES = 10
"""Of people who liked or reposted one post: the counts tell of all, names of the first thousand."""
_NAMES_US = ("mention", "quote")


async def engagement(session: BlueskySession, uri: str) -> Engagement:
    """Counts, and who did what; a post that quotes it counts as a mention. Raises `Gone`.

    Who reposted is told without a time: the post's own stands for it.
    """
    top = await _thread(session, uri)
    ours = await session.did()
    responses = [
        *[_answer(view, ours) for view in await _below(session, top)],
        *[_act(Kind.LIKE, a.actor, uri, a.indexed_at, ours) for a in await _all(session, _likes(uri))],
        *[_act(Kind.REPOST, who, uri, top.post.indexed_at, ours) for who in await _all(session, _reposts(uri))],
    ]
    return Engagement(counts=_counts(top.post), responses=tuple(sorted(responses, key=lambda r: r.at)))


async def mentions(session: BlueskySession, since: datetime) -> tuple[Response, ...]:
    """Posts that name our account, or quote a post of ours, in threads that aren't ours.

    Their authors say when they wrote them: one that arrives late may lie before `since`, and isn't told.
    """
    ours = await session.did()
    found: list[Response] = []
    cursor: str | None = None
    while True:
        page, cursor = await session.ask(_at(_notifications, cursor))
        told = [_mention(n) for n in page if not _in_our_thread(n, ours)]
        found += [response for response in told if response.at >= since]
        if not cursor or not page or _time(page[-1].indexed_at) < since:
            return tuple(sorted(found, key=lambda r: r.at))


async def _thread(session: BlueskySession, uri: str) -> models.AppBskyFeedDefs.ThreadViewPost:
    found = await session.ask(
        lambda c: c.app.bsky.feed.get_post_thread({"uri": uri, "depth": _DEPTH, "parent_height": 0})
    )
    from atproto import models

    if not isinstance(found.thread, models.AppBskyFeedDefs.ThreadViewPost):
        raise Gone(f"{uri} can't be seen.")
    return found.thread


async def _below(
    session: BlueskySession, top: models.AppBskyFeedDefs.ThreadViewPost
) -> list[models.AppBskyFeedDefs.PostView]:
    """All replies under a post, and under those; not what is deleted, or blocked."""
    from atproto import models

    found, waiting = [], [top]
    while waiting:
        node = waiting.pop()
        if node.replies is None and node.post.reply_count:
            with suppress(Gone):
                node = await _thread(session, node.post.uri)
        replies = [r for r in node.replies or () if isinstance(r, models.AppBskyFeedDefs.ThreadViewPost)]
        found += [reply.post for reply in replies]
        waiting += replies
    return found


def _likes(uri: str) -> Fetch[models.AppBskyFeedGetLikes.Like]:
    async def fetch(
        client: AsyncClient, cursor: str | None
    ) -> tuple[list[models.AppBskyFeedGetLikes.Like], str | None]:
        page = await client.app.bsky.feed.get_likes({"uri": uri, "limit": _PAGE, "cursor": cursor})
        return page.likes, page.cursor

    return fetch


def _reposts(uri: str) -> Fetch[models.AppBskyActorDefs.ProfileView]:
    async def fetch(
        client: AsyncClient, cursor: str | None
    ) -> tuple[list[models.AppBskyActorDefs.ProfileView], str | None]:
        page = await client.app.bsky.feed.get_reposted_by({"uri": uri, "limit": _PAGE, "cursor": cursor})
        return page.reposted_by, page.cursor

    return fetch


async def _notifications(
    client: AsyncClient, cursor: str | None
) -> tuple[list[models.AppBskyNotificationListNotifications.Notification], str | None]:
    page = await client.app.bsky.notification.list_notifications(
        {"reasons": list(_NAMES_US), "limit": _PAGE, "cursor": cursor}
    )
    return page.notifications, page.cursor


def _at(fetch: Fetch[T], cursor: str | None) -> Call[tuple[list[T], str | None]]:
    return lambda client: fetch(client, cursor)


async def _all(session: BlueskySession, fetch: Fetch[T]) -> list[T]:
    found: list[T] = []
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page, cursor = await session.ask(_at(fetch, cursor))
        found += page
        if not cursor:
            break
    return found


def _counts(view: models.AppBskyFeedDefs.PostView) -> dict[Kind, int]:
    told = {
        Kind.REPLY: view.reply_count,
        Kind.MENTION: view.quote_count,
        Kind.LIKE: view.like_count,
        Kind.REPOST: view.repost_count,
    }
    return {kind: count for kind, count in told.items() if count is not None}


def _answer(view: models.AppBskyFeedDefs.PostView, ours: str) -> Response:
    said = plain(view.record)
    return Response(
        remote_id=view.uri,
        kind=Kind.REPLY,
        author=_handle(view.author),
        text=said.get("text", ""),
        url=address(view.uri),
        at=_time(view.indexed_at),
        to=said["reply"]["parent"]["uri"],
        ours=view.author.did == ours,
    )


def _mention(told: models.AppBskyNotificationListNotifications.Notification) -> Response:
    return Response(
        remote_id=told.uri,
        kind=Kind.MENTION,
        author=_handle(told.author),
        text=plain(told.record).get("text", ""),
        url=address(told.uri),
        at=_time(told.indexed_at),
    )


def _act(kind: Kind, who: models.AppBskyActorDefs.ProfileView, uri: str, at: str, ours: str) -> Response:
    """A like or a repost: its own id isn't told."""
    return Response(
        remote_id=f"{kind}:{who.did}:{uri}",
        kind=kind,
        author=_handle(who),
        at=_time(at),
        to=uri,
        ours=who.did == ours,
    )


def _in_our_thread(told: models.AppBskyNotificationListNotifications.Notification, ours: str) -> bool:
    reply = plain(told.record).get("reply")
    return reply is not None and ours in (parts(reply["root"]["uri"])[0], parts(reply["parent"]["uri"])[0])


def _handle(who: models.AppBskyActorDefs.ProfileViewBasic | models.AppBskyActorDefs.ProfileView) -> str:
    """A handle that doesn't lead to its account any more is told as `handle.invalid`, whoever had it."""
    return who.did if who.handle == "handle.invalid" else who.handle


def _time(told: str) -> datetime:
    """The time that the app sorts by: what its author says, unless that is later than when the AppView heard of it."""
    return datetime.fromisoformat(told)
