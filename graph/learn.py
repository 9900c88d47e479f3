"""Learn: collect what people did, put it together with what was clicked and bought, and write the Learnings that the next piece gets.

A small graph of its own, run on a schedule by `flywheel up`, by `flywheel learn`, or by the server's cron. While nothing new has happened it writes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Protocol

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict  # pydantic reads only these on Python 3.11, and Studio asks it for a form

from agents.optimizer.counting import Lag, findings
from graph.assign import read_settings
from graph.books import Books, books
from graph.collecting import collect
from graph.describing import describe
from graph.observing import currency_of, observed
from graph.rooms import Rooms, Update
from state.base import digest_of
from state.contracts import Learnings
from state.contracts.learnings import PARTS
from state.flywheel import Context
from state.settings import Settings

STALE = timedelta(days=1)
"""Learnings that nothing was added to are written anew after this long: what they rest on counts for less each day."""


class LearnInput(TypedDict):
    """It asks for nothing: `{}`."""


class LearnState(LearnInput, total=False):
    troubles: tuple[str, ...]
    """What kept a channel from telling what people did; the others were asked."""
    learnings: str
    """Digest of the newest."""
    changed: bool
    """Whether this run wrote it."""


class LearnNode(Protocol):
    def __call__(self, state: LearnState, runtime: Runtime[Context]) -> Awaitable[Update]: ...


def build(
    rooms: Rooms = Rooms(),
) -> StateGraph[LearnState, Context, LearnInput, LearnState]:
    """The uncompiled graph."""
    flow = StateGraph(LearnState, context_schema=Context, input_schema=LearnInput)
    flow.add_node("collect", _collect(rooms))
    flow.add_node("describe", _describe(rooms))
    flow.add_node("conclude", _conclude(rooms))
    flow.add_edge(START, "collect")
    flow.add_edge("collect", "describe")
    flow.add_edge("describe", "conclude")
    flow.add_edge("conclude", END)
    return flow


def _collect(rooms: Rooms) -> LearnNode:
    async def collecting(state: LearnState, runtime: Runtime[Context]) -> Update:
        settings = await read_settings(runtime.context)
        return {"troubles": await collect(settings, await rooms.ledger_of(settings), rooms)}

    return collecting


def _describe(rooms: Rooms) -> LearnNode:
    async def describing(state: LearnState, runtime: Runtime[Context]) -> Update:
        await describe(await rooms.ledger_of(await read_settings(runtime.context)))
        return {}

    return describing


def _conclude(rooms: Rooms) -> LearnNode:
    async def conclude(state: LearnState, runtime: Runtime[Context]) -> Update:
        settings = await read_settings(runtime.context)
        ledger, now = await rooms.ledger_of(settings), rooms.clock()
        kept = await ledger.latest_learnings()
        before = Learnings.model_validate_json(kept) if kept else None
        told = await books(ledger, settings)
        if before is not None and before.as_of is not None and now - before.as_of < STALE:
            again = await asyncio.to_thread(concluded, told, settings, before.as_of)
            if all(before.of(part) == again.of(part) for part in PARTS):
                return {"learnings": digest_of(before), "changed": False}
        learnings = await asyncio.to_thread(concluded, told, settings, now)
        learnings = learnings.model_copy(update={"parent": digest_of(before) if before else ""})
        return {"learnings": await ledger.put_learnings(learnings, now=now), "changed": True}

    return conclude


def concluded(told: Books, settings: Settings, now: datetime) -> Learnings:
    """What the books say by `now`, part by part; nothing of a part that too little is known of. Pure."""
    currency, policy = currency_of(told, settings.sales.currency), settings.optimizer
    lag = Lag.of(told.waited)
    times = {channel.name: channel.times for channel in settings.channels}
    found = {
        part: findings(seen, now=now, policy=policy, currency=currency, lag=lag)
        for part, seen in observed(told, currency, times).items()
    }
    return Learnings(parent="", as_of=now, **found)


graph = build().compile(name="learn")
