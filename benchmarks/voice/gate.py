"""The gate as VOICE uses it: real samples, `measure` and `read`, and the threshold from the author's own samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.voice.profile import measure, mixed, read
from agents.voice.profile.background import Background
from benchmarks.voice.corpus import Corpus
from benchmarks.voice.methods import as_background
from benchmarks.voice.trials import SEED

PARAGRAPH = 125
"""Words: a piece's line is broken so often, between sentences."""


@dataclass(frozen=True)
class Gate:
    """Shares of texts that lie past the threshold."""

    same_books: float
    """The author's, from the books that the samples are from."""
    other_book: float
    """The author's, from a book that none of the samples is from."""
    strangers: float
    """Other authors'."""


Cut = dict[tuple[str, str], list[str]]
"""Texts of about a thousand words, by author and piece."""


class Rooms:
    """Backgrounds that know neither of two authors, each made once."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._made: dict[frozenset[str], Background] = {}

    def without(self, *authors: str) -> Background:
        key = frozenset(authors)
        if key not in self._made:
            self._made[key] = as_background(self.corpus, [p for p in self.corpus.pieces if p.author not in key])
        return self._made[key]


def prose(text: str) -> list[str]:
    """One line of a novel as texts of about a thousand words in paragraphs."""
    paragraphs: list[list[str]] = [[]]
    for word in text.split():
        if len(paragraphs[-1]) >= PARAGRAPH and paragraphs[-1][-1].endswith((".", "!", "?")):
            paragraphs.append([])
        paragraphs[-1].append(word)
    lines = [" ".join(words) for words in paragraphs]
    each = 1000 // PARAGRAPH
    return ["\n\n".join(lines[i : i + each]) for i in range(0, len(lines) - each + 1, each)]


def gate(rooms: Rooms, cut: Cut, samples: int, *, texts: int = 5) -> Gate:
    """Each book of an author with several is the one left out once; the samples are drawn from the author's others.

    Read are `texts` of each: the sampled books' other texts, the book left out, and one other author, drawn by chance.
    """
    rng = np.random.default_rng(SEED)
    past: dict[str, list[bool]] = {"same": [], "other": [], "strange": []}
    for piece in (p for p in rooms.corpus.pieces if len(rooms.corpus.of(p.author)) > 1):
        foreign = str(rng.choice([a for a in rooms.corpus.authors if a != piece.author]))
        background = rooms.without(piece.author, foreign)
        known = [t for key, found in cut.items() if key[0] == piece.author and key[1] != piece.name for t in found]
        mine = _some(known, samples + texts, rng)
        profile = measure(mine[:samples], background)
        theirs = [t for key, found in cut.items() if key[0] == foreign for t in found]
        read_now = {
            "same": mine[samples:],
            "other": _some(cut[piece.author, piece.name], texts, rng),
            "strange": _some(theirs, texts, rng),
        }
        for kind, several in read_now.items():
            readings = [read(profile, text, background) for text in several]
            past[kind] += [reading.distance > reading.threshold for reading in readings]
    return Gate(*(float(np.mean(found)) for found in past.values()))


def mixtures(rooms: Rooms, cut: Cut, *, rounds: int = 100) -> tuple[list[float], list[float]]:
    """Likeness of the halves of six samples of 1,000 words: one author's (of several books), and three each of two."""
    rng = np.random.default_rng(SEED)
    one, two = [], []
    for _ in range(rounds):
        a, b = (str(author) for author in rng.choice(rooms.corpus.authors, 2, replace=False))
        background = rooms.without(a, b)
        of_a, of_b = ([t for key, found in cut.items() if key[0] == author for t in found] for author in (a, b))
        one.append(mixed(_some(of_a, 6, rng), background).likeness)
        two.append(mixed([*_some(of_a, 3, rng), *_some(of_b, 3, rng)], background).likeness)
    return one, two


def _some(texts: list[str], count: int, rng: np.random.Generator) -> list[str]:
    return [texts[i] for i in rng.choice(len(texts), min(count, len(texts)), replace=False)]
