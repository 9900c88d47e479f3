"""Scouting: with no topic given, what is worth writing about now. Runs in the `assign` node."""

from __future__ import annotations

from collections.abc import Sequence

from agents.content.evidence import Index, passages
from state.base import Frozen, one_line
from state.contracts.assignment import TOPIC, Candidate
from state.notes import heading
from state.sources import Snapshot
from state.text import fold

ENOUGH = 6
"""Passages on a topic beyond which more don't count."""


class ScoutInput(Frozen):
    notes: tuple[tuple[str, str], ...]
    """(path, text) of the author's notes: each heading is something that they want to say."""
    snapshots: tuple[Snapshot, ...]
    used: frozenset[str] = frozenset()
    """sha256 of the texts that earlier pieces drew on."""
    published: tuple[str, ...] = ()
    """Topics of earlier pieces."""
    themes: tuple[str, ...] = ()
    """From Learnings, best first."""


def scout(given: ScoutInput) -> tuple[Candidate, ...]:
    """Candidates, best first: the author's notes, then the sources' own titles.

    A candidate's score is the share of passages and of origins that would bear it, more for texts that no piece has used, a
    bonus of a quarter for an author's note and a tenth for a theme that did well. Topics that were published are left out.
    """
    done = {fold(t).casefold() for t in given.published}
    index = Index(passages(given.snapshots))
    found: dict[str, Candidate] = {}
    for topic, about in [*_noted(given.notes), *((s.title, "") for s in given.snapshots)]:
        key = fold(topic).casefold()
        if key in done or key in found or not 3 <= len(topic) <= TOPIC:
            continue
        ranked = [p for p in index.rank(topic, ENOUGH * 2, about=about) if p.score >= 1.0][:ENOUGH]
        origins = {p.source.origin for p in ranked}
        fresh = sum(p.source.sha256 not in given.used for p in ranked) / max(len(ranked), 1)
        score = (
            (len(ranked) / ENOUGH + min(len(origins), 4) / 4) / 2 * (0.5 + fresh / 2)
            + 0.25 * bool(about)
            + 0.1 * _on_theme(topic, given.themes)
        )
        why = f"{'A note of the author' if about else 'A source'}; {len(ranked)} passages from {len(origins)} origins, {fresh:.0%} unused."
        if ranked:
            found[key] = Candidate(topic=one_line(topic), why=why, score=round(score, 3))
    return tuple(sorted(found.values(), key=lambda c: -c.score))


def _noted(notes: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """(heading, text) of each note that has a heading: something that the author wants to say."""
    return tuple((heading(text), text) for _, text in notes if heading(text))


def _on_theme(topic: str, themes: Sequence[str]) -> bool:
    return any(fold(t).casefold() in fold(topic).casefold() for t in themes)
