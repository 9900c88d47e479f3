"""A post as the AT Protocol records it (`app.bsky.feed.post`), and what of it a reader sees. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from channels.facets import Facet, facets
from state.channels import Gone, OutgoingPost

if TYPE_CHECKING:
    from atproto_client.models.base import ModelBase
    from atproto_client.models.blob_ref import BlobRef
    from atproto_client.models.dot_dict import DotDict

POST = "app.bsky.feed.post"
_URI = re.compile(r"at://([^/]+)/([^/]+)/([^/]+)")
Record = Mapping[str, Any]


def parts(uri: str) -> tuple[str, str, str]:
    """Account, collection and key of an `at://` address. Raises `Gone` for what names nothing there."""
    found = _URI.fullmatch(uri)
    if found is None:
        raise Gone(f"{uri!r} is no post on Bluesky.")
    return found[1], found[2], found[3]


def address(uri: str) -> str:
    """Where a reader finds a post. By the account's id: a handle may be another's tomorrow."""
    repo, _, rkey = parts(uri)
    return f"https://bsky.app/profile/{repo}/post/{rkey}"


def record(post: OutgoingPost, *, language: str, created_at: str | None = None) -> dict[str, Any]:
    """All but its images and what it answers, which only the server can name. `created_at` is the post's own time unless given."""
    made: dict[str, Any] = {
        "$type": POST,
        "text": post.text,
        "createdAt": created_at or _instant(post.published_at),
        "langs": [language],
    }
    found = facets(post.text)
    if found:
        made["facets"] = [_facet(f) for f in found]
    if card := _card(post, found):
        made["embed"] = {"$type": "app.bsky.embed.external", "external": card}
    return made


def says(there: Record, post: OutgoingPost, language: str) -> bool:
    """Whether a record that was read back is this post: its words, links, card, descriptions of images, and what it answers."""
    answers = there.get("reply", {}).get("parent", {}).get("uri")
    described = [image["alt"] for image in there.get("embed", {}).get("images", ())]
    return (
        _shown(there) == _shown(record(post, language=language))
        and answers == post.reply_to
        and described == [image.alt for image in post.images]
    )


def _shown(made: Record) -> tuple[Any, ...]:
    spans = [
        (f["index"]["byteStart"], f["index"]["byteEnd"], _target(f["features"][0])) for f in made.get("facets", ())
    ]
    card = made.get("embed", {}).get("external", {})
    return made["text"], spans, card.get("uri"), card.get("title"), card.get("description")


def _target(feature: Record) -> str | None:
    return feature.get("uri") or feature.get("tag")


def _facet(facet: Facet) -> dict[str, Any]:
    value = "uri" if facet.kind == "link" else "tag"
    return {
        "index": {"byteStart": facet.start, "byteEnd": facet.end},
        "features": [{"$type": f"app.bsky.richtext.facet#{facet.kind}", value: facet.value}],
    }


def _card(post: OutgoingPost, found: tuple[Facet, ...]) -> dict[str, str] | None:
    """What is shown below the text: the article, for a post that begins a thread; else the first link of the text.

    The article's title and summary stand for the article alone. Another page is called by its host: it isn't asked what it
    calls itself, as nobody has approved that.
    """
    links = [f.value for f in found if f.kind == "link"]
    uri = next(iter(links), None) if post.reply_to else post.canonical or next(iter(links), None)
    if uri is None or post.images:
        return None
    ours = uri == post.canonical
    title = post.title if ours else None
    return {"uri": uri, "title": title or urlsplit(uri).netloc, "description": (ours and post.summary) or ""}


def _instant(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def plain(model: ModelBase | BlobRef | DotDict) -> dict[str, Any]:
    """The library's form of a record as the JSON that went over the wire."""
    from atproto_client.models.utils import get_model_as_json

    made: dict[str, Any] = json.loads(get_model_as_json(model))
    return made
