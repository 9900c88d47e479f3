"""Mastodon, and servers that speak its API, through Mastodon.py, which blocks: its calls run in threads.

Each status is created under an `Idempotency-Key`, which Mastodon remembers for an hour (PostStatusService, in Redis); other
servers ignore it. Past that hour, and with those, `find` holds: it reads the account's own statuses back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from mastodon import Mastodon
from mastodon.return_types import Account, Notification, Status
from pydantic import SecretStr

from channels.blocking import TIMEOUT, PlainSession, meaning
from channels.http import server_of
from channels.images import load
from channels.opening import NotConfigured, Opening
from channels.prose import prose
from channels.sameness import letters, words
from state.channels import (
    RULES,
    Engagement,
    Gone,
    Kind,
    OutgoingImage,
    OutgoingPost,
    Receipt,
    Rejected,
    Response,
    Strength,
    Unreachable,
    measure,
)

VISIBILITIES = ("public", "unlisted", "private")
SKEW = timedelta(minutes=10)
"""By how much the server's clock may be behind ours."""
PAGE, PAGES = 40, 50
"""Entries of a page (Mastodon gives no more), and pages that are read before a look-up gives up."""
IMAGE_BYTES, IMAGE_SIDE = 16 * 2**20, 3840
"""Mastodon takes 16 MB, and makes an image of more than 3840 x 2160 pixels smaller itself (MediaAttachment)."""
MEDIA_CHECKS = 60
"""How often an image is asked for, with a pause between, until the server has worked it up."""

T = TypeVar("T")


def open_channel(opening: Opening) -> MastodonChannel:
    """Options: `server`; `visibility` (public unless set); `content_warning`, which is put before every status."""
    opening.knows("server", "visibility", "content_warning")
    visibility = opening.options.get("visibility", "public")
    if visibility not in VISIBILITIES:
        raise NotConfigured(f"[channels.mastodon] visibility is one of {', '.join(VISIBILITIES)}, not {visibility!r}.")
    return MastodonChannel(
        server_of(opening),
        opening.secret("MASTODON_ACCESS_TOKEN", "an access token with the scopes read and write"),
        workspace=opening.workspace,
        visibility=visibility,
        content_warning=opening.options.get("content_warning", ""),
    )


class MastodonChannel:
    """One account. Statuses of a thread answer one another."""

    name: ClassVar[str] = "mastodon"
    strength: ClassVar[Strength] = Strength.KEYED

    def __init__(
        self,
        server: str,
        token: SecretStr,
        *,
        workspace: Path,
        visibility: str = "public",
        content_warning: str = "",
        timeout: float = TIMEOUT,
        pause: float = 1.0,
    ) -> None:
        """`timeout` is in seconds, for connecting and for each wait for bytes; `pause` between looks at an image that is worked up."""
        self.server, self.workspace, self.visibility = server, workspace, visibility
        self.content_warning = content_warning or None
        self.pause = pause
        self._session = PlainSession()
        self._api = Mastodon(
            access_token=token.get_secret_value(),
            api_base_url=server,
            ratelimit_method="throw",
            request_timeout=timeout,
            session=self._session,
            user_agent="content-flywheel",
        )
        self._account: Account | None = None

    async def send(self, post: OutgoingPost) -> Receipt:
        create = partial(
            self._api.status_post,
            post.text,
            in_reply_to_id=post.reply_to,
            media_ids=await self._upload_all(post) or None,
            visibility=self.visibility,
            spoiler_text=self.content_warning,
            idempotency_key=post.key,
        )
        return _receipt(await self._call(create, acts=True))

    async def find(self, post: OutgoingPost) -> Receipt | None:
        """The oldest status of ours since it was to go out that says this and answers that; None when there surely is none.

        Raises Unreachable too where the account has posted so much since then that not all of it is read.
        """
        found = [status async for status in self._own_since(post.published_at - SKEW) if await self._says(status, post)]
        return _receipt(min(found, key=lambda status: status.created_at)) if found else None

    async def edit(self, post: OutgoingPost, remote_id: str) -> Receipt:
        """Replace the words and the images. Who sees it, and what it answers, can't be changed."""
        change = partial(
            self._api.status_update,
            remote_id,
            post.text,
            media_ids=await self._upload_all(post) or None,
            spoiler_text=self.content_warning,
        )
        return _receipt(await self._call(change, acts=True, about=remote_id))

    async def delete(self, remote_id: str) -> None:
        try:
            await self._call(partial(self._api.status_delete, remote_id), acts=True, about=remote_id)
        except Gone:
            await self._check_gone(remote_id)

    async def engagement(self, remote_id: str) -> Engagement:
        """Counts, and the newest who liked and shared it. Mastodon tells when they did in notifications alone, which can be cleared:
        then the time is the status's own.
        """
        status = await self._call(partial(self._api.status, remote_id), about=remote_id)
        thread = await self._call(partial(self._api.status_context, remote_id), about=remote_id)
        replies = [await self._response(answer, Kind.REPLY) for answer in thread.descendants]
        reactions = await self._reactions(status)
        return Engagement(
            counts={
                Kind.REPLY: status.replies_count,
                Kind.REPOST: status.reblogs_count,
                Kind.LIKE: status.favourites_count,
            },
            responses=tuple(sorted([*replies, *reactions], key=lambda response: response.at)),
        )

    async def mentions(self, since: datetime) -> tuple[Response, ...]:
        me = str((await self._me()).id)
        answers_us = [
            await self._response(entry.status, Kind.MENTION)
            async for entry in self._notified(since, "mention")
            if entry.status is not None and str(entry.status.in_reply_to_account_id or "") != me
        ]
        return tuple(sorted(answers_us, key=lambda response: response.at))

    async def limit(self) -> int:
        """Characters of a status; the content warning counts among them (Mastodon's StatusLengthValidator)."""
        try:
            said: Mapping[str, Any] = await self._call(self._api.instance_v2, about="instance")
        except Gone:
            said = await self._call(self._api.instance_v1)
        most = ((said.get("configuration") or {}).get("statuses") or {}).get("max_characters")
        rules = RULES[self.name]
        return int(most or rules.limit or 0) - measure(self.content_warning or "", rules)

    async def aclose(self) -> None:
        self._session.close()

    async def _call(self, call: Callable[[], T], *, acts: bool = False, about: str | None = None) -> T:
        """Make a call in a thread. A 404 on what it is `about` is Gone.

        Whatever the library trips over counts, not its own errors alone: it makes objects of the answer before it gives it.
        """
        try:
            return await asyncio.to_thread(call)
        except Exception as error:
            raise meaning(error, self.server, self._mend, acts=acts, about=about) from error

    @property
    def _mend(self) -> str:
        return f"Set MASTODON_ACCESS_TOKEN to a token of {self.server} with the scopes read and write (Preferences, Development)."

    async def _me(self) -> Account:
        if self._account is None:
            account: Account = await self._call(self._api.account_verify_credentials)
            self._account = account
        return self._account

    async def _own_since(self, since: datetime) -> AsyncIterator[Status]:
        me = (await self._me()).id
        statuses = partial(self._api.account_statuses, me, exclude_reblogs=True, limit=PAGE)
        async for status in self._newest(statuses, since):
            if status.reblog is None:
                yield status

    async def _notified(self, since: datetime, *types: str) -> AsyncIterator[Notification]:
        async for entry in self._newest(partial(self._api.notifications, types=list(types), limit=PAGE), since):
            if entry.type in types:
                yield entry

    async def _newest(self, fetch: Callable[..., Any], since: datetime) -> AsyncIterator[Any]:
        """Entries since then, newest first, a page at a time; a server that ignores `max_id` gives the same page again."""
        seen: set[str] = set()
        oldest: str | None = None
        for _ in range(PAGES):
            page = await self._call(partial(fetch, max_id=oldest))
            fresh = [entry for entry in page if str(entry.id) not in seen]
            for entry in fresh:
                if entry.created_at >= since:
                    yield entry
            if not fresh or fresh[-1].created_at < since:
                return
            oldest = str(fresh[-1].id)
            seen.update(str(entry.id) for entry in fresh)
        raise Unreachable(
            f"{self.server} has more than {PAGE * PAGES} entries since {since:%d %B %Y}: look for yours by hand."
        )

    async def _says(self, status: Status, post: OutgoingPost) -> bool:
        """Whether a status says what the post says. Some servers read Markdown and drop its signs: then its source is asked for."""
        shown = prose(status.content)
        if str(status.in_reply_to_id or "") != (post.reply_to or "") or letters(shown) != letters(post.text):
            return False
        if words(shown) == words(post.text):
            return True
        try:
            source = await self._call(partial(self._api.status_source, status.id), about=str(status.id))
        except Gone:
            return False
        return words(source.text) == words(post.text)

    async def _check_gone(self, remote_id: str) -> None:
        """A server that can't delete answers as one where there is nothing to delete."""
        try:
            status = await self._call(partial(self._api.status, remote_id), about=remote_id)
        except Gone:
            return
        raise Rejected(
            f"{self.server} doesn't delete over its API: {status.url} is still there.", "Delete it there by hand."
        )

    async def _reactions(self, status: Status) -> list[Response]:
        when = {
            (entry.type, str(entry.account.id)): entry.created_at
            async for entry in self._notified(status.created_at, "favourite", "reblog")
            if entry.status is not None and str(entry.status.id) == str(status.id)
        }
        liked = await self._call(partial(self._api.status_favourited_by, status.id), about=str(status.id))
        shared = await self._call(partial(self._api.status_reblogged_by, status.id), about=str(status.id))
        me = str((await self._me()).id)
        return [
            Response(
                remote_id=f"{status.id}/{kind}/{who.id}",
                kind=kind,
                author=who.acct,
                url=who.url,
                at=when.get((name, str(who.id)), status.created_at),
                to=str(status.id),
                ours=str(who.id) == me,
            )
            for kind, name, people in ((Kind.LIKE, "favourite", liked), (Kind.REPOST, "reblog", shared))
            for who in people
        ]

    async def _response(self, status: Status, kind: Kind) -> Response:
        return Response(
            remote_id=str(status.id),
            kind=kind,
            author=status.account.acct,
            text=prose(status.content),
            url=status.url,
            at=status.created_at,
            to=str(status.in_reply_to_id or "") if kind is Kind.REPLY else "",
            ours=str(status.account.id) == str((await self._me()).id),
        )

    async def _upload_all(self, post: OutgoingPost) -> list[str]:
        return [await self._upload(image) for image in post.images]

    async def _upload(self, image: OutgoingImage) -> str:
        """Upload an image, and wait until it can be attached. Nothing is posted by that."""
        picture = await load(self.workspace, image, max_bytes=IMAGE_BYTES, max_side=IMAGE_SIDE)
        upload = partial(
            self._api.media_post,
            picture.data,
            mime_type=picture.mime,
            description=image.alt,
            file_name=Path(image.path).name,
        )
        media = await self._call(upload)
        for _ in range(MEDIA_CHECKS):
            if media.url:
                return str(media.id)
            await asyncio.sleep(self.pause)
            media = await self._call(partial(self._api.media, media.id))
        raise Unreachable(f"{self.server} is still working on {image.path}.")


def _receipt(status: Status) -> Receipt:
    return Receipt(url=status.url, remote_id=str(status.id))
