"""Engage: what people did is collected and judged, and each response that asks for an answer gets one drafted, reviewed, and once.

One thread collects and ends (`asked` says what wants an answer). Each answer is a thread of its own, since a thread has one pending
interrupt: started with the response's id, it ends with a row in the outbox, or without.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Literal, Protocol

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agents.distribution.triage import judge
from graph.answering import answer_node
from graph.assign import read_settings
from graph.collecting import collect
from graph.replying import ReplyDesk, draft_node, take_up_node
from graph.review import review_node
from graph.rooms import Rooms, Update
from state.engaging import EngageInput, EngageState, ReplyState
from state.flywheel import Context
from state.ledger import Ledger
from state.records import ResponseRow
from state.text import words

NO_PIECE = "it names no piece of ours, so there is nothing to answer from: answer it there"


class EngageNode(Protocol):
    def __call__(self, state: EngageState, runtime: Runtime[Context]) -> Awaitable[Update]: ...


def build(
    rooms: Rooms = Rooms(),
) -> StateGraph[EngageState, Context, EngageInput, EngageState]:
    """The uncompiled graph."""
    flow = StateGraph(EngageState, context_schema=Context, input_schema=EngageInput)
    reply = {"agent": "distribution", "contract": "Reply"}

    flow.add_node("collect", _collect(rooms))
    flow.add_node("triage", _triage(rooms))
    flow.add_node("take_up", take_up_node(rooms), input_schema=EngageInput)
    flow.add_node("draft", draft_node(rooms), input_schema=ReplyState, metadata=reply)
    flow.add_node(
        "review_reply",
        review_node("review_reply", rooms, ReplyDesk),
        input_schema=ReplyState,
        metadata=reply | {"agent": "person"},
    )
    flow.add_node("answer", answer_node(rooms), input_schema=ReplyState)

    flow.add_conditional_edges(START, _begin)
    flow.add_edge("collect", "triage")
    flow.add_edge("triage", END)
    flow.add_conditional_edges("take_up", _after_take_up)
    flow.add_conditional_edges("draft", _after_draft)
    flow.add_conditional_edges("review_reply", _after_review)
    flow.add_edge("answer", END)
    return flow


async def _begin(state: EngageState) -> Literal["take_up", "collect"]:
    return "take_up" if state.get("response") else "collect"


async def _after_take_up(state: EngageState) -> Literal["draft", "__end__"]:
    return "draft" if state.get("monetized") else "__end__"


async def _after_draft(state: EngageState) -> Literal["draft", "review_reply", "__end__"]:
    if state.get("rework"):
        return "draft"
    return "review_reply" if state.get("shown") else "__end__"


async def _after_review(state: EngageState) -> Literal["review_reply", "draft", "answer", "__end__"]:
    if state.get("shown"):
        return "review_reply"
    if state.get("rework"):
        return "draft"
    decision = state.get("decision")
    return "__end__" if decision is None or decision.kind == "drop" else "answer"


def _collect(rooms: Rooms) -> EngageNode:
    async def collecting(state: EngageState, runtime: Runtime[Context]) -> Update:
        settings = await read_settings(runtime.context)
        return {"troubles": await collect(settings, await rooms.ledger_of(settings), rooms)}

    return collecting


def _triage(rooms: Rooms) -> EngageNode:
    async def triage(state: EngageState, runtime: Runtime[Context]) -> Update:
        ledger = await rooms.ledger_of(await read_settings(runtime.context))
        every = await ledger.responses()
        said = await asyncio.to_thread(Counter, (words(row.response.text) for row in every))
        asked = [row.id for row in every if row.mark == "open" and await _asks(row, said, ledger)]
        return {"asked": tuple(asked)}

    return triage


async def _asks(row: ResponseRow, said: Counter[tuple[str, ...]], ledger: Ledger) -> bool:
    """Mark what gets no answer from us; True for what is to be drafted."""
    text = row.response.text
    judged = await asyncio.to_thread(judge, text, said[words(text)])
    if judged.mark != "open":
        await ledger.mark_response(row, judged.mark, reason=judged.reason, among=(row.mark,))
    elif row.piece is None:
        await ledger.mark_response(row, "unanswered", reason=NO_PIECE, among=(row.mark,))
    return judged.mark == "open" and row.piece is not None


graph = build().compile(name="engage")
