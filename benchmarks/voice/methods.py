"""Ways of saying how alike a profile and some passages are. Each learns only from authors that are neither's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.voice.profile.background import Background, Register, Vector, fit
from agents.voice.profile.tally import FUNCTION_WORDS
from benchmarks.voice.corpus import Corpus, Piece, joined

WINDOW = 4
"""Units of a background's window: 1,000 words."""
EACH = 2000
"""N-grams of each size, as in the background that ships."""
MOST_FREQUENT = {"Burrows' Delta": 150, "Cosine Delta": 500}
"""Words that the Deltas look at: as Burrows (2002) did, and as Evert et al. (2017) found good."""


@dataclass(frozen=True, eq=False)
class Counted:
    """A stretch or several: n-grams and words, one row each."""

    grams: Vector
    words: Vector


Score = Callable[[Counted, Counted], Vector]
"""Likeness of a profile (one row) and passages (a row each): the higher, the more alike, (passages,)."""
Method = Callable[[Corpus, Sequence[Piece]], Score]
"""Makes a Score from the corpus and the pieces that it may learn from."""


def counted(piece: Piece, units: slice, size: int | None = None) -> Counted:
    """Some units of a piece, summed in stretches of `size` units, or all in one."""
    grams, words = piece.grams[units], piece.words[units]
    step = size or len(grams)
    return Counted(joined(grams, step), joined(words, step))


def background(corpus: Corpus, known: Sequence[Piece]) -> tuple[NDArray[np.int64], Register]:
    """The columns of the corpus's n-grams to look at, and the register, from `known` pieces alone."""
    rates = np.mean([piece.grams.sum(axis=0) / piece.grams.sum() for piece in known], axis=0)
    sizes = corpus.vocabulary >> 30
    columns = np.sort(np.concatenate([_top(rates, sizes == size) for size in np.unique(sizes)]))
    authors: dict[str, list[Vector]] = {}
    for piece in known:
        authors.setdefault(piece.author, []).append(joined(piece.grams[:, columns], WINDOW))
    return columns, fit("corpus", authors, np.zeros(len(FUNCTION_WORDS), dtype=np.float32))


def _top(rates: Vector, among: NDArray[np.bool_]) -> NDArray[np.int64]:
    found = np.flatnonzero(among)
    return found[np.argsort(-rates[found])[:EACH]]


def as_background(corpus: Corpus, known: Sequence[Piece]) -> Background:
    """The same, as VOICE takes it."""
    columns, register = background(corpus, known)
    names = "-".join(sorted({piece.author for piece in known}))
    return Background(vocabulary=corpus.vocabulary[columns], registers=(register,), digest=names)


def ours(corpus: Corpus, known: Sequence[Piece]) -> Score:
    columns, register = background(corpus, known)

    def score(profile: Counted, passages: Counted) -> Vector:
        alike: Vector = register.place(passages.grams[:, columns]) @ register.place(profile.grams[:, columns])[0]
        return alike

    return score


def plain_grams(corpus: Corpus, known: Sequence[Piece]) -> Score:
    """Min-max likeness of the rates of 4-grams (Koppel and Winter 2014), without impostors."""
    columns = np.flatnonzero(corpus.vocabulary >> 30 == 1)

    def score(profile: Counted, passages: Counted) -> Vector:
        a, b = (_rates(c.grams[:, columns]) for c in (profile, passages))
        alike: Vector = np.minimum(a, b).sum(axis=1) / np.maximum(a, b).sum(axis=1)
        return alike

    return score


def cosine_grams(corpus: Corpus, known: Sequence[Piece]) -> Score:
    """Cosine of the z-scores of n-grams of 3 to 5: ours without the projection and the cap."""
    columns, register = background(corpus, known)

    def score(profile: Counted, passages: Counted) -> Vector:
        a, b = ((_rates(c.grams[:, columns]) - register.mean) / register.scale for c in (profile, passages))
        return _cosine(a, b)

    return score


def delta(name: str) -> Method:
    """Burrows' Delta (mean absolute difference of z-scores of words) or Cosine Delta."""

    def method(corpus: Corpus, known: Sequence[Piece]) -> Score:
        windows = np.concatenate([_word_rates(joined(piece.words, WINDOW), name) for piece in known])
        mean, scale = windows.mean(axis=0), windows.std(axis=0) + 1e-9

        def score(profile: Counted, passages: Counted) -> Vector:
            a, b = ((_word_rates(c.words, name) - mean) / scale for c in (profile, passages))
            return _cosine(a, b) if name == "Cosine Delta" else -np.abs(a - b).mean(axis=1)

        return score

    return method


def _word_rates(words: Vector, name: str) -> Vector:
    whole: Vector = np.maximum(words[:, -1:], 1)
    return words[:, : MOST_FREQUENT[name]] / whole


def _rates(counts: Vector) -> Vector:
    rates: Vector = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return rates


def _cosine(a: Vector, b: Vector) -> Vector:
    alike: Vector = (b @ a[0]) / (np.linalg.norm(a[0]) * np.linalg.norm(b, axis=1) + 1e-9)
    return alike


METHODS: dict[str, Method] = {
    "ours": ours,
    "char n-grams, z-scored": cosine_grams,
    "char 4-grams, min-max": plain_grams,
    "Cosine Delta": delta("Cosine Delta"),
    "Burrows' Delta": delta("Burrows' Delta"),
}
