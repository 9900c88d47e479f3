"""dev.to, or another Forem, by its API (developers.forem.com/api/v1). Not yet proven against the real service.

A Forem has no client-chosen id. An article is known by its canonical URL, which is unique there; one that is at home on the
Forem has none, and carries a line that no reader sees.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

import httpx

from channels.http import TIMEOUT, Api
from channels.markdown import OFFER_CLOSES, OFFER_OPENS, SOURCES
from channels.opening import Opening
from channels.prose import prose
from state.channels import Engagement, Gone, Kind, OutgoingPost, Receipt, Response, Strength, Unreachable

PAGE, PAGES = 100, 50
"""Articles of a page, and pages that are read before a look-up gives up."""
_SOURCES = re.compile(rf"\n## (?:{'|'.join(map(re.escape, sorted(SOURCES)))})\n")
_MARKER = "[//]: # (content-flywheel {key})"
"""A link reference that nothing refers to: Markdown's renderers leave it out."""


def open_channel(opening: Opening) -> DevtoChannel:
    """Its one option is `server` (https://dev.to unless set)."""
    opening.knows("server")
    server = opening.address("server", "https://dev.to", "https://dev.to")
    key = opening.secret("DEVTO_API_KEY", "an API key (Settings, Extensions)")
    headers = {"api-key": key.get_secret_value(), "accept": "application/vnd.forem.api-v1+json"}
    return DevtoChannel(server, headers)


class DevtoChannel:
    """One account's articles."""

    name: ClassVar[str] = "devto"
    strength: ClassVar[Strength] = Strength.LOOKUP

    def __init__(self, server: str, headers: Mapping[str, str], *, timeout: float = TIMEOUT) -> None:
        self.server = server
        mend = f"Set DEVTO_API_KEY to a key of {server} (Settings, Extensions)."
        self._api = Api(server, server, mend=mend, headers=headers, timeout=timeout)
        self._sent: dict[str, str] = {}
        """By key, the ids of articles that were sent and not yet looked for."""

    async def send(self, post: OutgoingPost) -> Receipt:
        """Publish in one call, so that no draft is left behind."""
        response = await self._api.act("POST", "/api/articles", json=_article(post))
        with self._api.understood(acts=True):
            receipt = _receipt(response.json())
        self._sent[post.key] = receipt.remote_id
        return receipt

    async def find(self, post: OutgoingPost) -> Receipt | None:
        """Ask for one that was sent just now by its id, once: all of one's own articles are a lot to read."""
        if (id_ := self._sent.pop(post.key, "")) and (receipt := await self._by_id(id_, post)):
            return receipt
        with self._api.understood(acts=False):
            async for article in self._own():
                if article["published"] and _is(article, post) and _says(article, post):
                    return _receipt(article)
        return None

    async def edit(self, post: OutgoingPost, remote_id: str) -> Receipt:
        """Its canonical URL is said in any case: what is left out stays, and its home may be gone."""
        body = _article(post)
        response = await self._change(remote_id, {"article": {"canonical_url": None, **body["article"]}})
        with self._api.understood(acts=True):
            return _receipt(response.json())

    async def delete(self, remote_id: str) -> None:
        """Make it a draft again: the API takes nothing down for good."""
        try:
            await self._change(remote_id, {"article": {"published": False}})
        except Gone:
            return

    async def engagement(self, remote_id: str) -> Engagement:
        """Who reacted isn't told, only how many."""
        with self._api.understood(acts=False):
            article = await self._listed(remote_id)
            response = await self._api.ask("GET", "/api/comments", params={"a_id": remote_id})
            username = article["user"]["username"]
            found = [self._comment(comment, to, username) for comment, to in _flat(response.json(), remote_id)]
            return _engagement(article, found)

    async def mentions(self, since: datetime) -> tuple[Response, ...]:
        """None: the API doesn't tell of mentions."""
        return ()

    async def aclose(self) -> None:
        await self._api.aclose()

    async def _change(self, remote_id: str, body: Mapping[str, Any]) -> httpx.Response:
        response = await self._api.act("PUT", f"/api/articles/{remote_id}", json=body, absent=(404, 410))
        if response.status_code >= 400:
            raise Gone(f"{self.server} doesn't have the article {remote_id}")
        return response

    async def _by_id(self, id_: str, post: OutgoingPost) -> Receipt | None:
        """Only what is published has an address of its own in the API."""
        response = await self._api.ask("GET", f"/api/articles/{id_}", absent=(404,))
        if response.status_code == 404:
            return None
        with self._api.understood(acts=False):
            article = response.json()
            return _receipt(article) if _is(article, post) and _says(article, post) else None

    async def _own(self) -> AsyncIterator[dict[str, Any]]:
        """Our articles, drafts among them."""
        for page in range(1, PAGES + 1):
            response = await self._api.ask("GET", "/api/articles/me/all", params={"page": page, "per_page": PAGE})
            articles = response.json()
            for article in articles:
                yield article
            if len(articles) < PAGE:
                return
        raise Unreachable(f"{self.server} has more than {PAGE * PAGES} articles of yours: look for this one by hand.")

    async def _listed(self, remote_id: str) -> dict[str, Any]:
        """An article with its page views, which it has in the list of one's own alone."""
        async for article in self._own():
            if str(article["id"]) == remote_id and article["published"]:
                return article
        raise Gone(f"{self.server} doesn't have the article {remote_id}")

    def _comment(self, comment: Mapping[str, Any], to: str, username: str) -> Response:
        author = comment["user"].get("username") or comment["user"].get("name") or "somebody"
        return Response(
            remote_id=comment["id_code"],
            kind=Kind.REPLY,
            author=author,
            text=prose(comment["body_html"]),
            url=f"{self.server}/{author}/comment/{comment['id_code']}",
            at=datetime.fromisoformat(comment["created_at"]),
            to=to,
            ours=author == username,
        )


def body_of(post: OutgoingPost) -> str:
    """Our Markdown as a Forem renders it: offers as plain paragraphs, sources as footnotes, and no Liquid tag of the text's own.

    A Forem runs Liquid over an article first: `{% embed ... %}` in a quotation would be obeyed.
    """
    text = _footnotes("\n".join(_without_fences(post.text.splitlines())))
    text = re.sub(r"\{(?=[{%])", "&#123;", text)
    return text if post.canonical else f"{text}\n\n{_MARKER.format(key=post.key)}"


def _article(post: OutgoingPost) -> dict[str, Any]:
    article = {
        "title": post.title,
        "description": post.summary,
        "body_markdown": body_of(post),
        "canonical_url": post.canonical,
        "published": True,
    }
    return {"article": {name: value for name, value in article.items() if value is not None}}


def _without_fences(lines: list[str]) -> Iterable[str]:
    """Leave out the lines around an offer. One that never closes is left as the text it is."""
    inside = False
    for number, line in enumerate(lines):
        bare = line.strip()
        opens = not inside and bare == OFFER_OPENS and OFFER_CLOSES in (later.strip() for later in lines[number + 1 :])
        closes = inside and bare == OFFER_CLOSES
        inside = opens or (inside and not closes)
        if not (opens or closes):
            yield line


def _footnotes(text: str) -> str:
    """`[[1]](#source-1)` as `[^1]`, and the list of sources as what these refer to (Redcarpet's footnotes)."""
    found = list(_SOURCES.finditer(text))
    if not found:
        return text
    body, sources = text[: found[-1].start()], text[found[-1].end() :]
    body = re.sub(r"\[\[(\d+)\]\]\(#source-\1\)", r"[^\1]", body)
    notes = re.sub(r"^(\d+)\. ", r"[^\1]: ", sources.strip(), flags=re.MULTILINE)
    return f"{body.strip()}\n\n{re.sub(r'(?<=.)$', chr(10), notes, flags=re.MULTILINE).strip()}"


def _is(article: Mapping[str, Any], post: OutgoingPost) -> bool:
    if post.canonical:
        return bool(article["canonical_url"] == post.canonical)
    return _MARKER.format(key=post.key) in article["body_markdown"]


def _says(article: Mapping[str, Any], post: OutgoingPost) -> bool:
    return bool(article["title"] == post.title) and article["body_markdown"].split() == body_of(post).split()


def _flat(comments: Iterable[Mapping[str, Any]], to: str) -> Iterable[tuple[Mapping[str, Any], str]]:
    """Every comment of a thread, with what it answers."""
    for comment in comments:
        yield comment, to
        yield from _flat(comment["children"], comment["id_code"])


def _engagement(article: Mapping[str, Any], comments: Iterable[Response]) -> Engagement:
    return Engagement(
        counts={
            Kind.REPLY: article["comments_count"],
            Kind.LIKE: article["public_reactions_count"],
            Kind.VIEW: article["page_views_count"],
        },
        responses=tuple(sorted(comments, key=lambda comment: comment.at)),
    )


def _receipt(article: Mapping[str, Any]) -> Receipt:
    return Receipt(url=article["url"], remote_id=str(article["id"]))
