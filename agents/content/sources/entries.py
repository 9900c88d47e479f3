"""Feeds: RSS and Atom bytes to one document an entry."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from io import BytesIO
from typing import Any
from xml.parsers import expat
from xml.sax import SAXException

import feedparser

from agents.content.sources.errors import SourceError, failure
from agents.content.sources.markup import feed_links, fragment_text, looks_like_html
from agents.content.sources.model import Document, Parsed, Raw, author_or_none, stated_url, title_or_name, web_url
from agents.content.sources.text import normalise


def read_feed(raw: Raw) -> Parsed:
    """Give a document for each entry; the text of one that holds none is empty. A feed may have no entries.

    Raises `SourceError`: source.unsafe-xml if it declares entities, source.not-a-feed, source.unreadable if it is
    broken before its first entry.
    """
    if declares_entities(raw.body):
        message = (
            "It declares XML entities, which feeds have no use for and attacks do (a few bytes grow to gigabytes)."
        )
        raise failure(raw.source, "source.unsafe-xml", message, "Ask for a feed without a DOCTYPE, or remove it.")
    found = feedparser.parse(
        BytesIO(raw.body), response_headers=_headers(raw), sanitize_html=False, resolve_relative_uris=False
    )
    if not found.get("version"):
        raise _not_a_feed(raw)
    if found.get("bozo") and not found.entries and isinstance(found.get("bozo_exception"), SAXException):
        message = f"The feed is cut short or broken ({found.bozo_exception})."
        raise failure(raw.source, "source.unreadable", message, "Check it at https://validator.w3.org/feed/.")
    feed = found.feed
    return Parsed(documents=tuple(_document(entry, feed, raw) for entry in found.entries))


def _document(entry: Any, feed: Any, raw: Raw) -> Document:
    """Build one entry's document. `entry` and `feed` are feedparser's dicts, whose keys may all be missing.

    Whoever serves the feed stands behind its words, wherever an entry links: else it could put them in anybody's mouth.
    """
    text = _text(entry)
    link = stated_url(raw, entry.get("link"), elsewhere=True)
    if not text:
        link = link or web_url(
            entry.get("link")
        )  # nothing to quote yet: whoever fetches it hears what is wrong with it
    return Document(
        text=text,
        title=title_or_name(_words(entry.get("title_detail")), raw),
        origin=raw.origin(url=link or stated_url(raw, feed.get("link"), elsewhere=True)),
        url=link,
        author=author_or_none(_author(entry) or _author(feed)),
        published=_published(entry),
    )


def _text(entry: Any) -> str:
    """Take the longest of what an entry offers: its contents or its summary."""
    offered = [*entry.get("content", ()), entry.get("summary_detail")]
    return max((_words(detail) for detail in offered), key=len, default="")


def _words(detail: Any) -> str:
    """Turn feedparser's `{type, value}` into normalised text."""
    if not detail:
        return ""
    value = detail.get("value") or ""
    return normalise(value) if detail.get("type") == "text/plain" else fragment_text(value)


def _author(holder: Any) -> str | None:
    """Name whoever wrote it, with commas between several."""
    names = [person.get("name") for person in holder.get("authors", ())]
    if len(names) > 1:
        return ", ".join(name for name in names if name)
    detail = holder.get("author_detail") or {}
    name: str | None = detail.get("name") or holder.get("author")
    return name


def _published(entry: Any) -> date | None:
    """Take the date (UTC) of publication, or of the last change. `get` maps the one to the other, with a warning."""
    for key in ("published_parsed", "updated_parsed"):
        moment: Sequence[int] | None = dict.get(entry, key)
        if moment:
            return date(*moment[:3])
    return None


def _headers(raw: Raw) -> dict[str, str]:
    """Tell feedparser where the feed stands, for its relative links, and which charset HTTP said."""
    headers = {"content-location": raw.url} if raw.url else {}
    return headers | ({"content-type": f"application/xml; charset={raw.charset}"} if raw.charset else {})


def _not_a_feed(raw: Raw) -> SourceError:
    if not looks_like_html(raw):
        fix = "Give the address of an RSS or Atom feed."
        return failure(raw.source, "source.not-a-feed", "It is neither RSS nor Atom.", fix)
    links = feed_links(raw)
    fix = f"The page names these feeds: {', '.join(links)}." if links else "It names no feed: list it under pages."
    return failure(raw.source, "source.not-a-feed", "It is a web page, not a feed.", fix)


class _RootReached(Exception):
    """The document type, if there was one, is behind us."""


def declares_entities(body: bytes) -> bool:
    """Tell whether the XML prolog declares entities, expanding none. Broken XML counts as far as it can be read."""
    declared: list[str] = []
    parser = expat.ParserCreate()

    def entity(name: str, *_: object) -> None:
        declared.append(name)

    def root(*_: object) -> None:
        raise _RootReached

    parser.EntityDeclHandler = entity
    parser.StartElementHandler = root
    with suppress(expat.ExpatError, _RootReached):
        parser.Parse(body.lstrip(), True)
    return bool(declared)
