"""Passages that contradict one another, found by rule: rather miss a dispute than see one where there is none.

Two sources say the same in nearly the same words, but for a number of the same thing, or for a “not”.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

from agents.content.evidence import Passage
from agents.content.proposal import DisputeProposal
from state.base import Frozen
from state.notes import terms
from state.text import fold, names, numbers

ALIKE = 0.6
"""Share of two clauses' content words, numbers aside, that both hold."""
SHARED = 3
"""Content words that both hold at least; one more where a “not” makes the difference."""
_NOT = re.compile(r"\b(?:not|never|nobody)\b|n't\b")
_CLAUSE = re.compile(r"[,;:–—]\s|\s[–—]\s")
_TOKEN = re.compile(r"[^\W_](?:[\w.,'-]*[^\W_])?%?")
_ABOUT = frozenset(("About", "Almost", "Around", "Nearly", "Only", "Over", "Some"))
_YEAR = re.compile(r"\b1[0-9]\d\d\b|\b20\d\d\b")


class Clause(Frozen):
    """A stretch of a sentence between its marks."""

    content: frozenset[str]
    counts: tuple[tuple[str, str], ...]
    """(what is counted, how many) where a number stands before a word."""
    said: frozenset[str]
    """Years and names: a figure for another year or another thing is no dispute."""
    negated: bool


def disputes(passages: Sequence[Passage]) -> tuple[DisputeProposal, ...]:
    """Pairs from different sources, each passage in one dispute at most."""
    found: list[DisputeProposal] = []
    taken: set[int] = set()
    for i, one in enumerate(passages):
        for other in passages[i + 1 :]:
            if one.source.sha256 == other.source.sha256 or {one.number, other.number} & taken:
                continue
            about = contradiction(one.text, other.text)
            if about:
                found.append(DisputeProposal(passages=(one.number, other.number), about=about))
                taken |= {one.number, other.number}
    return tuple(found)


def contradiction(one: str, other: str) -> str:
    """What two sentences disagree about, in a line; empty when they don't, as far as can be told."""
    for a, b in product(_clauses(one), _clauses(other)):
        shared = a.content & b.content
        if len(shared) < SHARED or len(shared) < ALIKE * len(a.content | b.content) or a.said != b.said:
            continue
        differ = _differ(a, b)
        if a.negated != b.negated and not differ and len(shared) > SHARED:
            return "Whether it is so: one says yes, the other no."
        if a.negated == b.negated and differ:
            what, mine, theirs = differ[0]
            return f"How many: {mine} {what}, or {theirs}."
    return ""


def _differ(a: Clause, b: Clause) -> list[tuple[str, str, str]]:
    """(what, how many here, how many there) where both count the same thing once and come to another number."""
    mine, theirs = dict(a.counts), dict(b.counts)
    return [
        (unit, mine[unit], theirs[unit])
        for unit in mine
        if unit in theirs and numbers(mine[unit]).isdisjoint(numbers(theirs[unit]))
    ]


@lru_cache(maxsize=4096)
def _clauses(sentence: str) -> tuple[Clause, ...]:
    return tuple(_clause(part) for part in _CLAUSE.split(fold(sentence)) if len(terms(part)) >= SHARED)


def _clause(part: str) -> Clause:
    return Clause(
        content=frozenset(t for t in terms(part) if not numbers(t) and not t.endswith("n't")),
        counts=tuple(_counts(part)),
        said=names(part) | frozenset(_YEAR.findall(part)),
        negated=bool(_NOT.search(part)),
    )


def _counts(part: str) -> Iterator[tuple[str, str]]:
    """What is counted, and the number as it is written. Years count nothing, nor does a number in a name (`Voyager 1`)."""
    said = ["", *_TOKEN.findall(part)]
    for before, number, unit in zip(said, said[1:], said[2:], strict=False):
        named = number[0].isdigit() and before[:1].isupper() and before not in _ABOUT
        if numbers(number) and not named and not numbers(unit) and not _YEAR.fullmatch(number) and terms(unit):
            yield unit.casefold(), number.casefold()
