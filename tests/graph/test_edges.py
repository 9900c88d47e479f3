"""Every edge of the drawn graph is gone along, once each, by a piece that has a reason to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from graph import app
from tests.graph.rig import Act, Acting, Edge, OpenFlow, asking, broken

pytestmark = pytest.mark.long

ACCEPT: Any = [{"type": "accept", "args": None}]
DROP: Any = [{"type": "ignore", "args": None}]
NONSENSE: Any = [{"type": "edit", "args": {"decision": "perhaps"}}]


def to(agent: str) -> Any:
    return [{"type": "response", "args": f"rework {agent}: once more"}]


@dataclass(frozen=True)
class Way:
    """How a piece comes along an edge: how the agents act up, and what people answer."""

    answers: Sequence[Any] = ()
    acts: Mapping[str, list[Act]] = field(default_factory=dict)


def after(accepted: int, *answers: Any) -> Way:
    return Way(answers=[ACCEPT] * accepted + list(answers))


def acted(accepted: int, **acts: list[Act]) -> Way:
    return Way(answers=[ACCEPT] * accepted, acts=acts)


WAYS: dict[Edge, Way] = {
    ("__start__", "assign"): after(0),
    ("assign", "content"): after(0),
    ("content", "review_brief"): after(0),
    ("content", "content"): acted(0, content=[broken]),
    ("review_brief", "review_brief"): after(0, NONSENSE),
    ("review_brief", "content"): after(0, to("content")),
    ("review_brief", "voice"): after(1),
    ("review_brief", "__end__"): after(0, DROP),
    ("voice", "review_draft"): after(1),
    ("voice", "voice"): acted(1, voice=[broken]),
    ("voice", "content"): acted(1, voice=[asking("content")]),
    ("review_draft", "review_draft"): after(1, NONSENSE),
    ("review_draft", "content"): after(1, to("content")),
    ("review_draft", "voice"): after(1, to("voice")),
    ("review_draft", "revenue"): after(2),
    ("review_draft", "__end__"): after(1, DROP),
    ("revenue", "review_offer"): after(2),
    ("revenue", "revenue"): acted(2, revenue=[broken]),
    ("revenue", "voice"): acted(2, revenue=[asking("voice")]),
    ("review_offer", "review_offer"): after(2, NONSENSE),
    ("review_offer", "content"): after(2, to("content")),
    ("review_offer", "voice"): after(2, to("voice")),
    ("review_offer", "revenue"): after(2, to("revenue")),
    ("review_offer", "distribution"): after(3),
    ("review_offer", "__end__"): after(2, DROP),
    ("distribution", "review_release"): after(3),
    ("distribution", "distribution"): acted(3, distribution=[broken]),
    ("distribution", "revenue"): acted(3, distribution=[asking("revenue")]),
    ("distribution", "voice"): acted(3, distribution=[asking("voice")]),
    ("distribution", "content"): acted(3, distribution=[asking("content")]),
    ("review_release", "review_release"): after(3, NONSENSE),
    ("review_release", "content"): after(3, to("content")),
    ("review_release", "voice"): after(3, to("voice")),
    ("review_release", "revenue"): after(3, to("revenue")),
    ("review_release", "distribution"): after(3, to("distribution")),
    ("review_release", "publish"): after(4),
    ("review_release", "__end__"): after(3, DROP),
    ("publish", "__end__"): after(4),
}


def _name(edge: Edge) -> str:
    return f"{edge[0]}-{edge[1]}"


@pytest.mark.parametrize("edge", WAYS, ids=_name)
async def test_edge(edge: Edge, flow: OpenFlow) -> None:
    """A piece that has a reason to goes along this edge."""
    way = WAYS[edge]
    piece = await flow(Acting(**way.acts)).start()
    for answer in way.answers:
        await piece.answer(answer)
    assert edge in await piece.edges()


def test_every_edge_is_tried() -> None:
    """The edges that are tried here are those of the drawn graph, no more and no fewer."""
    drawn = {(edge.source, edge.target) for edge in app.graph.get_graph().edges}
    assert set(WAYS) == drawn
