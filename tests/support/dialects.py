"""What the scripted server holds, and how each far side would answer: as documented, as far as our channels ask.

Sources: docs.joinmastodon.org/methods; developers.forem.com/api/v1; learn.microsoft.com/linkedin (Posts API, Images API, little
text format); docs.x.com/x-api (posts, media).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import parse_qs, unquote


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body or b"null")

    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Held:
    """One post, as its channel holds it."""

    channel: str
    id: str
    text: str
    fields: dict[str, Any]
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    shown: bool = True


@dataclass
class Store:
    url: str = ""
    token: str = ""
    posts: list[Held] = field(default_factory=list)
    media: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By id: what was said of an image, and how often it was asked for."""
    keys: dict[str, Held] = field(default_factory=dict)
    """What was made under an Idempotency-Key."""
    longest: int = 500
    """Characters that its Mastodon takes."""

    def keep(self, channel: str, text: str, **fields: Any) -> Held:
        post = Held(channel, str(1000 + len(self.posts)), text, fields)
        self.posts.append(post)
        return post

    def get(self, channel: str, id_: str) -> Held | None:
        return next((p for p in self.posts if (p.channel, p.id, p.shown) == (channel, id_, True)), None)

    def same(self, channel: str, text: str) -> Held | None:
        return next((p for p in self.posts if (p.channel, p.text, p.shown) == (channel, text, True)), None)


Route = Callable[[Request, Store, str], Reply]
NOT_FOUND = Reply(404, {"error": "Record not found"})


def acts(request: Request) -> bool:
    """Whether a call changes what readers see. Uploads don't."""
    return request.method != "GET" and not re.search(r"/media\b|/images\b|/upload\b", request.path)


def respond(request: Request, store: Store) -> Reply:
    given = request.headers.get("api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
    if given != store.token:
        return Reply(401, {"error": "The access token was revoked"})
    for method, pattern, route in ROUTES:
        if method == request.method and (found := re.fullmatch(pattern, request.path)):
            return route(request, store, unquote(found[1]) if found.lastindex else "")
    return NOT_FOUND


def _status(post: Held, store: Store) -> dict[str, Any]:
    account = {"id": "1", "username": "flywheel", "acct": "flywheel", "url": f"{store.url}/@flywheel"}
    return {
        "id": post.id,
        "url": f"{store.url}/@flywheel/{post.id}",
        "uri": f"{store.url}/@flywheel/{post.id}",
        "created_at": post.at,
        "content": as_mastodon_shows(post.text),
        "in_reply_to_id": post.fields.get("in_reply_to_id"),
        "in_reply_to_account_id": None,
        "account": account,
        "reblog": None,
        "visibility": post.fields.get("visibility", "public"),
        "spoiler_text": post.fields.get("spoiler_text", ""),
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "media_attachments": [],
    }


def as_mastodon_shows(text: str) -> str:
    """Paragraphs and breaks as tags, links with most of them hidden, mentions without their host."""

    def link(found: re.Match[str]) -> str:
        url = found[0]
        parts = re.fullmatch(r"(https?://(?:www\.)?)(.*)", url)
        assert parts is not None
        scheme, rest = parts.groups()
        hidden, shown, after = (f'<span class="{c}">{p}</span>' for c, p in _cut(scheme, rest))
        return f'<a href="{url}" target="_blank" rel="nofollow noopener" translate="no">{hidden}{shown}{after}</a>'

    html = re.sub(r"https?://[^\s<]*[^\s<.,!?]", link, escape(text, quote=False))
    html = re.sub(
        r"(?<![\w/>])@(\w+)@[\w.-]*\w",
        r'<span class="h-card"><a href="https://elsewhere.example/@\1" class="u-url mention">@<span>\1</span></a></span>',
        html,
    )
    paragraphs = (p.replace("\n", "<br />") for p in re.split(r"\n{2,}", html))
    return "".join(f"<p>{p}</p>" for p in paragraphs)


def _cut(scheme: str, rest: str) -> list[tuple[str, str]]:
    return [("invisible", scheme), ("ellipsis", rest[:30]), ("invisible", rest[30:])]


def _post_status(request: Request, store: Store, _: str) -> Reply:
    form = request.form()
    key = request.headers.get("idempotency-key", "")
    if key in store.keys:
        return Reply(200, _status(store.keys[key], store))
    parent = form.get("in_reply_to_id")
    if parent and not store.get("mastodon", parent):
        return Reply(404, {"error": "The post you are trying to reply to does not appear to exist."})
    post = store.keep("mastodon", form.pop("status"), **form)
    if key:
        store.keys[key] = post
    return Reply(200, _status(post, store))


def _edit_status(request: Request, store: Store, id_: str) -> Reply:
    post = store.get("mastodon", id_)
    if post is None:
        return NOT_FOUND
    post.text = request.form()["status"]
    return Reply(200, _status(post, store))


def _delete(channel: str, reply: Reply) -> Route:
    def route(request: Request, store: Store, id_: str) -> Reply:
        post = store.get(channel, id_)
        if post is None:
            return NOT_FOUND
        post.shown = False
        return reply

    return route


def _get_status(request: Request, store: Store, id_: str) -> Reply:
    post = store.get("mastodon", id_)
    return Reply(200, _status(post, store)) if post else NOT_FOUND


def _own_statuses(request: Request, store: Store, _: str) -> Reply:
    limit, below = int(request.query.get("limit", ["20"])[0]), request.query.get("max_id", [""])[0]
    newest = [p for p in reversed(store.posts) if p.channel == "mastodon" and p.shown]
    return Reply(200, [_status(p, store) for p in newest if not below or int(p.id) < int(below)][:limit])


def _post_media(request: Request, store: Store, _: str) -> Reply:
    id_ = str(len(store.media) + 1)
    parts = dict(re.findall(rb'name="(\w+)"[^\r]*\r\n(?:[\w-]+:[^\r]*\r\n)*\r\n(.*?)\r\n--', request.body, re.DOTALL))
    store.media[id_] = {
        "description": parts.get(b"description", b"").decode(),
        "asked": 0,
        "bytes": len(parts[b"file"]),
    }
    return Reply(202, {"id": id_, "type": "image", "url": None, "description": store.media[id_]["description"]})


def _get_media(request: Request, store: Store, id_: str) -> Reply:
    image = store.media[id_]
    image["asked"] += 1
    done = image["asked"] > 1
    url = f"{store.url}/{id_}.png" if done else None
    return Reply(200 if done else 206, {"id": id_, "type": "image", "url": url, "description": image["description"]})


def _instance(request: Request, store: Store, _: str) -> Reply:
    limits = {"statuses": {"max_characters": store.longest, "characters_reserved_per_url": 23}}
    return Reply(200, {"version": "4.2.0", "domain": "scripted.example", "configuration": limits})


def _article(post: Held, store: Store) -> dict[str, Any]:
    address = f"{store.url}/flywheel/article-{post.id}"
    return {
        "type_of": "article",
        "id": int(post.id),
        "title": post.fields["title"],
        "published": post.shown,
        "url": address,
        "canonical_url": post.fields.get("canonical_url") or address,
        "body_markdown": post.text,
        "comments_count": len(post.fields.get("comments", ())),
        "public_reactions_count": 3,
        "page_views_count": 41,
        "user": {"username": "flywheel"},
    }


def _post_article(request: Request, store: Store, _: str) -> Reply:
    article = request.json()["article"]
    canonical = article.get("canonical_url")
    if canonical and any(p.fields.get("canonical_url") == canonical for p in store.posts):
        return Reply(422, {"error": "Validation failed: Canonical url has already been taken", "status": 422})
    text, shown = article.pop("body_markdown"), article.pop("published")
    post = store.keep("devto", text, **article)
    post.shown = shown
    return Reply(201, _article(post, store))


def _put_article(request: Request, store: Store, id_: str) -> Reply:
    post = next((p for p in store.posts if (p.channel, p.id) == ("devto", id_)), None)
    if post is None:
        return Reply(404, {"error": "not found", "status": 404})
    change = request.json()["article"]
    post.text = change.pop("body_markdown", post.text)
    post.shown = change.pop("published", post.shown)
    post.fields |= change
    return Reply(200, _article(post, store))


def _get_article(request: Request, store: Store, id_: str) -> Reply:
    post = store.get("devto", id_)
    return Reply(200, _article(post, store)) if post else Reply(404, {"error": "not found", "status": 404})


def _own_articles(request: Request, store: Store, _: str) -> Reply:
    page, size = (int(request.query[name][0]) for name in ("page", "per_page"))
    newest = [p for p in reversed(store.posts) if p.channel == "devto"]
    return Reply(200, [_article(p, store) for p in newest[(page - 1) * size : page * size]])


def _comments(request: Request, store: Store, _: str) -> Reply:
    post = store.get("devto", request.query["a_id"][0])
    return Reply(200, post.fields.get("comments", [])) if post else NOT_FOUND


def _post_linkedin(request: Request, store: Store, _: str) -> Reply:
    wanted = {"linkedin-version": r"\d{6}", "x-restli-protocol-version": r"2\.0\.0"}
    if not all(re.fullmatch(value, request.headers.get(name, "")) for name, value in wanted.items()):
        return Reply(400, {"code": "VERSION_MISSING", "message": "A version must be present.", "status": 400})
    body = request.json()
    text = from_little(body.pop("commentary"))
    if there := store.same("linkedin", text):
        said = {"description": "Duplicate post is detected", "code": "DUPLICATE_POST"}
        message = f"Content is a duplicate of urn:li:share:{there.id}"
        return Reply(422, {"message": message, "errorDetails": {"inputErrors": [said]}, "status": 422})
    post = store.keep("linkedin", text, **body)
    return Reply(201, None, {"x-restli-id": f"urn:li:share:{post.id}"})


def _change_linkedin(request: Request, store: Store, urn: str) -> Reply:
    post = store.get("linkedin", urn.rpartition(":")[2])
    if post is None or request.headers.get("x-restli-method") != "PARTIAL_UPDATE":
        return Reply(404, {"message": "Not found", "status": 404})
    post.text = from_little(request.json()["patch"]["$set"]["commentary"])
    return Reply(204)


def _get_linkedin(request: Request, store: Store, urn: str) -> Reply:
    post = store.get("linkedin", urn.rpartition(":")[2])
    if post is None:
        return Reply(404, {"status": 404})
    little = re.sub(r"(?<![^\s])\\#([^\W\d_]\w*)", r"{hashtag|\\#|\1}", to_little(post.text))
    return Reply(200, {"id": urn, "commentary": little})


def _delete_linkedin(request: Request, store: Store, urn: str) -> Reply:
    if post := store.get("linkedin", urn.rpartition(":")[2]):
        post.shown = False
    return Reply(204)


def from_little(text: str) -> str:
    """Read LinkedIn's little text format. A reserved character that isn't escaped ends the text, as it does there."""
    shown = re.match(r"(?:\\.|(?<![^\s])#(?=[^\W\d])|[^|{}@\[\]()<>#\\*_~])*", text, re.DOTALL)
    assert shown is not None
    return re.sub(r"\\(.)", r"\1", shown[0])


def to_little(text: str) -> str:
    return re.sub(r"[|{}@\[\]()<>#\\*_~]", r"\\\g<0>", text)


def _init_image(request: Request, store: Store, _: str) -> Reply:
    id_ = str(len(store.media) + 1)
    store.media[id_] = {"owner": request.json()["initializeUploadRequest"]["owner"]}
    return Reply(200, {"value": {"uploadUrl": f"{store.url}/upload/{id_}", "image": f"urn:li:image:{id_}"}})


def _put_image(request: Request, store: Store, id_: str) -> Reply:
    store.media[id_]["bytes"] = len(request.body)
    return Reply(201)


def _post_tweet(request: Request, store: Store, _: str) -> Reply:
    body = request.json()
    if store.same("x", body["text"]):
        return Reply(403, {"detail": "You are not allowed to create a Tweet with duplicate content.", "status": 403})
    post = store.keep("x", body.pop("text"), **body)
    return Reply(201, {"data": {"id": post.id, "text": post.text}})


def _upload_tweet_image(request: Request, store: Store, _: str) -> Reply:
    id_ = str(len(store.media) + 1)
    store.media[id_] = request.json()
    return Reply(200, {"data": {"id": id_, "media_key": f"3_{id_}"}})


def _describe_tweet_image(request: Request, store: Store, _: str) -> Reply:
    said = request.json()
    store.media[said["id"]] |= said["metadata"]
    return Reply(200, {"data": {"id": said["id"]}})


def _always(body: Any) -> Route:
    return lambda request, store, _: Reply(200, body)


ROUTES: list[tuple[str, str, Route]] = [
    ("POST", r"/api/v1/statuses", _post_status),
    ("PUT", r"/api/v1/statuses/(\d+)", _edit_status),
    ("DELETE", r"/api/v1/statuses/(\d+)", _delete("mastodon", Reply(200, {}))),
    ("GET", r"/api/v1/statuses/(\d+)", _get_status),
    ("GET", r"/api/v1/statuses/\d+/context", _always({"ancestors": [], "descendants": []})),
    ("GET", r"/api/v1/statuses/\d+/(?:favourited|reblogged)_by", _always([])),
    ("GET", r"/api/v1/notifications", _always([])),
    ("GET", r"/api/v1/accounts/verify_credentials", _always({"id": "1", "username": "flywheel", "acct": "flywheel"})),
    ("GET", r"/api/v1/accounts/1/statuses", _own_statuses),
    ("POST", r"/api/v[12]/media", _post_media),
    ("GET", r"/api/v1/media/(\d+)", _get_media),
    ("GET", r"/api/v[12]/instance/?", _instance),
    ("POST", r"/api/articles", _post_article),
    ("PUT", r"/api/articles/(\d+)", _put_article),
    ("GET", r"/api/articles/(\d+)", _get_article),
    ("GET", r"/api/articles/me/all", _own_articles),
    ("GET", r"/api/comments", _comments),
    ("POST", r"/rest/posts", _post_linkedin),
    ("POST", r"/rest/posts/(.+)", _change_linkedin),
    ("GET", r"/rest/posts/(.+)", _get_linkedin),
    ("DELETE", r"/rest/posts/(.+)", _delete_linkedin),
    ("POST", r"/rest/images", _init_image),
    ("PUT", r"/upload/(\d+)", _put_image),
    ("POST", r"/2/tweets", _post_tweet),
    ("DELETE", r"/2/tweets/(\d+)", _delete("x", Reply(200, {"data": {"deleted": True}}))),
    ("POST", r"/2/media/upload", _upload_tweet_image),
    ("POST", r"/2/media/metadata", _describe_tweet_image),
]
