"""What Bluesky makes of plain text: links and hashtags, where they stand in its UTF-8 bytes (docs.bsky.app, Rich text). Pure.

`@names` stay words. Whom a handle means is only known by asking at the moment of sending, and may have changed since a person
approved the text; and to notify somebody is an act that nobody was asked about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import regex

# A URL ends at a space, at what encloses it, and at the invisible marks that turn the direction of text.
_URL = regex.compile(
    r"(?<![\p{L}\p{N}])https?://[^\s/?#<>\"“”„«»\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
    r"[^\s<>\"“”„«»\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*",
    regex.IGNORECASE,
)
# As the app finds them (@atproto/api, rich-text/util.ts): no tag is a number, and a keycap's # is none.
_TAG = regex.compile(
    r"(?<!\S)[#＃](?!\ufe0f)([^\s\u00ad\u2060\u200a-\u200f\u20e2]*[^\d\s\p{P}\u00ad\u2060\u200a-\u200f\u20e2][^\s\u00ad\u2060\u200a-\u200f\u20e2]*)"
)
_AFTER_TAG = regex.compile(r"\p{P}+$")
_TAG_GRAPHEMES = 64
"""app.bsky.richtext.facet#tag: maxGraphemes."""
_CLOSES = {")": "(", "]": "[", "}": "{", "）": "（", "』": "『", "」": "「", "】": "【"}
_ENDS = frozenset(".,;:!?'’‘…*_`،؛؟۔।॥。、，．；：！？")
"""The punctuation of the sentence that a URL stands in."""


@dataclass(frozen=True)
class Facet:
    start: int
    """Bytes from 0; `end` is the first byte behind it."""
    end: int
    kind: Literal["link", "tag"]
    value: str
    """The URL, or the tag without its #."""


def facets(text: str) -> tuple[Facet, ...]:
    """Links and tags in the order of the text; none overlaps another."""
    found = list(_links(text))
    spans = [(f.start, f.end) for f in found]
    found += [f for f in _tags(text) if all(f.end <= start or end <= f.start for start, end in spans)]
    return tuple(sorted(found, key=lambda facet: facet.start))


def _links(text: str) -> Iterator[Facet]:
    for match in _URL.finditer(text):
        url = _trimmed(match[0])
        if len(url) > len("https://"):
            yield _facet(text, match.start(), url, "link", url)


def _tags(text: str) -> Iterator[Facet]:
    for match in _TAG.finditer(text):
        tag = _AFTER_TAG.sub("", match[1])
        if tag and len(regex.findall(r"\X", tag)) <= _TAG_GRAPHEMES:
            yield _facet(text, match.start(), text[match.start()] + tag, "tag", tag)


def _facet(text: str, at: int, said: str, kind: Literal["link", "tag"], value: str) -> Facet:
    start = len(text[:at].encode())
    return Facet(start, start + len(said.encode()), kind, value)


def _trimmed(url: str) -> str:
    while url:
        last = url[-1]
        opens = _CLOSES.get(last)
        if last in _ENDS or (opens and url.count(opens) < url.count(last)):
            url = url[:-1]
        else:
            break
    return url
