"""Who wrote this passage? Profiles and passages of known authors, and how often a method is right.

The headline takes the profile from one book and the passages from another of the author's. Authors with one book are
only impostors. A score may learn neither from the author of the profile nor from that of the passage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from agents.voice.profile.background import Vector
from benchmarks.voice.corpus import UNIT, Corpus, Piece
from benchmarks.voice.methods import Counted, Method, Score, counted

Regime = Literal["other book", "same book"]
REGIMES: tuple[Regime, ...] = ("other book", "same book")
SEED = 2026


@dataclass(frozen=True)
class Figures:
    accuracy: float
    """Share of passages whose author's profile is the likest of all authors' profiles."""
    auc: float
    """Chance that a passage of the author's scores above one of another's, over all profiles together."""
    false_accepts: float
    """Share of others' passages above the score that 95% of the authors' own are above."""


@dataclass(frozen=True, eq=False)
class Bench:
    """A corpus, a method, and the scores that it has made so far, by the two authors it may not know."""

    corpus: Corpus
    method: Method
    made: dict[frozenset[str], Score] = field(default_factory=dict)

    def score(self, first: str, second: str) -> Score:
        key = frozenset((first, second))
        if key not in self.made:
            self.made[key] = self.method(self.corpus, [p for p in self.corpus.pieces if p.author not in key])
        return self.made[key]


@dataclass(frozen=True, eq=False)
class Trial:
    """A profile, and passages of the same author's from elsewhere."""

    author: str
    profile: Counted
    own: Counted


def trials(corpus: Corpus, profile: int, passage: int, regime: Regime) -> Iterator[Trial]:
    """Every profile of `profile` words that the corpus allows, with own passages of `passage` words."""
    units, size = profile // UNIT, passage // UNIT
    for author in corpus.authors:
        pieces = corpus.of(author)
        for piece in pieces:
            others = [p for p in pieces if p is not piece]
            if not others or len(piece.units) < units:
                continue
            if regime == "same book":
                held = [counted(piece, slice(units, None), size)]
            else:
                held = [counted(p, slice(None), size) for p in others]
            own = Counted(np.concatenate([c.grams for c in held]), np.concatenate([c.words for c in held]))
            if len(own.grams):
                yield Trial(author, counted(piece, slice(units)), own)


def figures(bench: Bench, profile: int, passage: int, regime: Regime, share: float = 1.0) -> Figures:
    """Run all trials; `share` is the share of others' passages that is looked at, drawn with a fixed seed."""
    rng = np.random.default_rng(SEED)
    found = list(trials(bench.corpus, profile, passage, regime))
    strangers = {a: _drawn(bench.corpus.of(a), passage, share, rng) for a in bench.corpus.authors}
    own, others = [], []
    for trial in found:
        rest = [a for a in bench.corpus.authors if a != trial.author]
        own.append(bench.score(trial.author, str(rng.choice(rest)))(trial.profile, trial.own))
        others += [bench.score(trial.author, a)(trial.profile, strangers[a]) for a in rest]
    mine, theirs = np.concatenate(own), np.concatenate(others)
    limit = np.quantile(mine, 0.05)
    return Figures(_accuracy(bench, found, rng), auc(mine, theirs), float((theirs >= limit).mean()))


def auc(mine: Vector, theirs: Vector) -> float:
    """Area under the receiver's curve, by ranks (Mann and Whitney 1947)."""
    ranks = np.argsort(np.argsort(np.concatenate([mine, theirs]))) + 1
    return float((ranks[: len(mine)].sum() - len(mine) * (len(mine) + 1) / 2) / len(mine) / len(theirs))


def _drawn(pieces: Sequence[Piece], passage: int, share: float, rng: np.random.Generator) -> Counted:
    """A share of the passages of an author's pieces, one at least."""
    held = [counted(piece, slice(None), passage // UNIT) for piece in pieces]
    grams, words = (np.concatenate([getattr(c, part) for c in held]) for part in ("grams", "words"))
    kept = np.sort(rng.choice(len(grams), max(1, round(share * len(grams))), replace=False))
    return Counted(grams[kept], words[kept])


def _accuracy(bench: Bench, found: Sequence[Trial], rng: np.random.Generator) -> float:
    """Each own passage against one profile of each author's; each rival's is scored without knowing either of the two."""
    by_author: dict[str, list[Trial]] = {}
    for trial in found:
        by_author.setdefault(trial.author, []).append(trial)
    right = []
    for trial in found:
        rivals = [by_author[a][rng.integers(len(by_author[a]))] for a in by_author if a != trial.author]
        best = np.max([bench.score(trial.author, r.author)(r.profile, trial.own) for r in rivals], axis=0)
        mean = np.mean([bench.score(trial.author, r.author)(trial.profile, trial.own) for r in rivals], axis=0)
        right.append(mean > best)
    return float(np.concatenate(right).mean())
