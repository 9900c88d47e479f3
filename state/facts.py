"""What a check may know. Checks get Facts; agents get only their slice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from state.base import Frozen
from state.offers import Offer
from state.records import ResponseRow
from state.rules import Rule
from state.settings import Settings
from state.sources import Snapshot
from state.voice import VoiceReading

if TYPE_CHECKING:
    from state.contracts.assignment import Assignment
    from state.contracts.brief import Brief
    from state.contracts.draft import Draft
    from state.contracts.monetized import MonetizedDraft


class Published(Frozen):
    """A piece that went out: what the next must not repeat."""

    piece: str
    topic: str
    insight: str


class Answering(Frozen):
    """What a Reply answers, and what is known about that."""

    row: ResponseRow
    root: str | None = None
    """The far side's id of the first post of the thread that it stands in."""
    urls: tuple[str, ...] = ()
    """Where the piece can be read; its home first."""
    answered: bool = False
    """Whether an answer is on its way already, or was given by hand."""
    earlier: tuple[str, ...] = ()
    """What others were answered, word for word."""


class Facts(Protocol):
    """Everything that checks compare a contract with. Put together by graph/facts.py; pure to read."""

    @property
    def now(self) -> datetime: ...
    @property
    def piece(self) -> str: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def learnings(self) -> str:
        """Digest of the Learnings that the piece was started with."""
        ...

    @property
    def assignment(self) -> Assignment | None: ...
    @property
    def brief(self) -> Brief | None: ...
    @property
    def draft(self) -> Draft | None: ...
    @property
    def earlier(self) -> tuple[Draft, ...]:
        """The drafts of this Brief that were handed over before, in order, those that failed among them."""
        ...

    @property
    def monetized(self) -> MonetizedDraft | None: ...
    @property
    def snapshots(self) -> Mapping[str, Snapshot]:
        """By sha256: those that the Brief's evidence comes from."""
        ...

    @property
    def notes(self) -> Mapping[str, str]:
        """The author's notes in the workspace: path -> text."""
        ...

    @property
    def attested(self) -> frozenset[str]:
        """Sentences that a reviewer of this piece vouched for."""
        ...

    @property
    def glossary(self) -> frozenset[str]:
        """Named things that the author vouches for, folded to lower case."""
        ...

    @property
    def offers(self) -> Mapping[str, Offer]: ...
    @property
    def placed(self) -> Mapping[str, tuple[datetime, ...]]:
        """When other pieces got their approval with an offer, by its id; for offers that have a cap or slots."""
        ...

    @property
    def media(self) -> frozenset[str]:
        """Files below the workspace's media/, relative to the workspace."""
        ...

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The author's rules that are active."""
        ...

    @property
    def answering(self) -> Answering | None:
        """For a Reply: what it answers."""
        ...

    @property
    def published(self) -> tuple[Published, ...]: ...
    def voice(self, text: str) -> VoiceReading | None:
        """How far `text` (quotations cut out) is from the author; None without samples."""
        ...
