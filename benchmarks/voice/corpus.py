"""A corpus of one folder an author, one text file a piece, cut into units of 250 words and counted once.

Quotation marks are dropped, so that dialogue counts: it is the novelist's too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agents.voice.profile.background import SIZES, Vector, codes, levelled, tallied

UNIT = 250
"""Words that are counted together; passages and profiles are made of whole units."""
_CHAPTER = re.compile(r"\bCHAPTER\b[ .IVXLC\d]*|\bChapter [\d.IVXLC]+")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")


@dataclass(frozen=True, eq=False)
class Piece:
    """One work of an author's."""

    author: str
    name: str
    units: tuple[str, ...]
    """Levelled text, 250 words each."""
    grams: Vector
    """(units, n-grams) in the corpus's wide vocabulary."""
    words: Vector
    """(units, words) of the corpus's most frequent words."""


@dataclass(frozen=True, eq=False)
class Corpus:
    vocabulary: NDArray[np.int64]
    """Codes of the n-grams that are counted, ascending."""
    pieces: tuple[Piece, ...]

    @property
    def authors(self) -> tuple[str, ...]:
        return tuple(sorted({piece.author for piece in self.pieces}))

    def of(self, author: str) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if piece.author == author)


def texts(folder: Path) -> dict[tuple[str, str], str]:
    """The pieces that hold any text, by author and name; chapter headings are dropped."""
    found = {}
    for path in sorted(folder.glob("*/*.txt")):
        text = _CHAPTER.sub("", path.read_text(encoding="utf-8")).replace('"', " ").replace("_", " ")
        if text.strip():
            found[path.parent.name, path.stem] = " ".join(text.split())
    return found


def units(text: str) -> tuple[str, ...]:
    """Levelled `text` in units of 250 words; a shorter rest is left out."""
    words = levelled(text).split()
    return tuple(" ".join(words[i : i + UNIT]) for i in range(0, len(words) - UNIT + 1, UNIT))


def frequent(pieces: Sequence[Sequence[str]], each: int) -> NDArray[np.int64]:
    """The `each` most frequent n-grams of every size, by their mean rate over `pieces`; ascending."""
    kept = []
    for size in SIZES:
        rates: Counter[int] = Counter()
        for piece in pieces:
            values, counts = np.unique(np.concatenate([codes(unit, (size,)) for unit in piece]), return_counts=True)
            for value, rate in zip(values.tolist(), (counts / counts.sum()).tolist(), strict=True):
                rates[value] += rate
        kept += [value for value, _ in rates.most_common(each)]
    return np.sort(np.array(kept, dtype=np.int64))


def count(text: dict[tuple[str, str], str], each: int, words: int) -> Corpus:
    """`text` cut and counted, in the `each` most frequent n-grams of a size and the `words` most frequent words."""
    cut = {key: units(one) for key, one in text.items()}
    cut = {key: found for key, found in cut.items() if found}
    vocabulary = frequent(list(cut.values()), each)
    listed = Counter(word for found in cut.values() for unit in found for word in _WORD.findall(unit))
    index = {word: i for i, (word, _) in enumerate(listed.most_common(words))}
    return Corpus(
        vocabulary=vocabulary,
        pieces=tuple(
            Piece(
                author=author,
                name=name,
                units=found,
                grams=np.stack([tallied(unit, vocabulary) for unit in found]),
                words=np.stack([_words(unit, index) for unit in found]),
            )
            for (author, name), found in cut.items()
        ),
    )


def _words(unit: str, index: dict[str, int]) -> Vector:
    """Counts of the listed words, and how many words there are in the last column."""
    found = _WORD.findall(unit)
    at = [index[word] for word in found if word in index]
    row = np.bincount(np.array(at, dtype=np.int64), minlength=len(index) + 1).astype(np.float32)
    row[-1] = len(found)
    return row


def joined(rows: Vector, size: int) -> Vector:
    """Sums of `size` rows in a row; a shorter rest is left out."""
    whole = len(rows) // size
    sums: Vector = rows[: whole * size].reshape(whole, size, -1).sum(axis=1)
    return sums
