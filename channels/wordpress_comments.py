"""Comments under a WordPress post. One is named by its post's id and its own: `12/c34`."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any

from channels.blog import same_words
from channels.html import words_of
from channels.wordpress_rest import Query, Rest, code_of
from state.channels import Engagement, Gone, Kind, OutgoingPost, Receipt, Rejected, Response, Unreachable

_FIELDS = "id,post,parent,author,author_name,content,date_gmt,link,status"
_PAUSE = 15.0
"""Seconds that WordPress wants between two comments of one user (check_comment_flood_db)."""


def is_comment(remote_id: str) -> bool:
    return "/c" in remote_id


class Comments:
    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def send(self, post: OutgoingPost) -> Receipt:
        if there := await self.find(post):
            return there
        article, parent = _parts(post.reply_to or "")
        fields = {"post": article, "parent": parent, "content": escape(post.text, quote=False)}
        response = await self._rest.post("comments", absent=(400, 409), json=fields)
        if response.is_success:
            return _receipt(response.json())
        if code_of(response) == "comment_flood":
            raise Unreachable("WordPress wants a pause between comments.", retry_after=_PAUSE)
        if there := await self.find(post):
            return there
        said = str(response.json().get("message", code_of(response))).rstrip(".")
        raise Rejected(f"WordPress refused the comment: {said}.", "Change it, and review it again.")

    async def find(self, post: OutgoingPost) -> Receipt | None:
        """Look for a comment of ours in that place that says this: WordPress itself takes no second one there."""
        article, parent = _parts(post.reply_to or "")
        query: Query = {
            "post": article,
            "parent": parent,
            "author": await self._rest.me(),
            "status": "all",
            "_fields": _FIELDS,
        }
        ours = await self._rest.everything("comments", query)
        return next((_receipt(c) for c in ours if same_words(c["content"]["rendered"], post.text)), None)

    async def edit(self, post: OutgoingPost, remote_id: str) -> Receipt:
        route = f"comments/{_parts(remote_id)[1]}"
        there = await self._rest.get(route, {"_fields": "status"}, absent=(404,))
        if there.status_code == 404 or there.json()["status"] == "trash":
            raise Gone(f"WordPress doesn't have the comment {remote_id} any more.")
        return _receipt((await self._rest.post(route, json={"content": escape(post.text, quote=False)})).json())

    async def delete(self, remote_id: str) -> None:
        await self._rest.delete(f"comments/{_parts(remote_id)[1]}")

    async def engagement(self, remote_id: str) -> Engagement:
        """All comments that readers see under a post."""
        query: Query = {"post": remote_id, "order": "asc", "orderby": "date_gmt", "_fields": _FIELDS}
        found = await self._rest.everything("comments", query)
        me = await self._rest.me()
        return Engagement(counts={Kind.REPLY: len(found)}, responses=tuple(_response(c, me) for c in found))


def _parts(remote_id: str) -> tuple[int, int]:
    """The ids of the post and the comment; 0 where it is the post itself, as WordPress has it."""
    article, _, comment = remote_id.partition("/c")
    return int(article), int(comment or 0)


def _name(article: int, comment: int) -> str:
    return f"{article}/c{comment}" if comment else str(article)


def _receipt(comment: dict[str, Any]) -> Receipt:
    held = "" if comment["status"] == "approved" else "It waits for a moderator."
    return Receipt(url=comment["link"], remote_id=_name(comment["post"], comment["id"]), detail=held)


def _response(comment: dict[str, Any], me: int) -> Response:
    return Response(
        remote_id=_name(comment["post"], comment["id"]),
        kind=Kind.REPLY,
        author=comment["author_name"],
        text=words_of(comment["content"]["rendered"]),
        url=comment["link"],
        at=datetime.fromisoformat(comment["date_gmt"]).replace(tzinfo=UTC),
        to=_name(comment["post"], comment["parent"]),
        ours=comment["author"] == me,
    )
