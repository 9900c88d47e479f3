"""What is written down about a piece: handoffs, decisions, spending. Values here; the ledger keeps them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from state.base import AgentName, Frozen, sha256_text
from state.channels.engagement import Kind, Response
from state.violations import Verdict, Violation

ReviewPoint = Literal["review_brief", "review_draft", "review_offer", "review_release", "review_reply"]
REVIEW_POINTS: tuple[ReviewPoint, ...] = ("review_brief", "review_draft", "review_offer", "review_release")
"""Those that a piece passes, in order. A reply comes later, and passes `review_reply` by itself."""
DecisionKind = Literal["approve", "edit", "rework", "drop"]
ContractName = Literal["Learnings", "Assignment", "Brief", "Draft", "MonetizedDraft", "Release", "Reply"]
PieceStatus = Literal["running", "waiting", "scheduled", "partial", "parked", "published", "dropped"]
"""`running` is the time between two stops; the others are where a piece rests."""


class Spend(Frozen):
    """What a language model cost. `cost` is in US dollars, in millionths, so that sums are exact."""

    tokens: int = 0
    cost: int = 0

    def __add__(self, other: Spend) -> Spend:
        return Spend(tokens=self.tokens + other.tokens, cost=self.cost + other.cost)


class Handoff(Frozen):
    """One crossing of a boundary, passed or not."""

    contract: ContractName
    producer: str
    """The agent, or `assign`, or `person` for an edit."""
    attempt: int
    """Starts at 1; counts the producer's tries at this contract in this piece."""
    passed: bool
    digest: str
    """Of the contract's body in the ledger; empty when nothing could be made."""
    violations: tuple[Violation, ...] = ()
    checks: tuple[Verdict, ...] = ()
    spend: Spend = Spend()
    seconds: float = 0.0


class Decision(Frozen):
    """What was decided at a review point, by whom, about which bytes."""

    point: ReviewPoint
    kind: DecisionKind
    by: str
    """`person`, `approve-all` or `policy:never`, `policy:on_flag`."""
    contract: ContractName
    digest: str
    """Of the contract that is approved (after an edit: the edited one), reworked or dropped."""
    shown: str
    """sha256 of what the person saw."""
    note: str = ""
    to: AgentName | None = None
    """Who makes it again, for a rework."""
    at: datetime


class PostState(StrEnum):
    INTENDED = "intended"
    """Written by `publish`; something may still be waited for."""
    ARMED = "armed"
    """Re-checked and leased: the call is about to be made, or its outcome is unknown."""
    SENT = "sent"
    """The far side took it; not yet seen there."""
    CONFIRMED = "confirmed"
    """Seen on the far side."""
    REJECTED = "rejected"
    """The far side refused it for good."""
    PARKED = "parked"
    """A person is asked; `reason` says what."""


ON_THE_WAY: tuple[PostState, ...] = (PostState.INTENDED, PostState.ARMED, PostState.SENT)
"""Where a post may still go; from the other states only a person moves it."""


REPLY = "reply-"
"""How the ids of replies begin: of their threads, and of their posts."""
Action = Literal["create", "edit", "delete"]
"""What is done on the far side."""


class OutboxRow(Frozen):
    """One post on its way out, or one change of a post that is out."""

    key: str
    """Unique: derived from the piece, the release and the post's id, so that writing it twice writes it once."""
    piece: str
    post_id: str
    channel: str
    release: str
    """Digest of the Release whose approval covers it."""
    state: PostState = PostState.INTENDED
    depends_on: tuple[str, ...] = ()
    """Post ids within the same release."""
    not_before: datetime | None = None
    not_after: datetime | None = None
    published_at: datetime
    """When it was first armed; until then, when it was approved."""
    action: Action = "create"
    target: str | None = None
    """The key of the row that published what is edited or taken down."""
    due_at: datetime | None = None
    """When it is to go out, inside its window; None is as soon as it can."""
    retry_at: datetime | None = None
    """Not tried again before."""
    tries: int = 0
    reason: str = ""
    url: str | None = None
    remote_id: str | None = None
    unknown: bool = False
    """A call was made and nobody knows whether it posted: only a person who has looked may move it."""

    @property
    def answers(self) -> bool:
        """Whether it is a reply to somebody: its `release` is the digest of a Reply, and the piece's standing isn't its affair."""
        return self.post_id.startswith(REPLY)


class Gate(Frozen):
    """Whether a channel is called at all."""

    channel: str
    failures: int = 0
    """In a row."""
    closed_until: datetime | None = None
    reason: str = ""


class PieceRow(Frozen):
    """One line about a piece."""

    piece: str
    topic: str
    title: str = ""
    status: PieceStatus
    waiting_at: ReviewPoint | None = None
    reason: str = ""
    """Why it waits or was parked, for a person."""
    insight: str = ""
    """Of its approved Brief; what later pieces must not repeat."""
    driver: Literal["embedded", "server"] = "embedded"
    """Which checkpointer owns its thread."""
    created_at: datetime
    updated_at: datetime


Mark = Literal["open", "spam", "abuse", "unanswered", "drafted", "answered", "ignored", "gone"]
"""`open` is for triage to look at; `unanswered` waits for a person's own words, `drafted` for their decision; `ignored` wants no answer,
or a person gave it none; what is `gone` was taken down. `spam` and `abuse` are never answered."""
WAITING: tuple[Mark, ...] = ("drafted", "unanswered")
"""What a person is asked about."""


class ResponseRow(Frozen):
    """What one person did once, and what became of it."""

    channel: str
    response: Response
    post: str | None = None
    """Key of the post of ours that it stands below, or names; None for a mention of our account alone."""
    piece: str | None = None
    """That post's."""
    mark: Mark = "open"
    reason: str = ""
    """Why it is marked so, for a person."""
    reply: str | None = None
    """Digest of the last Reply that was made for it."""
    seen_at: datetime

    @property
    def key(self) -> str:
        """Of the one outbox row that may ever answer it."""
        return sha256_text(f"{self.channel}/{self.response.remote_id}")[:32]

    @property
    def id(self) -> str:
        """What people call it, and its thread."""
        return f"{REPLY}{self.key[:12]}"


class PostCount(Frozen):
    """How much of one kind a post had met with when it was last counted."""

    post: str
    """Key of its outbox row."""
    piece: str
    channel: str
    kind: Kind
    count: int
    at: datetime
    """When this count was first seen."""
