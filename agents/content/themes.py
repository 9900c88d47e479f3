"""Grouping documents by what they are about, so that ten reports of one matter are one candidate and not ten."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from state.notes import terms
from state.sources import Snapshot

ALIKE = 0.1
"""Cosine of two documents' tf-idf from which they are on one theme: two reports of one event have 0.3 and more, two essays on one
subject 0.1, two on neighbouring ones 0.05."""
_TITLE = 3
"""How often a title counts: it says what the text is about."""
_WORDS = 60
"""Telling words kept of a document; the rest say little, and cost time."""
_NAMED = 12
"""Words that a theme is known by."""

Matrix = NDArray[np.float32]
Weights = dict[str, float]


class Theme(NamedTuple):
    """Documents on one matter."""

    documents: tuple[Snapshot, ...]
    """The most central one first, then in the order given."""
    words: tuple[str, ...]
    """Its most telling words, best first."""


class Collection:
    """Documents, weighed word by word: tf-idf and cosine (Salton and Buckley 1988). Takes CPU time: make it in a thread."""

    def __init__(self, documents: Sequence[Snapshot]) -> None:
        self.documents = tuple(documents)
        self._weights = _weights(documents)
        self._lengths = [_length(held) for held in self._weights]

    def on(self, words: Iterable[str], most: int) -> tuple[Snapshot, ...]:
        """Give the documents that hold most of the weight of these words, best first; at most so many."""
        wanted = set(words)
        shares = [
            sum(weight for word in wanted if (weight := held.get(word))) / length
            for held, length in zip(self._weights, self._lengths, strict=True)
        ]
        best = sorted(range(len(shares)), key=lambda at: -shares[at])[:most]
        return tuple(self.documents[at] for at in best if shares[at] > 0)

    def themes(self) -> tuple[Theme, ...]:
        """Group them, in the order of each theme's first member.

        A document joins the theme whose leader, its first member, it is most like; comparing with leaders only keeps a
        chain of ever weaker likenesses from tying unlike texts together.
        """
        vectors = _vectors(self._weights, self._lengths)
        likeness = vectors @ vectors.T
        groups: dict[int, list[int]] = {}
        for at in range(len(self.documents)):
            leaders = list(groups)
            near = likeness[at, leaders]
            best = int(near.argmax()) if leaders else at
            if leaders and near[best] >= ALIKE:
                groups[leaders[best]].append(at)
            else:
                groups[at] = [at]
        return tuple(_theme(members, self.documents, self._weights, likeness) for members in groups.values())


def _theme(members: list[int], documents: Sequence[Snapshot], weights: list[Weights], likeness: Matrix) -> Theme:
    central = members[int(likeness[np.ix_(members, members)].sum(axis=0).argmax())]
    words: Counter[str] = Counter()
    for member in members:
        words.update(weights[member])
    best = sorted(words, key=lambda word: (-words[word], word))[:_NAMED]
    return Theme(tuple(documents[i] for i in (central, *(m for m in members if m != central))), tuple(best))


def _weights(documents: Sequence[Snapshot]) -> list[Weights]:
    """What each word weighs in each document: 1 + log of its count, times its rarity; figures alone are no theme."""
    counts = [Counter(w for w in (*terms(d.title) * _TITLE, *terms(d.text)) if not w.isdigit()) for d in documents]
    spread = Counter(word for held in counts for word in held)
    rarity = {word: math.log(len(documents) / n) + 0.1 for word, n in spread.items()}
    return [{word: (1 + math.log(n)) * rarity[word] for word, n in held.items()} for held in counts]


def _vectors(weights: Sequence[Weights], lengths: Sequence[float]) -> Matrix:
    """One row a document, one column a word that stands in two of them at least.

    A row with the words that no other document holds would have length 1: those tie nothing together, and still say that a
    text is about something else.
    """
    spread = Counter(word for held in weights for word in held)
    kept = [_most({word: w for word, w in held.items() if spread[word] > 1}) for held in weights]
    column = {word: at for at, word in enumerate(sorted({word for row in kept for word in row}))}
    rows: Matrix = np.zeros((len(weights), len(column)), dtype=np.float32)
    for at, (row, length) in enumerate(zip(kept, lengths, strict=True)):
        for word, weight in row.items():
            rows[at, column[word]] = weight / length
    return rows


def _length(weights: Weights) -> float:
    return math.sqrt(sum(w * w for w in weights.values())) or 1.0


def _most(weights: Weights) -> Weights:
    return dict(sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:_WORDS])
