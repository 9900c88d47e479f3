"""Passages that contradict one another, found by rule: rather miss a dispute than see one where there is none.

Two sources say the same in nearly the same words, but for a number of the same thing, or for a “not”.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import product

from agents.content.evidence import Passage
from agents.content.proposal import DisputeProposal
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


class Clause:
    """A stretch of a sentence between its marks. Most pairs share too few words, so that the rest is read only when it's asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.content = frozenset(t for t in terms(text) if not numbers(t) and not t.endswith("n't"))

    @cached_property
    def said(self) -> frozenset[str]:
        """Years and names: a figure for another year or another thing is no dispute."""
        return names(self.text) | frozenset(_YEAR.findall(self.text))

    @cached_property
    def counts(self) -> Mapping[str, str]:
        """How many, as it is written, by what is counted."""
        return dict(_counts(self.text))

    @cached_property
    def negated(self) -> bool:
        return bool(_NOT.search(self.text))


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


def with_opposites(shown: Sequence[Passage], others: Sequence[Passage]) -> tuple[Passage, ...]:
    """What is shown, and behind it whatever in the same documents contradicts one of them, however low it ranks."""
    sources = {p.source.sha256 for p in shown}
    found = {
        (other.source.sha256, other.start): other
        for p in shown
        for other in others
        if other.source.sha256 in sources - {p.source.sha256} and contradiction(p.text, other.text)
    }
    kept = {(p.source.sha256, p.start) for p in shown}
    new = [p for place, p in found.items() if place not in kept]
    return (*shown, *(p.model_copy(update={"number": len(shown) + i}) for i, p in enumerate(new, 1)))


def contradiction(one: str, other: str) -> str:
    """What two sentences disagree about, in a line; empty when they don't, as far as can be told."""
    for a, b in product(_clauses(one), _clauses(other)):
        shared = len(a.content & b.content)
        if shared < SHARED or shared < ALIKE * len(a.content | b.content) or a.said != b.said:
            continue
        differ = _differ(a, b)
        if a.negated != b.negated and not differ and shared > SHARED:
            return "Whether it is so: one says yes, the other no."
        if a.negated == b.negated and differ:
            what, mine, theirs = differ[0]
            return f"How many: {mine} {what}, or {theirs}."
    return ""


def _differ(a: Clause, b: Clause) -> list[tuple[str, str, str]]:
    """(what, how many here, how many there) where both count the same thing and come to another number."""
    return [
        (what, n, b.counts[what])
        for what, n in a.counts.items()
        if what in b.counts and numbers(n).isdisjoint(numbers(b.counts[what]))
    ]


@lru_cache(maxsize=4096)
def _clauses(sentence: str) -> tuple[Clause, ...]:
    return tuple(c for c in map(Clause, _CLAUSE.split(fold(sentence))) if len(c.content) >= SHARED)


def _counts(part: str) -> Iterator[tuple[str, str]]:
    """What is counted, and the number as it is written. Years count nothing, nor does a number in a name (`Voyager 1`)."""
    said = ["", *_TOKEN.findall(part)]
    for before, number, unit in zip(said, said[1:], said[2:], strict=False):
        named = number[0].isdigit() and before[:1].isupper() and before not in _ABOUT
        if numbers(number) and not named and not numbers(unit) and not _YEAR.fullmatch(number) and terms(unit):
            yield unit.casefold(), number.casefold()
