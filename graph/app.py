"""The flywheel on one screen. `graph` is compiled without a checkpointer: LangGraph's server brings its own, the desk adds one."""

from __future__ import annotations

from langgraph.graph import END, START, StateGraph

from graph.assign import assign_node
from graph.boundaries import AT_POINT, BOUNDARIES
from graph.handoff import Seen, agent_node
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
from state.base import AgentName
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
from state.records import ReviewPoint


def build(rooms: Rooms = Rooms()) -> StateGraph[FlywheelState, Context, Topic, FlywheelState]:  # a frozen value
    """The uncompiled graph, over the given rooms."""
    flow = StateGraph(FlywheelState, context_schema=Context, input_schema=Topic)

    def agent(name: AgentName, seen: type[Seen]) -> None:
        about = {"agent": name, "contract": BOUNDARIES[name].contract}
        flow.add_node(name, agent_node(name, rooms, seen), input_schema=seen, metadata=about)

    def review(point: ReviewPoint) -> None:
        about = {"agent": "person", "contract": AT_POINT[point].contract}
        flow.add_node(point, review_node(point, rooms), input_schema=ReviewState, metadata=about)

    flow.add_node("assign", assign_node(rooms), input_schema=Topic)
    agent("content", ContentState)
    review("review_brief")
    agent("voice", VoiceState)
    review("review_draft")
    agent("revenue", RevenueState)
    review("review_offer")
    agent("distribution", DistributionState)
    review("review_release")
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


graph = build().compile(name="flywheel")
