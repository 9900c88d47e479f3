"""An amendment: the Release of a published piece through review_release again. `open -> review_release -> publish`, or `leave`.

What is published stays as it is until a person approves; then the posts that changed are edited on their channels, those that
are gone are taken down, and new ones go out. The ledger keeps every Release.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Literal, Protocol, TypeVar

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from graph.assign import read_settings
from graph.boundaries import AT_POINT
from graph.closing import close, is_out, standing
from graph.errors import CannotAmend
from graph.publish import publish_node
from graph.review import review_node
from graph.rooms import Node, Rooms, Update
from graph.shown import show
from state.base import digest_of
from state.contracts import Assignment, Brief, Draft, Learnings, MonetizedDraft, Release
from state.contracts.base import Contract
from state.flywheel import Attempts, Context, FlywheelState, PublishState, ReviewState
from state.ledger import Ledger
from state.records import ON_THE_WAY, OutboxRow
from state.settings import Reviews

Kind = TypeVar("Kind", bound=Contract)
_POINT = AT_POINT["review_release"]


class AmendInput(TypedDict):
    piece: str


class OpenNode(Protocol):
    def __call__(self, state: AmendInput, runtime: Runtime[Context]) -> Awaitable[Update]: ...


def build(rooms: Rooms = Rooms()) -> StateGraph[FlywheelState, Context, AmendInput, FlywheelState]:
    """The uncompiled graph, over the given rooms."""
    flow = StateGraph(FlywheelState, context_schema=Context, input_schema=AmendInput)
    flow.add_node("open", _open(rooms), input_schema=AmendInput)
    flow.add_node("review_release", review_node("review_release", rooms), input_schema=ReviewState)
    flow.add_node("publish", publish_node(rooms), input_schema=PublishState)
    flow.add_node("leave", _leave(rooms), input_schema=PublishState)
    flow.add_edge(START, "open")
    flow.add_edge("open", "review_release")
    flow.add_conditional_edges("review_release", _after_review)
    flow.add_edge("publish", END)
    flow.add_edge("leave", END)
    return flow


async def _after_review(state: ReviewState) -> Literal["review_release", "publish", "leave"]:
    if state.get("shown"):
        return "review_release"
    decision = state.get("decision")
    return "leave" if decision and decision.kind == "drop" else "publish"


def _open(rooms: Rooms) -> OpenNode:
    async def open_(state: AmendInput, runtime: Runtime[Context]) -> Update:
        """Whatever the workspace's policy is, a person looks: nobody but a person asked for this."""
        settings = (await read_settings(runtime.context)).model_copy(update={"reviews": Reviews()})
        piece, ledger = state["piece"], await rooms.ledger_of(settings)
        out = published(piece, await ledger.outbox(piece))
        chain = await _chain(piece, out, ledger)
        release = chain["release"].model_copy(update={"amends": digest_of(chain["release"])})
        attempts = Attempts(person=settings.bounds.person)  # nothing goes back to an agent from here
        async with ledger.together():
            await ledger.put_body("Release", release)
            await ledger.update_piece(piece, now=rooms.clock(), status="waiting", waiting_at=_POINT.point)
        return {
            **chain,
            "piece": piece,
            "settings": settings,
            "release": release,
            "attempts": attempts,
            "rework": None,
            "decision": None,
            "approvals": [],
            "handoffs": [],
            "shown": show(_POINT, release, (), attempts, settings),
        }

    open_.__name__ = "open"
    return open_


def _leave(rooms: Rooms) -> Node[PublishState]:
    async def leave(state: PublishState) -> Update:
        """Nothing changes: the piece stands as its posts do."""
        await close(state["piece"], await rooms.ledger_of(state["settings"]), rooms.clock())
        return {"shown": None}

    return leave


def published(piece: str, rows: Sequence[OutboxRow]) -> str:
    """Digest of the Release that is out. Raises CannotAmend where nothing is, or where something is still on its way.

    `rows` are the piece's, in the order of writing.
    """
    posts = standing(rows)
    moving = next((r for r in posts.values() if r.state in ON_THE_WAY or r.unknown), None)
    if moving is not None:
        raise CannotAmend(
            piece,
            f"{moving.post_id} is {moving.state.value}: {moving.reason or 'it is still on its way'}.",
            "Wait until it has come to rest, or settle it with `flywheel outbox resolve`.",
        )
    if not any(is_out(row) for row in posts.values()):
        raise CannotAmend(piece, "Nothing of it is published.", "`flywheel show` tells where it stands.")
    return [row for row in rows if not row.answers][-1].release


class _Chain(TypedDict):
    learnings: Learnings
    assignment: Assignment
    brief: Brief
    draft: Draft
    monetized: MonetizedDraft
    release: Release


async def _chain(piece: str, digest: str, ledger: Ledger) -> _Chain:
    """The contracts that the published Release stands on, each found by the hash that the next one names."""

    async def body(digest: str, model: type[Kind]) -> Kind:
        found = await ledger.body(digest)
        if found is None:
            raise CannotAmend(piece, f"The ledger has lost its {model.__name__}.", "Restore the ledger from a backup.")
        return model.model_validate_json(found[1])

    release = await body(digest, Release)
    monetized = await body(release.parent, MonetizedDraft)
    draft = await body(monetized.parent, Draft)
    brief = await body(draft.parent, Brief)
    assignment = await body(brief.parent, Assignment)
    learnings = await body(assignment.parent, Learnings)
    return _Chain(
        learnings=learnings, assignment=assignment, brief=brief, draft=draft, monetized=monetized, release=release
    )


graph = build().compile(name="amend")
