"""The contract at a boundary. One wrapper round every agent: check what comes in, run it, check what goes out, record, decide.

LangGraph validates little, and restores what it saved without a look; so both sides re-validate dumps, not instances.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from agents.writer import WriterError, WriterUnfit
from graph.boundaries import BOUNDARIES, Boundary, whole
from graph.ceilings import over_ceiling
from graph.facts import KnownFacts, gather, quoted
from graph.rooms import Node, Rooms, Update
from graph.shown import show, waits_for_person
from graph.slices import CALL, Work
from graph.tracing import label_run
from state.base import AgentName, digest_of
from state.contracts.assignment import Assignment
from state.contracts.base import Contract, run_checks, run_own_checks
from state.contracts.brief import Brief
from state.flywheel import Attempts, ContentState, DistributionState, RevenueState, VoiceState
from state.ledger import Ledger
from state.records import Handoff, Spend
from state.violations import Refusal, ReworkOrder, Verdict, Violation, failures
from state.workspace import load_checks

Seen = TypeVar("Seen", ContentState, VoiceState, RevenueState, DistributionState)
NOTHING = Spend()
Damage = tuple[AgentName, Violation]
"""Who has to make it again, and what is wrong with it."""


@dataclass(frozen=True)
class Made:
    """What came of one run of an agent."""

    contract: Contract | None
    to: AgentName
    """Who mends it, if it has to be mended."""
    violations: tuple[Violation, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    spend: Spend = NOTHING
    seconds: float = 0.0
    final: bool = False
    """Nobody is left to ask but a person: trying again by itself would change nothing."""

    @property
    def passed(self) -> bool:
        return self.contract is not None and not failures(self.violations)


def agent_node(agent: AgentName, rooms: Rooms, seen: type[Seen]) -> Node[Seen]:
    """The node of one agent; `seen` is its input schema, as wide as its checks need."""
    boundary = BOUNDARIES[agent]

    async def node(state: Seen) -> Update:
        return await _cross(boundary, cast("Any", state), rooms)

    node.__name__ = agent
    return node


async def _cross(boundary: Boundary, state: DistributionState, rooms: Rooms) -> Update:
    ledger = await rooms.ledger_of(state["settings"])
    damaged = await _damaged(boundary, state, ledger)
    work = await _open(boundary, whole(state), rooms, ledger)
    label_run(boundary.agent, boundary.contract, work.tries + 1)
    started = perf_counter()
    made = await _make(boundary, work, damaged)
    handoff = _handoff(boundary, work, made, perf_counter() - started)
    update = _settle(boundary, work, made)
    async with ledger.together():
        if made.contract is not None:
            await ledger.put_body(boundary.contract, made.contract)
        await ledger.record_spend(state["piece"], agent=boundary.agent, spend=made.spend, now=work.facts.now)
        await ledger.record_handoff(state["piece"], handoff, now=rooms.clock())
        await _announce(update, state, ledger, rooms)
    forgotten = {boundary.parent: None} if damaged and damaged[0] != boundary.agent else {}
    return {**update, **forgotten, "handoffs": [handoff]}


async def _open(boundary: Boundary, state: DistributionState, rooms: Rooms, ledger: Ledger) -> Work:
    tries = sum(h.contract == boundary.contract and h.producer == boundary.agent for h in state.get("handoffs", []))
    order = state.get("rework")
    return Work(
        state=state,
        facts=await gather(state, ledger, rooms.clock(), boundary.contract),
        rooms=rooms,
        ledger=ledger,
        tries=tries,
        writer=rooms.open_writer(state["settings"].models, boundary.agent),
        previous=await standing(boundary, state, ledger, order.failed if order else ""),
    )


async def standing(boundary: Boundary, state: Mapping[str, Any], ledger: Ledger, digest: str) -> Contract | None:
    """The contract of this digest from the ledger, or what stands in the slot if `digest` is empty."""
    if not digest:
        return cast("Contract | None", state.get(boundary.slot))
    body = await ledger.body(digest)
    return boundary.model.model_validate_json(body[1]) if body else None


async def _make(boundary: Boundary, work: Work, damaged: Damage | None) -> Made:
    """What the entry check found, ceiling, agent, exit check."""
    if damaged:
        return Made(contract=None, to=damaged[0], violations=(damaged[1],), final=damaged[0] == boundary.agent)
    ceiling = await over_ceiling(work)
    if ceiling:
        return Made(contract=None, to=boundary.agent, violations=(ceiling,), final=True)
    try:
        made = await _judged(boundary, work, await CALL[boundary.agent](work))
    except WriterError as error:
        made = Made(
            contract=None, to=boundary.agent, violations=(error.violation,), final=not isinstance(error, WriterUnfit)
        )
    except ValidationError as error:
        made = Made(contract=None, to=boundary.agent, violations=_misfits(boundary, error))
    return Made(
        contract=made.contract,
        to=made.to,
        violations=made.violations,
        verdicts=made.verdicts,
        spend=work.writer.spent,
        final=made.final,
    )


async def _damaged(boundary: Boundary, state: DistributionState, ledger: Ledger) -> Damage | None:
    """The parent contract, as the consumer finds it: whole, approved, and the one that the ledger holds."""
    parent = state.get(boundary.parent)
    maker = next((b for b in BOUNDARIES.values() if b.slot == boundary.parent), None)
    producer, model = (maker.agent, maker.model) if maker else (boundary.agent, Assignment)
    problem = ""
    if parent is None:
        problem = "It is missing."
    elif not isinstance(parent, model):
        problem = f"It is no {model.__name__}, but a {type(parent).__name__}."
    else:
        try:
            again = model.model_validate(parent.model_dump(warnings=False))
        except ValidationError as error:
            problem = f"It no longer fits its schema: {error.errors()[0]['msg']}."
        else:
            digest = digest_of(again)
            approved = boundary.parent == "assignment" or any(a.digest == digest for a in state.get("approvals", []))
            kept = await ledger.body(digest)
            problem = (
                "" if approved and kept else "It isn't what was approved." if kept else "The ledger doesn't know it."
            )
    if not problem:
        return None
    return producer, Violation(
        code="handoff.damaged",
        where=boundary.parent,
        message=f"{boundary.agent} can't take it: {problem}",
        fix="Make it again.",
    )


async def _judged(boundary: Boundary, work: Work, result: Contract | Refusal) -> Made:
    if isinstance(result, Refusal):
        return Made(contract=None, to=result.to, violations=result.violations, final=result.to == boundary.agent)
    contract, verdicts = await judge(boundary, work.state, work.ledger, work.facts, result)
    violations = tuple(v for verdict in verdicts for v in verdict.violations)
    order = work.order
    stands_still = bool(order and order.failed and order.failed == digest_of(contract))
    return Made(contract=contract, to=boundary.agent, verdicts=verdicts, violations=violations, final=stands_still)


async def judge(
    boundary: Boundary,
    state: Mapping[str, Any],
    ledger: Ledger,
    facts: KnownFacts,
    result: Contract,
) -> tuple[Contract, tuple[Verdict, ...]]:
    """`result` re-validated from its dump, and a verdict for every check, the workspace's own among them.

    Raises ValidationError when it doesn't fit its schema.
    """
    contract = boundary.model.model_validate(result.model_dump())
    settings = state["settings"]
    if isinstance(contract, Brief):
        facts = replace(facts, snapshots=await quoted(contract, ledger))
    own: tuple[str, ...] = getattr(settings.contracts, boundary.point.removeprefix("review_")).checks
    verdicts = await asyncio.to_thread(run_checks, contract, facts, boundary.checks)
    if own:
        extra = await asyncio.to_thread(load_checks, Path(settings.workspace), own)
        verdicts += await asyncio.to_thread(run_own_checks, contract, facts, tuple(zip(own, extra, strict=True)))
    return contract, verdicts


def _misfits(boundary: Boundary, error: ValidationError) -> tuple[Violation, ...]:
    return tuple(
        Violation(
            code="handoff.schema",
            where=".".join(map(str, e["loc"])) or boundary.contract,
            message=f"{e['msg']}.",
            fix="Give it the shape that the contract names.",
        )
        for e in error.errors()[:5]
    )


def _handoff(boundary: Boundary, work: Work, made: Made, seconds: float) -> Handoff:
    return Handoff(
        contract=boundary.contract,
        producer=boundary.agent,
        attempt=work.tries + 1,
        passed=made.passed,
        digest=digest_of(made.contract) if made.contract else "",
        violations=made.violations,
        checks=made.verdicts,
        spend=made.spend,
        seconds=round(seconds, 4),
    )


def _settle(boundary: Boundary, work: Work, made: Made) -> Update:
    """Where the piece goes now: on to its review, back for rework, or stuck before a person. Pure."""
    attempts, settings, assignment = work.state["attempts"], work.state["settings"], work.state["assignment"]
    if made.passed:
        return {
            boundary.slot: made.contract,
            **boundary.cleared(),
            "approvals": boundary.still_approved(work.state.get("approvals", [])),
            "rework": None,
            "shown": show(boundary, made.contract, made.violations, attempts, settings, assignment=assignment),
        }
    if made.final or _at_bound(attempts, made.to, work):
        stuck = show(boundary, made.contract, made.violations, attempts, settings, assignment=assignment, stuck=True)
        return {"rework": None, "shown": stuck}
    order = ReworkOrder(
        to=made.to,
        origin="gate" if made.contract else f"agent:{boundary.agent}",
        violations=made.violations,
        failed=digest_of(made.contract) if made.contract else "",
    )
    return {"rework": order, "attempts": attempts.again(made.to), "shown": None}


def _at_bound(attempts: Attempts, agent: AgentName, work: Work) -> bool:
    bounds = work.state["settings"].bounds
    return attempts.of(agent) >= bounds.per_agent or attempts.total >= bounds.total


async def _announce(update: Update, state: DistributionState, ledger: Ledger, rooms: Rooms) -> None:
    """The piece's line in the ledger says that it waits, for whom and why, before the review node runs."""
    shown = update.get("shown")
    if shown is None or not waits_for_person(shown, state["settings"]):
        return
    reason = "; ".join(v.message for v in failures(shown.violations)) if shown.stuck else ""
    await ledger.update_piece(
        state["piece"], now=rooms.clock(), status="waiting", waiting_at=shown.point, reason=reason
    )
