"""What people do with a post, as a channel reports it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from state.base import Frozen


class Kind(StrEnum):
    """What can be counted; the first four come one by one too, as a `Response`, where the far side says who did it."""

    REPLY = "reply"
    """An answer in public: a reply on Bluesky or Mastodon, a comment under an article."""
    MENTION = "mention"
    LIKE = "like"
    REPOST = "repost"
    VIEW = "view"


class Response(Frozen):
    """What one person did once."""

    remote_id: str
    """Of the response itself, unique in its channel; a like or repost without an id of its own gets one from who and what."""
    kind: Kind
    author: str
    """The far side's handle, without an @ before it; a name where it has none."""
    text: str = ""
    """Plain text as a reader sees it; empty for a like or a repost."""
    url: str | None = None
    at: datetime
    to: str = ""
    """The remote id of what it answers: our post, or another response. Empty for a mention."""
    ours: bool = False
    """Whether the account that we post with made it."""


class Engagement(Frozen):
    """What one published post has met with so far."""

    counts: Mapping[Kind, int] = {}
    """In all, as the far side counts; a kind that it doesn't tell is missing, and not 0."""
    responses: tuple[Response, ...] = ()
    """Oldest first, those to other responses below the post among them."""
