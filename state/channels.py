"""How each channel counts, renders and limits text. Pure: no network, no clock, no credentials."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import regex

from state.base import Frozen


class Strength(StrEnum):
    """What a channel's far side can promise after a crash or a timeout."""

    NATIVE = "native"
    """The client names the post: replay freely."""
    KEYED = "keyed"
    """An idempotency key holds for a while: replay inside the window, else look up."""
    LOOKUP = "lookup"
    """A marker can be queried: look before any retry."""
    NONE = "none"
    """Nothing can be known: never retry an unknown outcome; park it for a person."""


class Counting(StrEnum):
    GRAPHEMES = "graphemes"
    CHARACTERS = "characters"


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


# Mastodon's own finder is twitter-text's: a scheme, a dotted host, a path that ends in no punctuation and keeps only
# brackets that close, a query. Text after the URL (a full stop, a closing bracket) still counts.
_SHORTENED = regex.compile(
    r"""
    (?P<url>
      (?<![a-z0-9@＠$\#＃\u202a-\u202e\ufeff]) https?://
      (?:(?P<alnum>[^\s\x00-/:-@\[-`{-\x7f]) (?:(?:(?&alnum)|[_-])*(?&alnum))? \.){1,126}
      (?:xn--[a-z0-9]+ | [a-z]{2,} | (?:(?![a-z])\p{L}\p{M}*)+) (?![a-z0-9@])
      (?::[0-9]+)?
      (?:/(?:(?P<plain>[^\s<>()?]) | \((?:(?&plain)|\((?&plain)+\))+\))* (?<![(?!*"'「」<>;:=,.$%\[\]~&|@]))?
      (?:\?[a-z0-9!?*'();:&=+$/%\#\[\]\-_.,~|@^\u00a0-\U0010fffd]*[a-z0-9_&=\#/\-\u00a0-\U0010fffd])?
    )
    | (?<![=/\w]) (?P<mention>(?>@[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)) (?>@\w+(?:[.-]+\w+)*) (?![@＠]|://)
    """,
    regex.IGNORECASE | regex.VERBOSE,
)

RULES: Mapping[str, ChannelRules] = {
    "site": ChannelRules(name="site", markdown=True, article=True),
    # app.bsky.feed.post lexicon: maxGraphemes 300, maxLength 3000 bytes.
    "bluesky": ChannelRules(name="bluesky", limit=300, counting=Counting.GRAPHEMES, byte_limit=3000, threads=True),
    # Mastodon's default: 500 characters, every URL counts as 23 (docs.joinmastodon.org/user/posting).
    "mastodon": ChannelRules(name="mastodon", limit=500, counting=Counting.GRAPHEMES, url_length=23, threads=True),
}


def measure(text: str, rules: ChannelRules) -> int:
    r"""Count `text` as the channel does.

    Graphemes are extended grapheme clusters (UAX 29), by `regex`'s `\X`. With `url_length`, URLs and remote mentions
    count as on Mastodon (its StatusLengthValidator): a URL with a scheme is `url_length`, even when it is shorter; a
    bare domain is what it is; `@name@host` is `@name`. Any dotted host passes for a real one.
    """
    if rules.url_length is not None:
        text = _shorten(text, rules.url_length)
    if rules.counting is Counting.GRAPHEMES:
        return len(regex.findall(r"\X", text))
    return len(text)


def _shorten(text: str, url_length: int) -> str:
    shortened: str = _SHORTENED.sub(lambda found: found["mention"] or "x" * url_length, text)
    return shortened


def over_limit(text: str, rules: ChannelRules) -> str | None:
    """Say what is too long about `text`; None when it fits."""
    length = measure(text, rules)
    if rules.limit is not None and length > rules.limit:
        return f"{length} {rules.counting} of at most {rules.limit}"
    size = len(text.encode("utf-8"))
    if rules.byte_limit is not None and size > rules.byte_limit:
        return f"{size} bytes of at most {rules.byte_limit}"
    return None


class OutgoingPost(Frozen):
    """One post with every slot filled: the bytes a channel sends, and the key that names them."""

    key: str
    """Unique for (piece, post): stable over retries and restarts."""
    piece: str
    channel: str
    title: str | None = None
    slug: str | None = None
    summary: str | None = None
    text: str
    """Markdown where the channel's rules say so, else plain text."""
    published_at: datetime
    """Fixed when the row was written, so that a replay sends the same bytes."""
    reply_to: str | None = None
    """The far side's id of the post that this one answers."""


class Receipt(Frozen):
    """What the far side said."""

    url: str | None
    remote_id: str
    detail: str = ""


class Rejected(Exception):
    """The far side refused for good: the same bytes will be refused again. `reason` is for a person."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(f"{reason} {fix}")
        self.reason, self.fix = reason, fix


class Unreachable(Exception):
    """The call did not reach the far side, so nothing was posted; safe to try again."""


class OutcomeUnknown(Exception):
    """The call may or may not have posted: a timeout or a reset after the request had left."""


class Channel(Protocol):
    """Transport to one far side. One conformance suite holds every implementer.

    `send` raises `Rejected`, `Unreachable` or `OutcomeUnknown`, and nothing else on purpose.
    """

    @property
    def name(self) -> str: ...

    @property
    def strength(self) -> Strength: ...

    async def send(self, post: OutgoingPost) -> Receipt: ...

    async def find(self, post: OutgoingPost) -> Receipt | None:
        """The receipt of a post that is already there, or None."""
        ...
