"""Conditional edges: pure functions that return where a piece may go next. Nothing else routes. Async, as LangGraph hands plain ones to a thread."""

from __future__ import annotations

from typing import Literal

from langgraph.graph import END

from state.base import AgentName
from state.flywheel import ReviewState

End = Literal["__end__"]
assert END == "__end__"


def _order(state: ReviewState) -> AgentName | None:
    order = state.get("rework")
    return order.to if order else None


def _dropped(state: ReviewState) -> bool:
    decision = state.get("decision")
    return decision is not None and decision.kind == "drop"


async def after_content(state: ReviewState) -> Literal["content", "review_brief"]:
    return "content" if _order(state) == "content" else "review_brief"


async def after_voice(state: ReviewState) -> Literal["content", "voice", "review_draft"]:
    match _order(state):
        case "content":
            return "content"
        case "voice":
            return "voice"
        case _:
            return "review_draft"


async def after_revenue(state: ReviewState) -> Literal["voice", "revenue", "review_offer"]:
    match _order(state):
        case "voice":
            return "voice"
        case "revenue":
            return "revenue"
        case _:
            return "review_offer"


async def after_distribution(
    state: ReviewState,
) -> Literal["content", "voice", "revenue", "distribution", "review_release"]:
    return _order(state) or "review_release"


async def after_review_brief(state: ReviewState) -> Literal["review_brief", "content", "voice", "__end__"]:
    if state.get("shown"):
        return "review_brief"
    if _dropped(state):
        return "__end__"
    return "content" if _order(state) else "voice"


async def after_review_draft(state: ReviewState) -> Literal["review_draft", "content", "voice", "revenue", "__end__"]:
    if state.get("shown"):
        return "review_draft"
    if _dropped(state):
        return "__end__"
    match _order(state):
        case "content":
            return "content"
        case "voice":
            return "voice"
        case _:
            return "revenue"


async def after_review_offer(
    state: ReviewState,
) -> Literal["review_offer", "content", "voice", "revenue", "distribution", "__end__"]:
    if state.get("shown"):
        return "review_offer"
    if _dropped(state):
        return "__end__"
    return _order(state) or "distribution"


async def after_review_release(
    state: ReviewState,
) -> Literal["review_release", "content", "voice", "revenue", "distribution", "publish", "__end__"]:
    if state.get("shown"):
        return "review_release"
    if _dropped(state):
        return "__end__"
    return _order(state) or "publish"
