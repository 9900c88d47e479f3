"""Comments under a Ghost post. One is named by its post's id and its own: `65a1.../c65b2...`.

In Ghost members comment, and not its staff: an integration can answer as a member, and take comments down, but change none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from channels.blog import same_words
from channels.ghost_admin import Admin
from channels.html import words_of
from state.channels import Engagement, Gone, Kind, OutgoingPost, Receipt, Rejected, Response


def is_comment(remote_id: str) -> bool:
    return "/c" in remote_id


@dataclass(frozen=True)
class _Place:
    """Where an answer goes. Threads are one level deep, and say within them what is answered."""

    article: str
    url: str
    thread: str | None = None
    answered: str | None = None

    def has(self, comment: dict[str, Any]) -> bool:
        return (comment["parent_id"], comment["in_reply_to_id"]) == (self.thread, self.answered)

    def fields(self) -> dict[str, str | None]:
        if self.thread is None:
            return {"post_id": self.article}
        return {"parent_id": self.thread, "in_reply_to_id": self.answered}

    def receipt(self, comment: dict[str, Any]) -> Receipt:
        return Receipt(url=f"{self.url}#ghost-comments-{comment['id']}", remote_id=f"{self.article}/c{comment['id']}")


class Comments:
    """`member` is the e-mail address of the one who answers; empty where nobody does."""

    def __init__(self, admin: Admin, member: str) -> None:
        self._admin, self._member = admin, member

    async def send(self, post: OutgoingPost) -> Receipt:
        if there := await self.find(post):
            return there
        author, place = await self._author(), await self._place(post.reply_to or "")
        if author is None:
            raise Rejected(
                f"Ghost has no member {self._member!r} to answer as.",
                "Set member in [channels.ghost] to the e-mail address of a member of the site, then send again.",
            )
        if place is None:
            raise Rejected(f"Ghost doesn't have {post.reply_to} any more, which this answers.", "Drop this reply.")
        entry = {**place.fields(), "member_id": author, "html": _html(post.text)}
        return place.receipt(await self._admin.put("POST", "comments/", entry))

    async def find(self, post: OutgoingPost) -> Receipt | None:
        """Look for a comment of the member's in that place that says this."""
        author, place = await self._author(), await self._place(post.reply_to or "")
        if author is None or place is None:
            return None
        ours = await self._listed(f"post_id:'{place.article}'+member_id:'{author}'")
        there = (c for c in ours if place.has(c) and same_words(c["html"], post.text))
        return next(map(place.receipt, there), None)

    async def edit(self, post: OutgoingPost, remote_id: str) -> Receipt:
        """Find it, if it says this already: what a comment says can't be changed. Raises Gone or Rejected."""
        there = await self._admin.get(_path(remote_id), absent=(404,))
        if there is None or there["status"] == "deleted":
            raise Gone(f"Ghost doesn't have the comment {remote_id} any more.")
        if not same_words(there["html"], post.text):
            raise Rejected("Ghost lets nobody but its member change a comment.", "Delete it and answer anew.")
        return Receipt(url=None, remote_id=remote_id)

    async def delete(self, remote_id: str) -> None:
        await self._admin.put("PUT", _path(remote_id), {"status": "deleted"}, absent=(404,))

    async def engagement(self, article: dict[str, Any]) -> Engagement:
        """All comments that readers see under a post."""
        place = _Place(article["id"], article["url"])
        found = await self._listed(f"post_id:'{place.article}'+status:published")
        return Engagement(counts={Kind.REPLY: len(found)}, responses=tuple(self._response(c, place) for c in found))

    async def _listed(self, which: str) -> list[dict[str, Any]]:
        return await self._admin.everything("comments/", {"filter": which, "order": "created_at asc, id asc"})

    async def _place(self, remote_id: str) -> _Place | None:
        """None where the post or the comment isn't there any more."""
        number = remote_id.partition("/c")[0]
        article = await self._admin.get(f"posts/{number}/", {"fields": "id,url"}, absent=(404,))
        if article is None:
            return None
        if not is_comment(remote_id):
            return _Place(number, article["url"])
        answered = await self._admin.get(_path(remote_id), absent=(404,))
        if answered is None:
            return None
        thread = answered["parent_id"]
        return _Place(number, article["url"], thread or answered["id"], answered["id"] if thread else None)

    async def _author(self) -> str | None:
        """The member's id."""
        email = self._member.replace("'", "\\'")
        member = email and await self._admin.get("members/", {"filter": f"email:'{email}'"})
        return member["id"] if member else None

    def _response(self, comment: dict[str, Any], place: _Place) -> Response:
        member = comment["member"] or {}
        receipt = place.receipt(comment)
        answered = comment["in_reply_to_id"] or comment["parent_id"]
        return Response(
            remote_id=receipt.remote_id,
            kind=Kind.REPLY,
            author=member.get("name") or "a former member",
            text=words_of(comment["html"]),
            url=receipt.url,
            at=datetime.fromisoformat(comment["created_at"]),
            to=f"{place.article}/c{answered}" if answered else place.article,
            ours=bool(self._member) and member.get("email") == self._member,
        )


def _html(text: str) -> str:
    paragraphs = (escape(part, quote=False).replace("\n", "<br>") for part in text.strip().split("\n\n"))
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def _path(remote_id: str) -> str:
    return f"comments/{remote_id.partition('/c')[2]}/"
