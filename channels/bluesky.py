"""Bluesky: posts with links, tags, cards and images, threads, and what people make of them.

The client names a post: its record key is derived from what was written down before the first call, so `putRecord` puts
the same post in the same place however often it is sent. A remote id is the post's `at://` address. It holds no hash of
the content, which an edit changes: what answers a post asks for the hash when it is sent.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from channels import bluesky_listening as listening
from channels.bluesky_errors import PASSWORD
from channels.bluesky_record import POST, address, parts, plain, record, says
from channels.bluesky_session import BlueskySession
from channels.images import Picture, load
from channels.opening import Opening
from channels.tid import tid
from state.channels import Engagement, Gone, OutgoingPost, Receipt, Rejected, Response, Strength

if TYPE_CHECKING:
    from atproto import AsyncClient

IMAGE_BYTES = 2_000_000
"""app.bsky.embed.images: maxSize of a blob (1,000,000 until 2025)."""
IMAGE_SIDE = 2_000
"""Pixels; the app shows no more."""


def open_channel(opening: Opening) -> BlueskyChannel:
    """Its options are `handle`, and `service` for an account that isn't at bsky.social."""
    opening.knows("handle", "service")
    handle = opening.need("handle", "you.bsky.social").removeprefix("@")
    service = opening.address("service", "https://bsky.social", "https://bsky.social")
    password = opening.secret(PASSWORD, "an app password (Settings, Privacy and security, App passwords)")
    return BlueskyChannel(BlueskySession(service, handle, password), opening.workspace, opening.site.language)


class BlueskyChannel:
    """Posts in the name of one account. A replay that finds the same bytes there changes nothing."""

    name: ClassVar[str] = "bluesky"
    strength: ClassVar[Strength] = Strength.NATIVE

    def __init__(self, session: BlueskySession, workspace: Path, language: str) -> None:
        self._session, self._workspace, self._language = session, workspace, language

    async def send(self, post: OutgoingPost) -> Receipt:
        rkey, pictures = _rkey(post), await self._pictures(post)
        made = record(post, language=self._language)
        if post.reply_to:
            made["reply"] = await self._reply(post.reply_to)
        return await self._put(rkey, made | await self._shown(post, pictures))

    async def find(self, post: OutgoingPost) -> Receipt | None:
        """Look under the post's own key, and whether what stands there says the same."""
        uri = f"at://{await self._session.did()}/{POST}/{_rkey(post)}"
        try:
            _, there = await self._get(uri)
        except Gone:
            return None
        return _receipt(uri) if says(there, post, self._language) else None

    async def edit(self, post: OutgoingPost, remote_id: str) -> Receipt:
        """Its time, and what it answers, stay as they are."""
        rkey, pictures = await self._own(remote_id), await self._pictures(post)
        cid, there = await self._get(remote_id)
        kept = {name: there[name] for name in ("createdAt", "reply") if name in there}
        made = record(post, language=self._language) | kept
        return await self._put(rkey, made | await self._shown(post, pictures), instead_of=cid)

    async def delete(self, remote_id: str) -> None:
        rkey, repo = await self._own(remote_id), await self._session.did()
        await self._session.post(
            lambda c: c.com.atproto.repo.delete_record({"repo": repo, "collection": POST, "rkey": rkey})
        )

    async def engagement(self, remote_id: str) -> Engagement:
        try:
            return await listening.engagement(self._session, remote_id)
        except Gone:
            await self._get(remote_id)  # our server has it: the AppView hasn't heard of it yet
            return Engagement()

    async def mentions(self, since: datetime) -> tuple[Response, ...]:
        return await listening.mentions(self._session, since)

    async def aclose(self) -> None:
        await self._session.aclose()

    async def _put(self, rkey: str, made: dict[str, Any], *, instead_of: str | None = None) -> Receipt:
        """Write a record; with `instead_of`, only over the one that has this hash."""
        repo = await self._session.did()
        done = await self._session.post(
            lambda c: c.com.atproto.repo.put_record(
                {"repo": repo, "collection": POST, "rkey": rkey, "record": made, "swap_record": instead_of}
            )
        )
        return _receipt(done.uri)

    async def _get(self, uri: str) -> tuple[str | None, dict[str, Any]]:
        """The hash and the record of anybody's post. Raises `Gone`."""
        repo, collection, rkey = parts(uri)
        found = await self._session.ask(
            lambda c: c.com.atproto.repo.get_record({"repo": repo, "collection": collection, "rkey": rkey})
        )
        return found.cid, plain(found.value)

    async def _own(self, remote_id: str) -> str:
        """The key of a post of our account."""
        repo, _, rkey = parts(remote_id)
        if repo != await self._session.did():
            raise Rejected(
                f"{remote_id} belongs to another account than {self._session.handle}.",
                "Set handle in [channels.bluesky] back to the account that posted it.",
            )
        return rkey

    async def _reply(self, uri: str) -> dict[str, Any]:
        """Parent and root. The root is the one that the parent names: the app shows no thread whose posts disagree on it."""
        try:
            cid, parent = await self._get(uri)
        except Gone as error:
            raise Rejected(
                f"What it answers isn't there any more: {uri}.", "Drop it, or answer another post."
            ) from error
        named = {"uri": uri, "cid": cid}
        return {"parent": named, "root": parent["reply"]["root"] if "reply" in parent else named}

    async def _pictures(self, post: OutgoingPost) -> list[Picture]:
        """Read before any call is made, so that a bad image leaves nothing half done."""
        return [await load(self._workspace, i, max_bytes=IMAGE_BYTES, max_side=IMAGE_SIDE) for i in post.images]

    async def _shown(self, post: OutgoingPost, pictures: list[Picture]) -> dict[str, Any]:
        """Upload the images; what the record says of them. A server forgets those that no post comes to name."""
        images = [
            {
                "alt": image.alt,
                "image": await self._session.prepare(partial(_upload, picture)),
                "aspectRatio": {"width": picture.width, "height": picture.height},
            }
            for image, picture in zip(post.images, pictures, strict=True)
        ]
        return {"embed": {"$type": "app.bsky.embed.images", "images": images}} if images else {}


async def _upload(picture: Picture, client: AsyncClient) -> dict[str, Any]:
    """The server's name for an image. The library's own `upload_blob` calls httpx in a way that it warns of."""
    from atproto import models
    from atproto_client.models.utils import get_response_model

    headers = {"Content-Type": picture.mime}
    answer = await client.invoke_procedure("com.atproto.repo.uploadBlob", content=picture.data, headers=headers)
    return plain(get_response_model(answer, models.ComAtprotoRepoUploadBlob.Response).blob)


def _rkey(post: OutgoingPost) -> str:
    try:
        return tid(post.published_at, post.key)
    except ValueError as error:
        raise Rejected(f"{post.key} can't be named: {error}", "Give published_at in UTC.") from error


def _receipt(uri: str) -> Receipt:
    return Receipt(url=address(uri), remote_id=uri)
