"""Where an offer may stand in a piece, by kind. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

from state.text import blocks, statements

Placement = Literal["end", "after-insight", "middle"]
PLACEMENTS: tuple[Placement, ...] = get_args(Placement)


def places(body: str, insight: Collection[str]) -> dict[Placement, int]:
    """The kinds of place that `body` has, with the number of the block (from 1) behind which each is.

    `insight` are the ids of the evidence that the insight rests on. Never behind a heading, and two kinds are never one place: then it is the
    first of them, in this order.
    """
    parts = blocks(body)
    told = next((s.block + 1 for s in statements(body) if set(s.cites) & set(insight)), 0)
    wanted: dict[Placement, int] = {"end": len(parts), "after-insight": told, "middle": (len(parts) + 1) // 2}
    found: dict[Placement, int] = {}
    for kind, at in wanted.items():
        if 0 < at <= len(parts) and parts[at - 1].kind != "heading" and at not in found.values():
            found[kind] = at
    return found


def placement_of(body: str, at: int, insight: Collection[str]) -> Placement | None:
    """The kind of the place at offset `at`; None where it is none of them."""
    parts = blocks(body)
    behind = sum(b.start < at for b in parts)
    return next((kind for kind, number in places(body, insight).items() if number == behind), None)
