"""What an article needs to be a page: a title, words that a page can hold, and a slug that is its address."""

from __future__ import annotations

import unicodedata

import regex

from channels.identity import unprintable
from state.channels import OutgoingPost, Rejected

SLUG_BYTES = 200
"""UTF-8 bytes of a slug: it is a folder's or a file's name, and most file systems end at 255."""
_SLUG = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*")


def usable(slug: str) -> bool:
    """Whether it is one plain name: small letters, digits, `-` and `_`."""
    lower = unicodedata.normalize("NFC", slug).lower() == slug
    return lower and _SLUG.fullmatch(slug) is not None and len(slug.encode()) <= SLUG_BYTES


def refusal(post: OutgoingPost) -> Rejected | None:
    """Say why no page can ever be made of this post; None when one can."""
    if not post.title or not post.slug:
        return Rejected(
            f"{post.key} has no {'slug' if post.title else 'title'}.", "The site takes articles: give both."
        )
    if not usable(post.slug):
        return Rejected(
            f"The slug {post.slug!r} of {post.key} can't be a page's address.",
            f"Use small letters, digits, - and _ only, at most {SLUG_BYTES} bytes.",
        )
    if post.published_at.utcoffset() is None:
        return Rejected(f"The time {post.published_at} of {post.key} has no zone.", "Give published_at in UTC.")
    alts = [(f"description of {image.path}", image.alt) for image in post.images]
    for part, text in (("title", post.title), ("summary", post.summary or ""), ("text", post.text), *alts):
        if where := unprintable(text):
            return Rejected(f"The {part} of {post.key} holds the control character {where}.", "Take it out.")
    return None
