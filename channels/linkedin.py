"""LinkedIn's Posts API (learn.microsoft.com/linkedin, Posts API). Not yet proven against the real service.

Posts carry no key of ours, and reading them back takes a permission that few applications have: what became of a call that
broke off can't be known. LinkedIn refuses a text that the account has posted before, and names the post.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

import httpx

from channels.http import TIMEOUT, Api
from channels.images import load
from channels.opening import NotConfigured, Opening
from channels.sameness import letters
from state.channels import Gone, OutcomeUnknown, OutgoingPost, Receipt, Rejected, Strength

VERSION = "202605"
"""The month of the API that is asked for. LinkedIn keeps one for at least a year (Versioning)."""
IMAGE_BYTES, IMAGE_SIDE = 8 * 2**20, 6000
"""LinkedIn takes less than 36,152,320 pixels (Images API): the square of this side."""
_TITLE = 400
"""Characters of a link card's title."""
_RESERVED = re.compile(r"[|{}@\[\]()<>\\*_~]|#(?![^\W\d_])|(?<=\S)#")
"""The little text format's reserved characters. `#word` is left to be a hashtag."""


def open_channel(opening: Opening) -> LinkedinChannel:
    """Options: `author`, the URN of a person or an organization; `version`, a month of the API; `server`."""
    opening.knows("author", "version", "server")
    author = opening.need("author", "urn:li:person:abc123")
    if not re.fullmatch(r"urn:li:(person|organization):[\w-]+", author):
        raise NotConfigured(
            f"[channels.linkedin] author is urn:li:person:... or urn:li:organization:..., not {author!r}."
        )
    version = opening.options.get("version", VERSION)
    if not re.fullmatch(r"20\d{4}", version):
        raise NotConfigured(f"[channels.linkedin] version is a year and a month such as {VERSION}, not {version!r}.")
    token = opening.secret("LINKEDIN_ACCESS_TOKEN", "an access token with w_member_social or w_organization_social")
    headers = {
        "Authorization": f"Bearer {token.get_secret_value()}",
        "LinkedIn-Version": version,
        "X-Restli-Protocol-Version": "2.0.0",
    }
    server = opening.address("server", "https://api.linkedin.com", "https://api.linkedin.com")
    return LinkedinChannel(server, headers, author=author, workspace=opening.workspace)


class LinkedinChannel:
    """One person's or organization's posts."""

    name: ClassVar[str] = "linkedin"
    strength: ClassVar[Strength] = Strength.NONE

    def __init__(
        self, server: str, headers: Mapping[str, str], *, author: str, workspace: Path, timeout: float = TIMEOUT
    ) -> None:
        self.author, self.workspace = author, workspace
        mend = "Set LINKEDIN_ACCESS_TOKEN to a new token: one holds for 60 days."
        self._api = Api("LinkedIn", server, mend=mend, headers=headers, timeout=timeout)

    async def send(self, post: OutgoingPost) -> Receipt:
        body = {
            "author": self.author,
            "commentary": little(post.text),
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        if content := await self._content(post):
            body["content"] = content
        response = await self._api.act("POST", "/rest/posts", json=body, absent=(422,))
        if response.status_code == 422:
            return await self._duplicate(response, post)
        with self._api.understood(acts=True):
            return _receipt(response.headers["x-restli-id"])

    async def find(self, post: OutgoingPost) -> Receipt | None:
        """None: without a permission to read, nothing can be found."""
        return None

    async def edit(self, post: OutgoingPost, remote_id: str) -> Receipt:
        """Replace the words; a link card or an image stays as it is."""
        response = await self._api.act(
            "POST",
            _path(remote_id),
            json={"patch": {"$set": {"commentary": little(post.text)}}},
            headers={"X-RestLi-Method": "PARTIAL_UPDATE"},
            absent=(404, 410),
        )
        if response.status_code >= 400:
            raise Gone(f"LinkedIn doesn't have {remote_id}")
        return _receipt(remote_id)

    async def delete(self, remote_id: str) -> None:
        headers = {"X-RestLi-Method": "DELETE"}
        await self._api.act("DELETE", _path(remote_id), headers=headers, absent=(404, 410))

    async def aclose(self) -> None:
        await self._api.aclose()

    async def _content(self, post: OutgoingPost) -> dict[str, Any] | None:
        """An image, or else a card for the article, which LinkedIn doesn't make by itself from a link in the text."""
        if post.images:
            return {"media": {"id": await self._upload(post), "altText": post.images[0].alt}}
        if post.canonical:
            title = post.title or post.text.strip().partition("\n")[0]
            return {"article": {"source": post.canonical, "title": title[:_TITLE], "description": post.summary or ""}}
        return None

    async def _upload(self, post: OutgoingPost) -> str:
        """Upload the image of a post; the URN that names it. Nothing is posted by that."""
        picture = await load(self.workspace, post.images[0], max_bytes=IMAGE_BYTES, max_side=IMAGE_SIDE)
        asked = {"initializeUploadRequest": {"owner": self.author}}
        begun = await self._api.ask("POST", "/rest/images", params={"action": "initializeUpload"}, json=asked)
        with self._api.understood(acts=False):
            value = begun.json()["value"]
            url, urn = value["uploadUrl"], value["image"]
        self._check_ours(url)
        await self._api.ask("PUT", url, content=picture.data)
        return str(urn)

    def _check_ours(self, url: str) -> None:
        """The token goes along, so an address to upload to must be LinkedIn's."""
        host = urlsplit(url).hostname or ""
        if host != self._api.host and not host.endswith(".linkedin.com"):
            raise Rejected(f"LinkedIn names {host} to upload an image to, which isn't its own.", "Post it without one.")

    async def _duplicate(self, response: httpx.Response, post: OutgoingPost) -> Receipt:
        """A text that LinkedIn has is ours if it can be read and says the same. It may name a post that was deleted long since."""
        named = re.search(r"duplicate of (urn:li:\w+:\w+)", response.text)
        if named is None:
            raise Rejected(
                f"LinkedIn refused it: 422 {response.text[:300]}.", "Change what it names, and review it again."
            )
        there = await self._api.ask("GET", _path(named[1]), absent=(401, 403, 404))
        if there.status_code == 404:
            raise Rejected(
                f"LinkedIn takes it for a duplicate of {named[1]}, which isn't there any more.", "Change its words."
            )
        if there.status_code != 200:
            raise OutcomeUnknown(f"LinkedIn has {named[1]} in these words already, and doesn't let us read it")
        with self._api.understood(acts=True):
            same = _says(there.json()["commentary"], post.text)
        if not same:
            raise Rejected(f"LinkedIn takes it for a duplicate of {named[1]}.", "Change its words.")
        return _receipt(named[1], detail="LinkedIn had it already")


def little(text: str) -> str:
    """Plain text in LinkedIn's little text format: an unescaped reserved character would end the post there."""
    return _RESERVED.sub(r"\\\g<0>", text)


def _says(commentary: str, text: str) -> bool:
    """Whether a post's little text says this; LinkedIn gives a hashtag back as a template."""
    return letters(re.sub(r"\{hashtag\|\\?#\|(.*?)\}", r"#\1", commentary)) == letters(text)


def _path(urn: str) -> str:
    return f"/rest/posts/{quote(urn, safe='')}"


def _receipt(urn: str, detail: str = "") -> Receipt:
    return Receipt(url=f"https://www.linkedin.com/feed/update/{urn}/", remote_id=urn, detail=detail)
