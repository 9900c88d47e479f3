"""X's API, version 2 (docs.x.com). Not yet proven against the real service.

Each post is billed, so the channel wants to be told what one costs. A post carries no key of ours, and reading is billed too:
what became of a call that broke off can't be known.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, ClassVar

from channels.http import TIMEOUT, Api, refusal
from channels.images import load
from channels.opening import NotConfigured, Opening
from state.channels import OutgoingImage, OutgoingPost, Receipt, Rejected, Strength, Unauthorized

MILLION = 1_000_000
IMAGE_BYTES, IMAGE_SIDE = 5_000_000, 4096
"""X takes 5 MB (Media best practices)."""


def open_channel(opening: Opening) -> XChannel:
    """Options: `price`, what one post costs in US dollars by your plan; `server`."""
    opening.knows("price", "server")
    price = _price(opening.need("price", "0.01"))
    token = opening.secret("X_ACCESS_TOKEN", "an OAuth 2.0 user token with tweet.write, users.read and media.write")
    headers = {"Authorization": f"Bearer {token.get_secret_value()}"}
    return XChannel(
        opening.address("server", "https://api.x.com", "https://api.x.com"),
        headers,
        price=price,
        workspace=opening.workspace,
    )


class XChannel:
    """One account. Posts of a thread answer one another."""

    name: ClassVar[str] = "x"
    strength: ClassVar[Strength] = Strength.NONE

    def __init__(
        self, server: str, headers: Mapping[str, str], *, price: int, workspace: Path, timeout: float = TIMEOUT
    ) -> None:
        """`price` is in millionths of a US dollar."""
        self.price, self.workspace = price, workspace
        self._mend = "Set X_ACCESS_TOKEN to a new token: one holds for two hours, or is renewed with offline.access."
        self._api = Api("X", server, mend=self._mend, headers=headers, timeout=timeout)

    async def send(self, post: OutgoingPost) -> Receipt:
        body: dict[str, Any] = {"text": post.text}
        if post.reply_to:
            body["reply"] = {"in_reply_to_tweet_id": post.reply_to}
        if post.images:
            body["media"] = {"media_ids": [await self._upload(image) for image in post.images]}
        response = await self._api.act("POST", "/2/tweets", json=body, absent=(402, 403))
        if response.status_code == 402:
            raise Unauthorized("X posts nothing more: the account's credits are used up.", "Buy credits for it.")
        if response.status_code == 403 and "duplicate" in response.text.lower():
            raise Rejected("X has a post of yours in these words already.", "Look for it there; else change its words.")
        if error := refusal("X", self._mend, response, acts=True):
            raise error
        with self._api.understood(acts=True):
            id_ = str(response.json()["data"]["id"])
        return Receipt(url=f"https://x.com/i/status/{id_}", remote_id=id_, cost=self.price)

    async def find(self, post: OutgoingPost) -> Receipt | None:
        """None: reading back is billed by the post, and no marker would tell ours from another."""
        return None

    async def delete(self, remote_id: str) -> None:
        await self._api.act("DELETE", f"/2/tweets/{remote_id}", absent=(404, 410))

    async def aclose(self) -> None:
        await self._api.aclose()

    async def _upload(self, image: OutgoingImage) -> str:
        """Upload an image and describe it; the id that names it. Nothing is posted by that."""
        picture = await load(self.workspace, image, max_bytes=IMAGE_BYTES, max_side=IMAGE_SIDE)
        upload = {
            "media": base64.b64encode(picture.data).decode(),
            "media_category": "tweet_image",
            "media_type": picture.mime,
        }
        uploaded = await self._api.ask("POST", "/2/media/upload", json=upload)
        with self._api.understood(acts=False):
            id_ = str(uploaded.json()["data"]["id"])
        described = {"id": id_, "metadata": {"alt_text": {"text": image.alt}}}
        await self._api.ask("POST", "/2/media/metadata", json=described)
        return id_


def _price(dollars: str) -> int:
    try:
        price = Decimal(dollars)
        sound = 0 <= price < 1000
    except InvalidOperation:
        sound = False
    if not sound:
        raise NotConfigured(f"[channels.x] price is what one post costs in US dollars, such as 0.01, not {dollars!r}.")
    return int(price * MILLION)
