"""CONTENT without a model: the sentence most central to the topic is the insight, quoted and attributed."""

from __future__ import annotations

from agents.content.evidence import Passage
from agents.content.proposal import AngleProposal, BriefProposal, Research
from state.notes import terms
from state.text import names, numbers

PIECES = 7
"""Pieces of evidence beside a note of the author's; without one the quotes carry the piece, and as many as allowed are taken."""


def propose(research: Research) -> BriefProposal:
    ranked = sorted(research.passages, key=lambda p: -_weight(p, research.passages))
    insight = ranked[0]
    chosen = _spread(ranked, min(PIECES, research.most) if research.about else research.most)
    first, others = _who(insight), list(dict.fromkeys(_who(p) for p in chosen if _who(p) != _who(insight)))
    return BriefProposal(
        insight=f"{first} says: “{insight.text}”",
        insight_passages=(insight.number,),
        evidence=tuple(p.number for p in chosen),
        angles=(
            AngleProposal(
                title=_headline(research.topic),
                approach="Open with what the author has seen of this, and let the sources bring the facts one at a time.",
            ),
            AngleProposal(
                title=f"{_headline(research.topic)}: more than one witness",
                approach=f"Set {first} beside {' and '.join(others[:2]) or 'the author'}, and show where they differ in weight.",
            ),
        ),
        next_steps=(
            "Open with the author's own note on this if there is one.",
            f"Stress what {first} says, because the rest leans on it.",
            "Quote each source once before quoting any of them twice, and say who speaks.",
            "Leave out whatever no passage here says.",
        ),
    )


def _weight(p: Passage, others: tuple[Passage, ...]) -> float:
    """Its own score, times how much of what it says others say too (1 to 2), times how concrete it is (1 to 1.6).

    A sentence with a number and a name in it can be checked and remembered; one without is often a turn of phrase.
    """
    mine = set(terms(p.text))
    elsewhere = {t for o in others if o.source.sha256 != p.source.sha256 for t in terms(o.text)}
    concrete = min(4, len(numbers(p.text)) + len(names(p.text)))
    return p.score * (1 + len(mine & elsewhere) / max(len(mine), 1)) * (1 + 0.15 * concrete)


def _spread(ranked: list[Passage], most: int) -> list[Passage]:
    """The best passages, one of each source before the second of any."""
    chosen: list[Passage] = []
    for turn in range(1, most + 1):
        for p in ranked:
            if (
                len(chosen) < most
                and p not in chosen
                and sum(c.source.sha256 == p.source.sha256 for c in chosen) < turn
            ):
                chosen.append(p)
    return chosen


def _who(p: Passage) -> str:
    return p.source.author or p.source.title


def _headline(topic: str) -> str:
    topic = topic.strip().rstrip(".")
    return topic[:1].upper() + topic[1:]
