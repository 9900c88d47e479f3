"""The four boundaries: who hands what to whom, where it lies in state, and who reviews it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from state.base import AGENTS, AgentName
from state.contracts import CHECKS, MODELS
from state.contracts.base import Contract
from state.records import ContractName, ReviewPoint
from state.violations import Check


@dataclass(frozen=True)
class Boundary:
    """One agent's exit. `slot` and `parent` are channels of FlywheelState."""

    agent: AgentName
    contract: ContractName
    slot: str
    parent: str
    point: ReviewPoint
    text_key: str
    """Under which key the review shows the plain text; a release has one a channel instead."""

    @property
    def model(self) -> type[Contract]:
        return MODELS[self.contract]

    @property
    def checks(self) -> tuple[Check, ...]:
        return CHECKS[self.contract]

    @property
    def upstream(self) -> tuple[AgentName, ...]:
        """Who can be asked to make something again from here: the agent itself and those before it."""
        return AGENTS[: AGENTS.index(self.agent) + 1]

    def cleared(self) -> dict[str, None]:
        """What falls when this contract is made again: everything downstream."""
        later = AGENTS[AGENTS.index(self.agent) + 1 :]
        return {BOUNDARIES[agent].slot: None for agent in later}


BOUNDARIES: Mapping[AgentName, Boundary] = {
    b.agent: b
    for b in (
        Boundary("content", "Brief", "brief", "assignment", "review_brief", "brief"),
        Boundary("voice", "Draft", "draft", "brief", "review_draft", "draft"),
        Boundary("revenue", "MonetizedDraft", "monetized", "draft", "review_offer", "offer"),
        Boundary("distribution", "Release", "release", "monetized", "review_release", ""),
    )
}
AT_POINT: Mapping[ReviewPoint, Boundary] = {b.point: b for b in BOUNDARIES.values()}
