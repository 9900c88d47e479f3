"""The flywheel on one screen. `graph` is compiled without a checkpointer: LangGraph's server brings its own, the desk adds one."""

from __future__ import annotations

from langgraph.graph import END, START, StateGraph

from graph.assign import assign_node
from graph.handoff import agent_node
from graph.publish import publish_node
from graph.review import review_node
from graph.rooms import Rooms
from graph.routes import (
    after_content,
    after_distribution,
    after_revenue,
    after_review_brief,
    after_review_draft,
    after_review_offer,
    after_review_release,
    after_voice,
)
from state.flywheel import (
    ContentState,
    Context,
    DistributionState,
    FlywheelState,
    PublishState,
    RevenueState,
    ReviewState,
    Topic,
    VoiceState,
)


def build(rooms: Rooms = Rooms()) -> StateGraph[FlywheelState, Context, Topic, FlywheelState]:  # a frozen value
    """The uncompiled graph, over the given rooms."""
    flow = StateGraph(FlywheelState, context_schema=Context, input_schema=Topic)

    flow.add_node("assign", assign_node(rooms), input_schema=Topic)
    flow.add_node(
        "content",
        agent_node("content", rooms, ContentState),
        input_schema=ContentState,
        metadata=_about("content", "Brief"),
    )
    flow.add_node(
        "review_brief", review_node("review_brief", rooms), input_schema=ReviewState, metadata=_about("person", "Brief")
    )
    flow.add_node(
        "voice", agent_node("voice", rooms, VoiceState), input_schema=VoiceState, metadata=_about("voice", "Draft")
    )
    flow.add_node(
        "review_draft", review_node("review_draft", rooms), input_schema=ReviewState, metadata=_about("person", "Draft")
    )
    flow.add_node(
        "revenue",
        agent_node("revenue", rooms, RevenueState),
        input_schema=RevenueState,
        metadata=_about("revenue", "MonetizedDraft"),
    )
    flow.add_node(
        "review_offer",
        review_node("review_offer", rooms),
        input_schema=ReviewState,
        metadata=_about("person", "MonetizedDraft"),
    )
    flow.add_node(
        "distribution",
        agent_node("distribution", rooms, DistributionState),
        input_schema=DistributionState,
        metadata=_about("distribution", "Release"),
    )
    flow.add_node(
        "review_release",
        review_node("review_release", rooms),
        input_schema=ReviewState,
        metadata=_about("person", "Release"),
    )
    flow.add_node("publish", publish_node(rooms), input_schema=PublishState)

    flow.add_edge(START, "assign")
    flow.add_edge("assign", "content")
    flow.add_conditional_edges("content", after_content)
    flow.add_conditional_edges("review_brief", after_review_brief)
    flow.add_conditional_edges("voice", after_voice)
    flow.add_conditional_edges("review_draft", after_review_draft)
    flow.add_conditional_edges("revenue", after_revenue)
    flow.add_conditional_edges("review_offer", after_review_offer)
    flow.add_conditional_edges("distribution", after_distribution)
    flow.add_conditional_edges("review_release", after_review_release)
    flow.add_edge("publish", END)
    return flow


def _about(agent: str, contract: str) -> dict[str, str]:
    return {"agent": agent, "contract": contract}


graph = build().compile(name="flywheel")
