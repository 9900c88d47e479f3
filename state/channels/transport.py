"""What the drainer and a channel tell each other: the post, the receipt, and what can go wrong."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from state.base import Frozen
from state.channels.engagement import Engagement, Response


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


class OutgoingImage(Frozen):
    path: str
    """Relative to the workspace: `media/lamp.jpg`."""
    alt: str
    sha256: str = ""
    """Of the file that was approved; empty takes what lies there."""


class OutgoingPost(Frozen):
    """One post with every slot filled: the bytes a channel sends, and the key that names them."""

    key: str
    """Unique for (piece, post): stable over retries, restarts and edits."""
    piece: str
    channel: str
    title: str | None = None
    slug: str | None = None
    summary: str | None = None
    text: str
    """Markdown where the channel's rules say so, else plain text."""
    published_at: datetime
    """Written down before the first call, so that a replay sends the same bytes."""
    reply_to: str | None = None
    """The far side's id of what this one answers: the post before it in a thread, or somebody's response."""
    root: str | None = None
    """The far side's id of the first post of the thread; None when that is `reply_to`, or there is none."""
    canonical: str | None = None
    """Where the article is at home; None for the post that is its home, and for a piece that has none."""
    images: tuple[OutgoingImage, ...] = ()


class Receipt(Frozen):
    """What the far side said."""

    url: str | None
    remote_id: str
    """All that `edit`, `delete`, `engagement` and a reply need to name it; opaque to everybody but the channel."""
    detail: str = ""
    cost: int = 0
    """What the call cost, in millionths of a US dollar."""


class Rejected(Exception):
    """The far side refused for good: the same bytes will be refused again. `reason` is for a person."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(f"{reason} {fix}")
        self.reason, self.fix = reason, fix


class Unreachable(Exception):
    """Nothing was posted, and the same call may work later. `retry_after` is in seconds, where the far side named a time."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unauthorized(Exception):
    """The credentials were refused, and nothing was posted: no post of this channel goes out until a person has mended them.

    `fix` names the variable to set.
    """

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(f"{reason} {fix}")
        self.reason, self.fix = reason, fix


class OutcomeUnknown(Exception):
    """The call may or may not have posted: a timeout or a reset after the request had left, or a 5xx."""


class Gone(Exception):
    """The far side doesn't have the post any more."""


class Channel(Protocol):
    """Transport to one far side. One conformance suite holds every implementer.

    `send` raises `Rejected`, `Unreachable`, `Unauthorized` or `OutcomeUnknown`, and nothing else on purpose; `find` raises
    `Unreachable` or `Unauthorized`.
    """

    @property
    def name(self) -> str: ...

    @property
    def strength(self) -> Strength: ...

    async def send(self, post: OutgoingPost) -> Receipt: ...

    async def find(self, post: OutgoingPost) -> Receipt | None:
        """The receipt of a post that is there already in these words, or None."""
        ...

    async def aclose(self) -> None:
        """Give back connections. Safe to call again."""
        ...


@runtime_checkable
class Resuming(Protocol):
    """A channel whose `send` keeps its own account of what went out: called again, it goes on and repeats nothing."""

    @property
    def resumes(self) -> Literal[True]: ...


@runtime_checkable
class Editing(Protocol):
    """A channel that can change what is published."""

    async def edit(self, post: OutgoingPost, remote_id: str) -> Receipt:
        """Put these bytes in the place of what is there; a replay is safe. Raises what `send` raises, and `Gone`."""
        ...


@runtime_checkable
class Deleting(Protocol):
    """A channel that can take down what is published."""

    async def delete(self, remote_id: str) -> None:
        """Take it down; what is gone already is no error. Raises what `send` raises."""
        ...


@runtime_checkable
class Listening(Protocol):
    """A channel that tells what people did. Both calls raise `Unreachable` or `Unauthorized`."""

    async def engagement(self, remote_id: str) -> Engagement:
        """What a published post has met with. Raises `Gone` too."""
        ...

    async def mentions(self, since: datetime) -> tuple[Response, ...]:
        """Posts of others that name our account without answering a post of ours, oldest first; none where there is no such thing."""
        ...


@runtime_checkable
class Telling(Protocol):
    """A channel that can say what its far side takes, where that differs from one server to the next."""

    async def limit(self) -> int:
        """The most that one post may measure there. Raises `Unreachable` or `Unauthorized`."""
        ...
