"""Where an offer may stand in a piece, by kind, and how many may, how far apart. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from functools import lru_cache
from itertools import accumulate
from typing import Literal, get_args

from state.text import blocks, statements, words

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
    behind = block_before(body, at)
    return next((kind for kind, number in places(body, insight).items() if number == behind), None)


def block_before(body: str, at: int) -> int:
    """The number of the block (from 1) behind which the offset `at` is; 0 above the first."""
    return sum(b.start < at for b in blocks(body))


def allowed(body: str, most: int, per: int) -> int:
    """How many offers `body` may carry: one for every `per` words, one however short it is, and never more than `most`."""
    return min(most, max(1, _words_until(body)[-1] // per))


def words_between(body: str, one: int, other: int) -> int:
    """How many words stand between the places behind two blocks, by their numbers."""
    until = _words_until(body)
    return abs(until[min(one, len(until) - 1)] - until[min(other, len(until) - 1)])


def last_free(body: str, taken: Collection[int], per: int) -> int:
    """The last block behind which another offer may stand, `per` words from those that stand behind `taken`; 0 for none."""
    parts = blocks(body)
    free = (
        number
        for number in range(len(parts), 0, -1)
        if parts[number - 1].kind != "heading" and is_free(body, number, taken, per)
    )
    return next(free, 0)


def is_free(body: str, number: int, taken: Collection[int], per: int) -> bool:
    """Whether the place behind a block is `per` words from all that are taken."""
    return all(number != other and words_between(body, number, other) >= per for other in taken)


@lru_cache(maxsize=64)
def _words_until(body: str) -> tuple[int, ...]:
    """Words up to the end of each block; the first item is the top, where there are none yet."""
    counts: Counter[int] = Counter()
    for s in statements(body):
        counts[s.block] += len(words(s.text))
    return tuple(accumulate((counts[number] for number in range(len(blocks(body)))), initial=0))
