"""The drainer: the only code that acts on the world. Its own small graph: `due -> send`, over and over until nothing moves.

A row goes intended -> armed -> sent -> confirmed, or ends rejected or parked. It is armed, in the ledger, before the call; what a
row found armed means after a crash depends on what the channel can promise. Channels are sent to side by side, the posts of one
piece on one channel one after the other.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Literal, Protocol

from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from graph.assign import read_settings
from graph.rooms import Rooms, Update
from graph.round import LEASE, Round
from graph.timing import due
from state.flywheel import Context
from state.records import ON_THE_WAY

__all__ = ["LEASE", "SendInput", "SendState", "build", "graph"]


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


def build(rooms: Rooms = Rooms()) -> StateGraph[SendState, Context, SendInput, SendState]:
    """The uncompiled drainer."""
    flow = StateGraph(SendState, context_schema=Context, input_schema=SendInput)
    flow.add_node("due", _due(rooms))
    flow.add_node("send", _send(rooms))
    flow.add_edge(START, "due")
    flow.add_conditional_edges("due", _any_waiting)
    flow.add_conditional_edges("send", _again)
    return flow


async def _any_waiting(state: SendState) -> Literal["send", "__end__"]:
    return "send" if state.get("waiting") else "__end__"


async def _again(state: SendState) -> Literal["due", "__end__"]:
    return "due" if state.get("moved") else "__end__"


def _due(rooms: Rooms) -> SendNode:
    async def look(state: SendState, runtime: Runtime[Context]) -> Update:
        settings = await read_settings(runtime.context)
        ledger = await rooms.ledger_of(settings)
        rows = due(await ledger.open_posts(state.get("piece")), await ledger.gates(), settings, rooms.clock())
        return {"waiting": tuple(row.key for row in rows), "moved": False}

    look.__name__ = "due"
    return look


def _send(rooms: Rooms) -> SendNode:
    async def send(state: SendState, runtime: Runtime[Context]) -> Update:
        settings = await read_settings(runtime.context)
        ledger = await rooms.ledger_of(settings)
        async with Round(settings, ledger, rooms.clock, rooms.open_channel) as round_:
            outcomes = await round_.all(frozenset(state.get("waiting", ())))
        touched = tuple((row.key, after.value) for row, after in outcomes)
        return {"outcomes": touched, "moved": any(after not in ON_THE_WAY for _, after in outcomes)}

    return send


graph = build().compile(name="send")
