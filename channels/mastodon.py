"""Mastodon, and servers that speak its API, through Mastodon.py, which blocks: its calls run in threads.

Each status is created under an `Idempotency-Key`, which Mastodon remembers for an hour (PostStatusService, in Redis); other
servers ignore it. Past that hour, and with those, `find` holds: it reads the account's own statuses back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from mastodon.return_types import Status
from pydantic import SecretStr

from channels import mastodon_listening
from channels.http import TIMEOUT
from channels.images import load
from channels.mastodon_calls import Calls, id_of
from channels.opening import NotConfigured, Opening
from channels.prose import prose
from channels.sameness import letters, words
from state.channels import (
    RULES,
    Engagement,
    Gone,
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
IMAGE_BYTES, IMAGE_SIDE = 16 * 2**20, 3840
"""Mastodon takes 16 MB, and makes an image of more than 3840 x 2160 pixels smaller itself (MediaAttachment)."""
MEDIA_CHECKS = 60
"""How often an image is asked for, with a pause between, until the server has worked it up."""


def open_channel(opening: Opening) -> MastodonChannel:
    """Options: `server`; `visibility` (public unless set); `content_warning`, which is put before every status."""
    opening.knows("server", "visibility", "content_warning")
    visibility = opening.options.get("visibility", "public")
    if visibility not in VISIBILITIES:
        raise NotConfigured(f"[channels.mastodon] visibility is one of {', '.join(VISIBILITIES)}, not {visibility!r}.")
    return MastodonChannel(
        opening.address("server", "https://mastodon.example"),
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
        """`timeout` is in seconds, for connecting and each wait for bytes; `pause` between looks at an image that is worked up."""
        self.server, self.workspace, self.visibility = server, workspace, visibility
        self.content_warning = content_warning or None
        self.pause = pause
        self._calls = Calls(server, token, timeout=timeout)
        self._api = self._calls.api
        self._sent: dict[str, str] = {}
        """By key, the ids of statuses that were sent or changed, and not yet looked for."""

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
        receipt = await self._calls.call(lambda: _receipt(create()), acts=True)
        self._sent[post.key] = receipt.remote_id
        return receipt

    async def find(self, post: OutgoingPost) -> Receipt | None:
        """The oldest status of ours since it was to go out that says this and answers that; None when there surely is none.

        One that was sent or changed just now is asked for by its id, once, as reading an account takes long after a busy hour. Raises
        Unreachable too where the account has posted so much since then that not all of it is read.
        """
        if (id_ := self._sent.pop(post.key, "")) and (receipt := await self._by_id(id_, post)):
            return receipt
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
        receipt = await self._calls.call(lambda: _receipt(change()), acts=True, about=remote_id)
        self._sent[post.key] = receipt.remote_id
        return receipt

    async def delete(self, remote_id: str) -> None:
        try:
            await self._calls.call(partial(self._api.status_delete, remote_id), acts=True, about=remote_id)
        except Gone:
            await self._check_gone(remote_id)

    async def engagement(self, remote_id: str) -> Engagement:
        return await mastodon_listening.engagement(self._calls, remote_id)

    async def mentions(self, since: datetime) -> tuple[Response, ...]:
        return await mastodon_listening.mentions(self._calls, since)

    async def limit(self) -> int:
        """Characters of a status; the content warning counts among them (Mastodon's StatusLengthValidator).

        A link counts as 23 in our rules. A server may reserve more for it (`characters_reserved_per_url`; snac does), and refuse
        a status with links that is near the limit.
        """
        try:
            said: Mapping[str, Any] = await self._calls.call(self._api.instance_v2, about="instance")
        except Gone:
            said = await self._calls.call(self._api.instance_v1)
        most = ((said.get("configuration") or {}).get("statuses") or {}).get("max_characters")
        rules = RULES[self.name]
        return int(most or rules.limit or 0) - measure(self.content_warning or "", rules)

    async def aclose(self) -> None:
        self._calls.close()

    async def _by_id(self, id_: str, post: OutgoingPost) -> Receipt | None:
        try:
            status: Status = await self._calls.call(partial(self._api.status, id_), about=id_)
        except Gone:
            return None
        return _receipt(status) if await self._says(status, post) else None

    async def _own_since(self, since: datetime) -> AsyncIterator[Status]:
        statuses = partial(self._api.account_statuses, await self._calls.me(), exclude_reblogs=True)
        async for status in self._calls.newest(statuses, since):
            if status.reblog is None:
                yield status

    async def _says(self, status: Status, post: OutgoingPost) -> bool:
        """Whether a status says what the post says. Some servers read Markdown and drop its signs: then its source is asked for."""
        shown = prose(status.content)
        if str(status.in_reply_to_id or "") != (post.reply_to or "") or letters(shown) != letters(post.text):
            return False
        if words(shown) == words(post.text):
            return True
        try:
            source = await self._calls.call(partial(self._api.status_source, status.id), about=str(status.id))
        except Gone:
            return False
        return words(source.text) == words(post.text)

    async def _check_gone(self, remote_id: str) -> None:
        """A server that can't delete answers as one where there is nothing to delete."""
        try:
            status = await self._calls.call(partial(self._api.status, remote_id), about=remote_id)
        except Gone:
            return
        raise Rejected(
            f"{self.server} doesn't delete over its API: {status.url} is still there.", "Delete it there by hand."
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
            file_name=f"image.{picture.mime.rpartition('/')[2]}",
        )
        media = await self._calls.call(upload)
        for _ in range(MEDIA_CHECKS):
            if media.url:
                return str(media.id)
            await asyncio.sleep(self.pause)
            media = await self._calls.call(partial(self._api.media, media.id))
        raise Unreachable(f"{self.server} is still working on {image.path}.")


def _receipt(status: Status) -> Receipt:
    return Receipt(url=status.url, remote_id=id_of(status))
