"""What each channel takes, and how its far side counts. Pure: no network, no clock, no credentials."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic import model_validator

from state.base import Frozen
from state.channels.engagement import Kind


class Counting(StrEnum):
    GRAPHEMES = "graphemes"
    CHARACTERS = "characters"
    """Unicode code points."""
    WEIGHTED = "weighted"
    """As X counts: twitter-text's configuration 3, where most letters of Latin scripts weigh 1, others 2, and every URL 23."""


Position = Literal["in-text", "end", "article"]
"""Where a channel shows a piece's offers: where they were placed in the text; at the end, and there one alone, since a short post has no
room to space them; or in the article that its posts lead to, and at the end where they lead to none."""


class ChannelRules(Frozen):
    """A channel's limits as its far side counts them. `limit` None means unbounded."""

    name: str
    limit: int | None = None
    counting: Counting = Counting.CHARACTERS
    byte_limit: int | None = None
    """UTF-8 bytes of the text."""
    url_length: int | None = None
    """Every URL counts as this many characters, however long it is."""
    markdown: bool = False
    threads: bool = False
    article: bool = False
    """Takes a whole article with a title, rather than short posts."""
    addressed: bool = True
    """Its articles stand at an address of their own, so that other posts can link to them."""
    offers: Position = "end"
    title_limit: int | None = None
    """Characters of a title."""
    card: bool = False
    """Whether the first of its posts shows the article that they lead to on a card, which an edit changes."""
    images: int = 0
    """How many one post may carry."""
    alt_limit: int | None = None
    """Characters of an image's description."""
    by_handle: bool = False
    """Whether an answer reaches whom it is for only if it begins with their handle: `@ada@social.example`."""
    heard: frozenset[Kind] = frozenset()
    """What people do there that can be read back."""
    proven: bool = True
    """Whether its transport was held against the real service, or a server that speaks for it."""

    @model_validator(mode="after")
    def _can_show_offers(self) -> ChannelRules:
        impossible = "article" if self.article else "in-text"
        if self.offers == impossible:
            raise ValueError(
                f'{self.name} can\'t show offers "{impossible}": only short posts leave them to an article'
            )
        return self


_SOCIAL = frozenset({Kind.REPLY, Kind.MENTION, Kind.LIKE, Kind.REPOST})

RULES: Mapping[str, ChannelRules] = {
    rules.name: rules
    for rules in (
        ChannelRules(name="site", markdown=True, article=True, offers="in-text", images=20),
        ChannelRules(name="git", markdown=True, article=True, offers="in-text", images=20),
        # Blogs show one image, above the article.
        ChannelRules(
            name="wordpress", markdown=True, article=True, offers="in-text", images=1, heard=frozenset({Kind.REPLY})
        ),
        # Ghost's columns posts.title and posts_meta.feature_image_alt: 255 and 191 characters (ghost/core/server/data/schema).
        ChannelRules(
            name="ghost",
            markdown=True,
            article=True,
            offers="in-text",
            title_limit=255,
            images=1,
            alt_limit=191,
            heard=frozenset({Kind.REPLY}),
        ),
        # RFC 5322 3.6.5 sets no limit; what is longer than a line of 998 characters can't be sent unfolded (2.1.1).
        # An offer at its place in the text reads in a letter as it does on the page.
        ChannelRules(
            name="email", markdown=True, article=True, addressed=False, offers="in-text", title_limit=200, images=0
        ),
        # developers.forem.com/api/v1: an article's title has at most 128 characters; images can't be uploaded there.
        ChannelRules(
            name="devto",
            markdown=True,
            article=True,
            offers="in-text",
            title_limit=128,
            heard=frozenset({Kind.REPLY, Kind.LIKE, Kind.VIEW}),
            proven=False,
        ),
        # app.bsky.feed.post lexicon: maxGraphemes 300, maxLength 3000 bytes; app.bsky.embed.images: 4 of them.
        ChannelRules(
            name="bluesky",
            limit=300,
            counting=Counting.GRAPHEMES,
            byte_limit=3000,
            threads=True,
            offers="article",
            card=True,
            images=4,
            heard=_SOCIAL,
        ),
        # Mastodon's default: 500 characters, every URL counts as 23 (docs.joinmastodon.org/user/posting); 4 attachments,
        # 1,500 characters of description. An instance may say otherwise, and is asked. It notifies those whom a status
        # mentions, and not the author of the one that it answers (docs.joinmastodon.org/user/posting).
        ChannelRules(
            name="mastodon",
            limit=500,
            counting=Counting.GRAPHEMES,
            url_length=23,
            threads=True,
            offers="article",
            images=4,
            alt_limit=1500,
            by_handle=True,
            heard=_SOCIAL,
        ),
        # learn.microsoft.com/linkedin, Posts API: `commentary` has at most 3,000 characters.
        ChannelRules(name="linkedin", limit=3000, offers="end", images=1, proven=False),
        # docs.x.com, Counting characters: 280, weighted; 4 images. Its OpenAPI file, /2/media/metadata/create: a description of 1,000.
        ChannelRules(
            name="x",
            limit=280,
            counting=Counting.WEIGHTED,
            url_length=23,
            threads=True,
            offers="article",
            images=4,
            alt_limit=1000,
            proven=False,
        ),
    )
}
"""In no order of importance: a workspace's flywheel.toml has the order."""
