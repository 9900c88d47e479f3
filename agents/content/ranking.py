"""What matters for a topic: which documents are about it, and which of their sentences say what the others say, too.

No word's place in a document counts, and no idf of a large collection: a workspace may hold six documents, all on one thing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

from state.notes import terms

Key = TypeVar("Key")
Vector = Mapping[str, float]
Query = Mapping[str, float]
"""Weight of each term that is asked for."""

_CAUSE = re.compile(
    r"\b(?:because|since|so that|which is why|why|the reason|so \w+ that|therefore|thus)\b", re.IGNORECASE
)
_CONTRAST = re.compile(
    r"\b(?:but|not|no|nobody|never|only|hardly|neither|nor|though|instead|without|unless|rather|whereas)\b|n['’]t\b",
    re.IGNORECASE,
)
VOTES = 4.0
"""Power of how much of the query a document holds, by which it says what others should be like: in a mixed collection the
few that hold most of it decide, as the first ranks do in relevance feedback."""
LENGTH = 0.25
"""Power of a sentence's length by which its sum of weights is divided: 0 favours the long, 1 the short."""


def relevance(documents: Mapping[str, Counter[str]], query: Query) -> dict[str, float]:
    """Score from 0 to 1 of each document, the best at 1; empty when none holds a term of the query.

    The mean of two: how much of the query it holds, each term saturating; and how like it is to the documents that hold the
    query (cosine over the terms that two documents share; pseudo-relevance feedback: Rocchio 1971).
    """
    held = Counter(t for d in documents.values() for t in d)
    idf = {t: math.log(1 + len(documents) / n) for t, n in held.items()}
    asked = {t: w * idf[t] for t, w in query.items() if t in held}
    own = levelled({k: sum(w * d[t] / (d[t] + 1) for t, w in asked.items()) for k, d in documents.items()})
    if not any(own.values()):
        return {}
    vectors = {
        k: _unit({t: (1 + math.log(n)) * idf[t] for t, n in d.items() if held[t] > 1}) for k, d in documents.items()
    }
    votes = {k: score**VOTES for k, score in own.items()}
    alike = levelled({k: _like_the_others(k, vectors, votes) for k in documents})
    return levelled({k: own[k] + alike[k] for k in documents})


def _like_the_others(key: str, vectors: Mapping[str, Vector], votes: Mapping[str, float]) -> float:
    mine, others = vectors[key], [k for k in vectors if k != key]
    total = sum(votes[k] for k in others)
    dots = (votes[k] * sum(x * vectors[k].get(t, 0.0) for t, x in mine.items()) for k in others if votes[k])
    return sum(dots) / total if total else 0.0


def central(documents: Mapping[str, Counter[str]], relevant: Mapping[str, float], gain: Query) -> dict[str, float]:
    """Weight of each term in what the relevant documents say together (centroid: Radev and others 2004), times its `gain`."""
    weights: dict[str, float] = {}
    for key, share in relevant.items():
        for term, n in documents[key].items():
            weights[term] = weights.get(term, 0.0) + share**2 * math.log(1 + n)
    return {t: w * gain.get(t, 1.0) for t, w in weights.items()}


def weight(text: str, held: Counter[str], centroid: Mapping[str, float]) -> float:
    """How much of what matters the sentence `text`, whose terms are `held`, says; more when it gives a reason or draws a line.

    A reason or a contrast marks a claim (cue phrases: Edmundson 1969); a question claims nothing.
    """
    said = sum(centroid.get(t, 0.0) for t in held) / math.pow(max(held.total(), 4), LENGTH)
    cues = (1.2 if _CAUSE.search(text) else 1.0) * (1 + 0.1 * min(2, len(_CONTRAST.findall(text))))
    return said * cues * (0.5 if text.endswith("?") else 1.0)


def levelled(scores: Mapping[Key, float]) -> dict[Key, float]:
    """From 0 to 1, the best at 1."""
    top = max(scores.values(), default=0.0) or 1.0
    return {key: score / top for key, score in scores.items()}


def counted(text: str) -> Counter[str]:
    return Counter(terms(text))


def _unit(vector: Vector) -> Vector:
    length = math.sqrt(sum(x * x for x in vector.values())) or 1.0
    return {t: x / length for t, x in vector.items()}
