"""The boundaries: who hands what to whom, where it lies in state, and who reviews it. Four for a piece, and one for a reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from state.base import AGENTS, AgentName
from state.contracts import CHECKS, MODELS
from state.contracts.base import Contract
from state.flywheel import Approval
from state.records import ContractName, ReviewPoint
from state.violations import Check

StateLike = TypeVar("StateLike", bound=Mapping[str, Any])


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
    alone: bool = False
    """Whether nobody before the agent can be asked again: the piece is out."""

    @property
    def model(self) -> type[Contract]:
        return MODELS[self.contract]

    @property
    def checks(self) -> tuple[Check, ...]:
        return CHECKS[self.contract]

    @property
    def upstream(self) -> tuple[AgentName, ...]:
        """Who can be asked to make something again from here: the agent itself and those before it."""
        return (self.agent,) if self.alone else AGENTS[: AGENTS.index(self.agent) + 1]

    def cleared(self) -> dict[str, None]:
        """What falls when this contract is made again: everything downstream."""
        later = AGENTS[AGENTS.index(self.agent) + 1 :]
        return {BOUNDARIES[agent].slot: None for agent in later}

    def still_approved(self, approvals: list[Approval]) -> list[Approval]:
        """What stays approved when this contract is made again: what stands upstream of it."""
        return [a for a in approvals if AT_POINT[a.point].agent in self.upstream[:-1]]


BOUNDARIES: Mapping[AgentName, Boundary] = {
    b.agent: b
    for b in (
        Boundary("content", "Brief", "brief", "assignment", "review_brief", "brief"),
        Boundary("voice", "Draft", "draft", "brief", "review_draft", "draft"),
        Boundary("revenue", "MonetizedDraft", "monetized", "draft", "review_offer", "offer"),
        Boundary("distribution", "Release", "release", "monetized", "review_release", ""),
    )
}
REPLY = Boundary("distribution", "Reply", "reply", "monetized", "review_reply", "reply", alone=True)
AT_POINT: Mapping[ReviewPoint, Boundary] = {b.point: b for b in (*BOUNDARIES.values(), REPLY)}


def whole(state: StateLike) -> StateLike:
    """The state with its contracts re-validated; one that no longer fits is gone. A checkpoint is restored without a look."""
    found = {b.slot: _sound(b.model, state[b.slot]) for b in AT_POINT.values() if b.slot in state}
    return cast(StateLike, {**state, **found})


def _sound(model: type[Contract], value: object) -> Contract | None:
    try:
        return model.model_validate(value.model_dump(warnings=False)) if isinstance(value, model) else None
    except ValidationError:
        return None
