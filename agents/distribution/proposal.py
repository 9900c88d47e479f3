"""What DISTRIBUTION's writer is given for the short channels, and what it proposes: sentences with where each comes from."""

from __future__ import annotations

from state.base import Frozen
from state.channels import ChannelRules
from state.contracts.monetized import MonetizedDraft


class ThreadInput(Frozen):
    piece: str
    monetized: MonetizedDraft
    channels: tuple[ChannelRules, ...]
    canonical: str | None
    """Id of the post that the short ones lead to."""
    reserve: int
    """Characters that its URL may take."""
    insight: tuple[str, ...] = ()
    """Ids of the evidence that the piece's insight rests on."""
    most: int
    variant: int = 0
    language: str = "en"


class SentenceProposal(Frozen):
    text: str
    sources: tuple[str, ...]
    """Ids of the sentences of the piece that it comes from."""
    paragraph: bool = False
    """Whether a paragraph begins with it."""


class ThreadProposal(Frozen):
    channel: str
    parts: tuple[tuple[SentenceProposal, ...], ...]
    """The posts of a thread; where a channel has none, the paragraphs of its one post."""


class ThreadsProposal(Frozen):
    posts: tuple[ThreadProposal, ...]
