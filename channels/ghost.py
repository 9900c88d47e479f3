"""Ghost: articles by its Admin API.

An internal tag `#fw-<key>` marks a post from its first draft on, unseen by readers. Whoever sends looks for it first: a
draft that a crash left is completed, and never made a second time. Members are sent nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from channels.blog import Upload, is_upload, same_html, upload_of
from channels.ghost_admin import Admin, key_of
from channels.ghost_comments import Comments, is_comment
from channels.html import article_html
from channels.http import TIMEOUT
from channels.opening import Opening
from state.channels import Engagement, Gone, OutgoingPost, Receipt, Response, Strength, Unreachable

_TRIES = 4
"""How often an update is begun anew because somebody else's came between."""


def open_channel(opening: Opening) -> GhostChannel:
    """Its options are `url`, the site's address, and `member`, the e-mail address of the member who answers comments."""
    opening.knows("url", "member")
    url = opening.address("url", "https://example.org")
    member = opening.options.get("member", "").strip()
    return GhostChannel(url, key_of(opening), opening.workspace, member=member, language=opening.site.language)


class GhostChannel:
    """Publishes articles, and answers comments on them: a post whose `reply_to` names something there is a comment."""

    name: ClassVar[str] = "ghost"
    strength: ClassVar[Strength] = Strength.LOOKUP

    def __init__(
        self,
        url: str,
        key: SecretStr,
        workspace: Path,
        *,
        member: str = "",
        language: str = "en",
        timeout: float = TIMEOUT,
    ) -> None:
        self._workspace, self._language = workspace, language
        self._admin = Admin(url, key, timeout=timeout)
        self._comments = Comments(self._admin, member)

    async def send(self, post: OutgoingPost) -> Receipt:
        """Publish the post, in the place of whatever bears its marker."""
        if post.reply_to:
            return await self._comments.send(post)
        image = await upload_of(post, self._workspace)
        there = await self._marked(post.key) or await self._draft(post)
        return await self._publish(post, there, image, slug=post.slug)

    async def find(self, post: OutgoingPost) -> Receipt | None:
        if post.reply_to:
            return await self._comments.find(post)
        there = await self._marked(post.key)
        return (
            _receipt(there) if there and there["status"] == "published" and _says(there, post, self._language) else None
        )

    async def edit(self, post: OutgoingPost, remote_id: str) -> Receipt:
        """Its address stays: Ghost doesn't lead on from an old one, and what leads there isn't changed with it."""
        if is_comment(remote_id):
            return await self._comments.edit(post, remote_id)
        image = await upload_of(post, self._workspace)
        return await self._publish(post, await self._there(remote_id), image)

    async def delete(self, remote_id: str) -> None:
        """Take it down for good: Ghost has no bin."""
        if is_comment(remote_id):
            await self._comments.delete(remote_id)
        else:
            await self._admin.delete(f"posts/{remote_id}/")

    async def engagement(self, remote_id: str) -> Engagement:
        return await self._comments.engagement(await self._there(remote_id))

    async def mentions(self, since: datetime) -> tuple[Response, ...]:
        """None: integrations aren't told of those that Ghost knows."""
        return ()

    async def aclose(self) -> None:
        await self._admin.aclose()

    async def _there(self, number: str) -> dict[str, Any]:
        there = await self._admin.get(f"posts/{number}/", absent=(404,))
        if there is None:
            raise Gone(f"Ghost doesn't have the post {number} any more.")
        return there

    async def _marked(self, key: str) -> dict[str, Any] | None:
        """The published post with this marker, else the oldest one."""
        query = {"filter": f"tag:hash-{_marker(key)}", "formats": "html", "order": "id asc"}
        found = await self._admin.everything("posts/", query)
        return min(found, key=lambda post: post["status"] != "published", default=None)

    async def _draft(self, post: OutgoingPost) -> dict[str, Any]:
        """Make a draft with the marker. Where another process has been faster, its post is the one, and the draft goes."""
        fields = {"title": post.title, "status": "draft", "tags": [{"name": f"#{_marker(post.key)}"}]}
        draft = await self._admin.put("POST", "posts/", fields)
        first = await self._marked(post.key)
        if first is None or first["id"] == draft["id"]:
            return draft
        await self._admin.delete(f"posts/{draft['id']}/")
        return first

    async def _publish(
        self, post: OutgoingPost, there: dict[str, Any], image: Upload | None, **rest: str | None
    ) -> Receipt:
        fields = _fields(post, self._language) | rest
        if image:
            fields |= {"feature_image": await self._uploaded(image, there), "feature_image_alt": image.alt}
        elif is_upload(_stem(there)):  # ours, and taken off since; one that a person chose there stays
            fields |= {"feature_image": None, "feature_image_alt": None}
        for _ in range(_TRIES):
            stamped = {**fields, "updated_at": there["updated_at"]}
            done = await self._admin.put("PUT", f"posts/{there['id']}/", stamped, absent=(409,))
            if done:
                return _receipt(done)
            there = await self._there(there["id"])
        raise Unreachable(f"Somebody else keeps changing {there['url']}.")

    async def _uploaded(self, image: Upload, there: dict[str, Any]) -> str:
        """The address of the image: what the post has already, where it is the same one. Ghost lists no uploads."""
        return str(there["feature_image"]) if image.is_called(_stem(there)) else await self._admin.upload(image)


def _stem(there: dict[str, Any]) -> str:
    """What the image above the article is called; empty where there is none."""
    return PurePosixPath(urlsplit(there["feature_image"] or "").path).stem


def _marker(key: str) -> str:
    return f"fw-{key}"


def _fields(post: OutgoingPost, language: str) -> dict[str, Any]:
    return {
        "title": post.title,
        "html": _html(post, language),
        "custom_excerpt": post.summary or None,
        "canonical_url": post.canonical,
        "published_at": post.published_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "status": "published",
    }


def _html(post: OutgoingPost, language: str) -> str:
    """One HTML card, which Ghost keeps as it is; of other HTML it would make blocks of its own, without asides and ids."""
    return f"<!--kg-card-begin: html-->\n{article_html(post, language)}<!--kg-card-end: html-->"


def _says(there: dict[str, Any], post: OutgoingPost, language: str) -> bool:
    said = (there["title"], there["custom_excerpt"] or "")
    return said == (post.title, post.summary or "") and same_html(there["html"] or "", _html(post, language))


def _receipt(there: dict[str, Any]) -> Receipt:
    return Receipt(url=there["url"], remote_id=there["id"])
