"""The state that a piece carries through the graph, what each node sees of it, and the Context that Studio shows."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Annotated

from typing_extensions import TypedDict  # pydantic reads only these on Python 3.11, and Studio asks it for a form

from state.base import AGENTS, AgentName, Frozen
from state.contracts.assignment import Assignment
from state.contracts.brief import Brief
from state.contracts.draft import Draft
from state.contracts.learnings import Learnings
from state.contracts.monetized import MonetizedDraft
from state.contracts.release import Release
from state.records import ContractName, Decision, DecisionKind, Handoff, ReviewPoint, Spend
from state.settings import Settings
from state.violations import ReworkOrder, Violation


class Attempts(Frozen):
    """How often a piece went back. `auto` counts automatic re-works by agent since a person last sent it back."""

    auto: tuple[tuple[AgentName, int], ...] = tuple((agent, 0) for agent in AGENTS)
    total: int = 0
    """Automatic re-works of the piece since a person last sent it back."""
    person: int = 0
    """Re-works that people ordered, ever."""
    spent: Spend = Spend()
    """What the piece had cost when a person last sent it back: a ceiling counts from there."""

    def of(self, agent: AgentName) -> int:
        return dict(self.auto)[agent]

    def again(self, agent: AgentName) -> Attempts:
        """One more automatic re-work for `agent`."""
        auto = tuple((name, n + (name == agent)) for name, n in self.auto)
        return self.model_copy(update={"auto": auto, "total": self.total + 1})

    def by_person(self, spent: Spend) -> Attempts:
        """A person sent it back: one of theirs, and the automatic budget is renewed."""
        return Attempts(person=self.person + 1, spent=spent)


class Shown(Frozen):
    """What a review point shows: rendered and hashed before the review node runs."""

    point: ReviewPoint
    contract: ContractName
    digest: str
    """Of the contract's body in the ledger; empty when there is nothing to show but the violations."""
    args: tuple[tuple[str, str], ...]
    """The contract's plain-text form by key, as a person may edit it."""
    description: str
    """Markdown."""
    violations: tuple[Violation, ...] = ()
    stuck: bool = False
    open: tuple[DecisionKind, ...]
    """The decisions that can be taken here."""
    swaps: tuple[str, ...] = ()
    """Topics that can be swapped in by their number, from 1: a rework of CONTENT's."""
    sha256: str
    """Of everything above, canonically."""


class Approval(Frozen):
    """That a contract passed its review point; the ledger holds the whole decision."""

    point: ReviewPoint
    digest: str
    by: str


class Topic(TypedDict, total=False):
    """What a run may start with. Empty: CONTENT picks the topic."""

    topic: str


class FlywheelState(Topic, total=False):
    """Channels are frozen contracts; LangGraph validates none of them, so graph/handoff.py does."""

    piece: str
    settings: Settings
    learnings: Learnings
    assignment: Assignment
    brief: Brief | None
    draft: Draft | None
    monetized: MonetizedDraft | None
    release: Release | None
    rework: ReworkOrder | None
    attempts: Attempts
    shown: Shown | None
    decision: Decision | None
    """The last one taken."""
    approvals: list[Approval]
    handoffs: Annotated[list[Handoff], operator.add]
    """A list, as LangGraph restores no tuples at the top level (tried: a tuple comes back as a list, and the sum fails)."""


class _Common(TypedDict, total=False):
    """What every agent node's checks need."""

    piece: str
    settings: Settings
    learnings: Learnings
    assignment: Assignment
    rework: ReworkOrder | None
    attempts: Attempts
    approvals: list[Approval]
    handoffs: list[Handoff]


class ContentState(_Common, total=False):
    brief: Brief | None


class VoiceState(_Common, total=False):
    brief: Brief | None
    draft: Draft | None


class RevenueState(_Common, total=False):
    brief: Brief | None
    draft: Draft | None
    monetized: MonetizedDraft | None


class DistributionState(_Common, total=False):
    brief: Brief | None
    draft: Draft | None
    monetized: MonetizedDraft | None
    release: Release | None


class ReviewState(DistributionState, total=False):
    shown: Shown | None
    decision: Decision | None


class PublishState(TypedDict, total=False):
    piece: str
    settings: Settings
    release: Release | None


@dataclass(frozen=True)
class Context:
    """Settings of one run, as Studio shows them. Not checkpointed: of the flywheel's nodes `assign` alone reads them; the drainer, which keeps no state, reads them each time."""

    workspace: str = ""
    """Path of the workspace; empty means the environment's FLYWHEEL_WORKSPACE."""
    model: str = ""
    """Overrides `[models] default` of the workspace for this piece."""
