"""`assign`: makes the Assignment, and freezes into state whatever must not change in mid-piece."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable
from pathlib import Path
from typing import Literal, Protocol

from langchain_core.runnables import RunnableConfig
from langgraph.config import get_config
from langgraph.runtime import Runtime

from graph.chosen import themes
from graph.errors import CannotAssign
from graph.facts import gather
from graph.readiness import asked, ready
from graph.rooms import Rooms, Update
from graph.scouting import (
    GIVEN,
    TO_BE_FOUND,
    Scouted,
    assigned_before,
    given,
    handed_over,
    scouted_for,
    still_free,
)
from graph.tracing import label_run
from state.base import digest_of, one_line
from state.contracts import CHECKS, Assignment, Learnings, run_checks
from state.contracts.assignment import Candidate
from state.flywheel import Attempts, Context, Topic
from state.ledger import Ledger
from state.settings import Settings
from state.violations import failures
from state.workspace import load_settings

RUNNERS_UP = 5
TOLD = 5
"""Sources that gave nothing, of which a piece without a topic tells."""


class AssignNode(Protocol):
    def __call__(self, state: Topic, runtime: Runtime[Context]) -> Awaitable[Update]: ...


def assign_node(rooms: Rooms) -> AssignNode:
    """The only node that reads the Context."""

    async def assign(state: Topic, runtime: Runtime[Context]) -> Update:
        config = get_config()
        label_run("assign", "Assignment", 1)
        piece = str(config["configurable"]["thread_id"])
        settings = await asked(await read_settings(runtime.context), rooms.open_channel)
        ledger = await rooms.ledger_of(settings)
        now, topic = rooms.clock(), one_line(state.get("topic") or "")
        await ledger.start_piece(piece, topic=topic or TO_BE_FOUND, driver=_driver(config), now=now)
        learnings = await _learnings(ledger)
        before = await assigned_before(piece, topic, settings, learnings, ledger)
        scouted = Scouted(given(topic)) if before or topic else await scouted_for(piece, settings, learnings, rooms)
        frozen = {"piece": piece, "settings": settings, "learnings": learnings}
        async with ledger.together():  # two runs at once don't choose the same topic: the second sees the first's
            candidates = scouted.candidates if topic else await still_free(scouted.candidates, piece, ledger)
            assignment = before or _assignment(piece, candidates, settings, learnings)
            await ledger.record_sightings(piece, scouted.seen, now=now)
            verdicts = run_checks(assignment, await gather(frozen, ledger, now, "Assignment"), CHECKS["Assignment"])
            handoff = handed_over(assignment, verdicts, producer="assign", attempt=1)
            await ledger.put_body("Learnings", learnings)
            await ledger.put_body("Assignment", assignment)
            await ledger.record_handoff(piece, handoff, now=now)
            standing = () if handoff.passed else (*failures(handoff.violations), *scouted.problems[:TOLD])
            if not standing:
                await ledger.update_piece(piece, now=now, topic=assignment.topic, status="running")
            else:
                reason = " ".join(v.message for v in standing)
                await ledger.update_piece(piece, now=now, status="dropped", reason=reason)
        if standing:
            raise CannotAssign(piece, standing)
        return {
            **frozen,
            "assignment": assignment,
            "brief": None,
            "draft": None,
            "monetized": None,
            "release": None,
            "rework": None,
            "attempts": Attempts(),
            "shown": None,
            "decision": None,
            "approvals": [],
            "handoffs": [handoff],
        }

    return assign


async def read_settings(context: Context | None) -> Settings:
    """The workspace's settings, the Context's overrides applied. Raises WorkspaceError."""
    given = context or Context()
    workspace = Path(given.workspace or os.environ.get("FLYWHEEL_WORKSPACE", "") or ".")
    settings = await asyncio.to_thread(load_settings, workspace)
    if given.model:
        settings = settings.model_copy(update={"models": settings.models.model_copy(update={"default": given.model})})
    return settings


def _driver(config: RunnableConfig) -> Literal["embedded", "server"]:
    """LangGraph's server names an assistant in every run; our own desk doesn't."""
    return "server" if config["configurable"].get("assistant_id") else "embedded"


async def _learnings(ledger: Ledger) -> Learnings:
    """The newest Learnings; with none yet, an empty one: not enough data."""
    kept = await ledger.latest_learnings()
    return Learnings.model_validate_json(kept) if kept else Learnings(parent="")


def _assignment(piece: str, candidates: tuple[Candidate, ...], settings: Settings, learnings: Learnings) -> Assignment:
    """The first candidate, the next kept for the reviewer; with none, one without a topic, which its check refuses."""
    chosen = candidates[0] if candidates else Candidate(topic="", why="", score=0.0)
    choice = themes(piece, settings, learnings)
    return Assignment(
        parent=digest_of(learnings),
        piece=piece,
        topic=chosen.topic,
        origin="given" if chosen.why == GIVEN else "scouted",
        why=chosen.why,
        runners_up=candidates[1 : RUNNERS_UP + 1],
        channels=ready(settings),
        themes=choice.ranked if choice else (),
        choice=None if chosen.why == GIVEN else choice,
    )
