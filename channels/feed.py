"""Posts as an Atom feed (RFC 4287), through feedgen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from feedgen.feed import FeedGenerator

from channels.identity import SiteIdentity
from channels.markdown import to_html
from channels.render import GENERATOR
from state.channels import OutgoingPost

FEED_ENTRIES = 50
"""The newest posts that the feed carries, each in full; the index lists them all."""
_html = lru_cache(maxsize=2 * FEED_ENTRIES)(to_html)
"""The feed is written at each send, and most of its entries are those that it had."""


def atom(posts: Sequence[OutgoingPost], site: SiteIdentity) -> bytes:
    """Render the feed of the first `FEED_ENTRIES` posts, in the order given: newest first.

    The same posts give the same bytes: `updated` is the newest post's time, never the clock's; without any, 1970.
    """
    feed = FeedGenerator()
    feed.id(f"{site.base_url}/")
    feed.title(site.name)
    feed.author(name=site.author)
    feed.link(href=f"{site.base_url}/", rel="alternate", type="text/html")
    feed.link(href=f"{site.base_url}/feed.xml", rel="self", type="application/atom+xml")
    feed.language(site.language)
    feed.generator(GENERATOR)
    feed.updated(max((post.published_at for post in posts), default=datetime.fromtimestamp(0, UTC)))
    for post in posts[:FEED_ENTRIES]:
        _add(feed, post, site)
    written: bytes = feed.atom_str(pretty=True)
    return written


def _add(feed: FeedGenerator, post: OutgoingPost, site: SiteIdentity) -> None:
    url = site.permalink(post.slug or "")
    entry = feed.add_entry(order="append")
    entry.id(url)
    entry.title(post.title)
    entry.link(href=url, rel="alternate", type="text/html")
    entry.published(post.published_at)
    entry.updated(post.published_at)
    if post.summary:
        entry.summary(post.summary)
    entry.content(_html(post.text, page_url=url, language=site.language), type="html")
