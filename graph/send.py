"""The drainer: the only code that acts on the world. Its own small graph: `due -> send`, over and over until nothing moves.

A row goes intended -> armed -> sent -> confirmed, or ends rejected or parked. It is armed, in the ledger, before the call; what a
row found armed means after a crash depends on what the channel can promise.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Literal, Protocol

from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from graph.assign import read_settings
from graph.closing import close
from graph.delivery import Outcome, Station, blocked, deliver, settled
from graph.rooms import Rooms, Update
from graph.transports import OpenChannel, open_configured
from state.channels import Channel
from state.contracts import MonetizedDraft, Release
from state.flywheel import Context
from state.ledger import Ledger
from state.records import ON_THE_WAY, OutboxRow, PostState
from state.settings import Settings
from state.workspace import load_offers

LEASE = 120.0
"""Seconds for which one process owns the posts of a (piece, channel)."""


class SendNode(Protocol):
    def __call__(self, state: SendState, runtime: Runtime[Context]) -> Awaitable[Update]: ...


class SendInput(TypedDict, total=False):
    piece: str
    """Only this piece's posts; all pieces' when absent."""


class SendState(SendInput, total=False):
    waiting: tuple[str, ...]
    """Keys of the posts to try in this pass."""
    moved: bool
    """Whether a post came to rest in the last pass: then what depended on it may be due.

    One whose outcome is unknown isn't looked up again at once: its far side may still be at work on it.
    """
    outcomes: tuple[tuple[str, str], ...]
    """(key, state) of every post that was touched in the last pass."""


def build(
    rooms: Rooms = Rooms(), channel: OpenChannel = open_configured
) -> StateGraph[SendState, Context, SendInput, SendState]:
    """The uncompiled drainer."""
    flow = StateGraph(SendState, context_schema=Context, input_schema=SendInput)
    flow.add_node("due", _due(rooms))
    flow.add_node("send", _send(rooms, channel))
    flow.add_edge(START, "due")
    flow.add_conditional_edges("due", _any_waiting)
    flow.add_conditional_edges("send", _again)
    return flow


def _any_waiting(state: SendState) -> Literal["send", "__end__"]:
    return "send" if state.get("waiting") else "__end__"


def _again(state: SendState) -> Literal["due", "__end__"]:
    return "due" if state.get("moved") else "__end__"


def _due(rooms: Rooms) -> SendNode:
    async def due(state: SendState, runtime: Runtime[Context]) -> Update:
        ledger = await rooms.ledger_of(await read_settings(runtime.context))
        rows = await ledger.open_posts(state.get("piece"))
        now = rooms.clock()
        return {"waiting": tuple(r.key for r in rows if r.not_before is None or r.not_before <= now), "moved": False}

    return due


def _send(rooms: Rooms, channel: OpenChannel) -> SendNode:
    async def send(state: SendState, runtime: Runtime[Context]) -> Update:
        settings = await read_settings(runtime.context)
        ledger = await rooms.ledger_of(settings)
        pass_ = _Pass(settings, ledger, rooms, channel, holder=f"{os.getpid()}-{uuid.uuid4().hex[:8]}")
        outcomes = [await pass_.one(key) for key in state.get("waiting", ())]
        touched = tuple((row.key, after.value) for row, after in outcomes)
        return {"outcomes": touched, "moved": any(after not in ON_THE_WAY for _, after in outcomes)}

    return send


class _Pass:
    """One pass over the posts that are due."""

    def __init__(self, settings: Settings, ledger: Ledger, rooms: Rooms, channel: OpenChannel, holder: str) -> None:
        self.settings, self.ledger, self.rooms, self.open, self.holder = settings, ledger, rooms, channel, holder

    async def one(self, key: str) -> tuple[OutboxRow, PostState]:
        """Under a lease: re-check, arm, send, record. Returns the row as it was found, and where the post rests now."""
        async with self.ledger.together():
            row = await self.ledger.post(key)
            assert row is not None  # `due` has it from the ledger, and rows are never taken out
            now = self.rooms.clock()
            if row.state not in ON_THE_WAY or not await self.ledger.lease(
                row.piece, row.channel, holder=self.holder, now=now, seconds=LEASE
            ):
                return row, row.state
        try:
            outcome = await self._try(row)
            await self._record(row, outcome)
            return row, outcome.state
        finally:
            await self.ledger.release_lease(row.piece, row.channel, holder=self.holder)

    async def _try(self, row: OutboxRow) -> Outcome:
        station = await self._station(row)
        stop = await settled(row, station) or await blocked(row, station)
        if stop is not None:
            return stop
        return await deliver(row, station, arm=lambda: self._arm(row))

    async def _station(self, row: OutboxRow) -> Station:
        """Everything that a delivery needs to know, read afresh."""
        body = await self.ledger.body(row.release)
        release = Release.model_validate_json(body[1]) if body else None
        parent = await self.ledger.body(release.parent) if release else None
        siblings: Mapping[str, OutboxRow] = {
            r.post_id: r for r in await self.ledger.outbox(row.piece) if r.release == row.release
        }
        channel, trouble = await self._channel(row.channel)
        return Station(
            release=release,
            monetized=MonetizedDraft.model_validate_json(parent[1]) if parent else None,
            approved=await self.ledger.approved(row.piece, row.release) is not None,
            siblings=siblings,
            offers=await asyncio.to_thread(load_offers, Path(self.settings.workspace)),
            channel=channel,
            trouble=trouble,
            now=self.rooms.clock(),
        )

    async def _channel(self, name: str) -> tuple[Channel | None, str]:
        """The transport, or why it can't be opened: one channel's wrong option delays no other's post."""
        try:
            return await asyncio.to_thread(self.open, self.settings, name), ""
        except ValueError as error:
            return None, str(error)

    async def _arm(self, row: OutboxRow) -> None:
        await self.ledger.move_post(row.key, state=PostState.ARMED, now=self.rooms.clock(), count_try=True)

    async def _record(self, row: OutboxRow, outcome: Outcome) -> None:
        """The post and its piece in one transaction: a kill in between would leave a finished piece `scheduled` for good."""
        now = self.rooms.clock()
        async with self.ledger.together():
            await self.ledger.move_post(
                row.key,
                state=outcome.state,
                now=now,
                reason=outcome.reason,
                url=outcome.url,
                remote_id=outcome.remote_id,
                unknown=outcome.unknown,
            )
            await close(row.piece, self.ledger, now)


graph = build().compile(name="send")
