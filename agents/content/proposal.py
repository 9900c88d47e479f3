"""What CONTENT's writer sees and answers with."""

from __future__ import annotations

from agents.content.evidence import Passage
from state.base import Frozen


class Research(Frozen):
    """The topic and the ranked passages."""

    topic: str
    passages: tuple[Passage, ...]
    about: str = ""
    """The author's note on the topic, if there is one."""
    most: int
    """How many pieces of evidence the Brief may hold."""


class AngleProposal(Frozen):
    title: str
    approach: str
    kind: str = ""
    """Of those that a Brief knows; anything else counts as none."""


class DisputeProposal(Frozen):
    passages: tuple[int, ...]
    about: str


class BriefProposal(Frozen):
    """Passages are named by number; no field holds a quotation."""

    insight: str
    insight_passages: tuple[int, ...]
    evidence: tuple[int, ...]
    angles: tuple[AngleProposal, ...]
    next_steps: tuple[str, ...]
    disputes: tuple[DisputeProposal, ...] = ()
    """Passages that can't all be true."""
