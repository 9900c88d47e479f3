"""CONTENT without a model: the passage that ranks first is the insight, quoted and attributed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from agents.content.disputes import disputes
from agents.content.evidence import Passage
from agents.content.proposal import AngleProposal, BriefProposal, Research

PIECES = 7
"""Pieces of evidence beside a note of the author's; without one the quotes carry the piece, and as many as allowed are taken."""


WORTHY = 0.65
"""Share of the best passage's score below which a passage stands beside a note only when the better ones are used up."""


def propose(research: Research) -> BriefProposal:
    insight = research.passages[0]
    if research.about:
        chosen = _spread(research.passages, min(PIECES, research.most), WORTHY * insight.score)
    else:
        chosen = _spread(research.passages, research.most, 0.0)
    found = disputes(research.passages)
    first, others = _who(insight), list(dict.fromkeys(_who(p) for p in chosen if _who(p) != _who(insight)))
    return BriefProposal(
        insight=f"{first} says: “{insight.text}”",
        insight_passages=(insight.number,),
        evidence=tuple(p.number for p in chosen),
        angles=(
            AngleProposal(
                kind="first-hand",
                title=_headline(research.topic),
                approach="Open with what the author has seen of this, and let the sources bring the facts one at a time.",
            ),
            AngleProposal(
                kind="witnesses",
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
        disputes=found,
    )


def _spread(ranked: Sequence[Passage], most: int, worthy: float) -> list[Passage]:
    """The best passages, one of each source before the second of any; those that score less than `worthy` after all others."""
    turns: Counter[str] = Counter()
    order = []
    for at, p in enumerate(ranked):
        turns[p.source.sha256] += 1
        order.append((p.score < worthy, turns[p.source.sha256], at, p))
    return [p for *_, p in sorted(order, key=lambda entry: entry[:3])][:most]


def _who(p: Passage) -> str:
    return p.source.author or p.source.title


def _headline(topic: str) -> str:
    topic = topic.strip().rstrip(".")
    return topic[:1].upper() + topic[1:]
