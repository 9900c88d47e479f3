"""What people do with our statuses on Mastodon."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial

from mastodon.return_types import Notification, Status

from channels.mastodon_calls import Calls
from channels.prose import prose
from state.channels import Engagement, Kind, Response

_REACTIONS = {"favourite": Kind.LIKE, "reblog": Kind.REPOST}


async def engagement(calls: Calls, remote_id: str) -> Engagement:
    """The counts, everything said below it, and the newest who liked or shared it.

    Mastodon tells when somebody liked it in notifications alone, which can be cleared: then the time is the status's own.
    """
    status = await calls.call(partial(calls.api.status, remote_id), about=remote_id)
    thread = await calls.call(partial(calls.api.status_context, remote_id), about=remote_id)
    me = await calls.me()
    replies = [_response(answer, Kind.REPLY, me) for answer in thread.descendants]
    responses = [*replies, *await _reactions(calls, status)]
    return Engagement(
        counts={
            Kind.REPLY: status.replies_count,
            Kind.REPOST: status.reblogs_count,
            Kind.LIKE: status.favourites_count,
        },
        responses=tuple(sorted(responses, key=lambda response: response.at)),
    )


async def mentions(calls: Calls, since: datetime) -> tuple[Response, ...]:
    """Statuses that name our account and answer nothing of ours, oldest first."""
    me = await calls.me()
    found = [
        _response(entry.status, Kind.MENTION, me)
        async for entry in _notified(calls, since, "mention")
        if entry.status is not None and str(entry.status.in_reply_to_account_id or "") != me
    ]
    return tuple(sorted(found, key=lambda response: response.at))


async def _notified(calls: Calls, since: datetime, *types: str) -> AsyncIterator[Notification]:
    async for entry in calls.newest(partial(calls.api.notifications, types=list(types)), since):
        if entry.type in types:
            yield entry


async def _reactions(calls: Calls, status: Status) -> list[Response]:
    id_, me = str(status.id), await calls.me()
    when = {
        (_REACTIONS[entry.type], str(entry.account.id)): entry.created_at
        async for entry in _notified(calls, status.created_at, *_REACTIONS)
        if entry.status is not None and str(entry.status.id) == id_
    }
    liked = await calls.call(partial(calls.api.status_favourited_by, id_), about=id_)
    shared = await calls.call(partial(calls.api.status_reblogged_by, id_), about=id_)
    return [
        Response(
            remote_id=f"{id_}/{kind}/{who.id}",
            kind=kind,
            author=who.acct,
            url=who.url,
            at=when.get((kind, str(who.id)), status.created_at),
            to=id_,
            ours=str(who.id) == me,
        )
        for kind, people in ((Kind.LIKE, liked), (Kind.REPOST, shared))
        for who in people
    ]


def _response(status: Status, kind: Kind, me: str) -> Response:
    return Response(
        remote_id=str(status.id),
        kind=kind,
        author=status.account.acct,
        text=prose(status.content),
        url=status.url,
        at=status.created_at,
        to=str(status.in_reply_to_id or "") if kind is Kind.REPLY else "",
        ours=str(status.account.id) == me,
    )
