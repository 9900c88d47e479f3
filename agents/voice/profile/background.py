"""What English looks like in numbers: character n-grams, how they vary, and what of that has nothing to do with the author.

A text is the rates of some thousand character 3- to 5-grams (M. Koppel and Y. Winter, "Determining if two documents are
written by the same author", JASIST 65, 2014; they too judge by the company of other writers, the impostors). Each rate is
compared with a register of other people's writing: its mean and its standard deviation from window to window. Then the
directions in which one author varies most (subject, dialogue or narration, one book or the next) are projected out:
nuisance attribute projection (A. Solomonoff, W. Campbell and I. Boardman, ICASSP 2005), made for telling speakers apart.
Two texts are compared by the cosine of what is left, as in Cosine Delta (P. Smith and W. Aldridge, "Improving authorship
attribution", Journal of Quantitative Linguistics 18, 2011).

`background.npz` holds aggregate rates and no text: docs/voice.md says of what, and benchmarks/voice/build.py makes it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from state.typography import fold

Vector = NDArray[np.float32]
SIZES = (3, 4, 5)
"""Lengths of the n-grams, in characters."""
DIRECTIONS = 20
"""Directions that are projected out; 15 to 40 did equally well on novelists left out."""
CAP = 2.0
"""The largest z-score that counts: the rare n-grams of one subject shouldn't decide."""
_FILE = Path(__file__).with_name("background.npz")
_SYMBOLS = " abcdefghijklmnopqrstuvwxyz'-.,;:!?()#0"
_CODES = np.full(256, len(_SYMBOLS) + 1, dtype=np.int64)
_CODES[np.frombuffer(_SYMBOLS.encode("ascii"), dtype=np.uint8)] = np.arange(1, len(_SYMBOLS) + 1)
_NAME = re.compile(r"(?<=[a-z,;:] )(?!I\b)[A-Z][a-z']+")
_QUOTES = re.compile(r"[\"_*]|(?<!\w)'|'(?!\w)")


@dataclass(frozen=True, eq=False)
class Register:
    """One kind of English: what is usual in it, and how one author varies."""

    name: str
    mean: Vector
    """Mean rate of each n-gram, (n-grams,)."""
    scale: Vector
    """Standard deviation of that rate from window to window of one author's, (n-grams,)."""
    nuisance: Vector
    """Orthonormal directions to project out, (directions, n-grams)."""
    words: Vector
    """Mean rate of each function word, in the order of the list in tally.py."""

    def strangeness(self, counts: Vector) -> float:
        """Mean absolute z-score of a text: how little it belongs to this register."""
        return float(np.abs(self._scores(counts)).mean())

    def place(self, counts: Vector) -> Vector:
        """Unit vectors for counts of shape (..., n-grams): what is the author's. All zeros for no counts."""
        scores = self._scores(counts)
        scores -= (scores @ self.nuisance.T) @ self.nuisance
        length = np.linalg.norm(scores, axis=-1, keepdims=True)
        return np.asarray(scores / np.maximum(length, 1e-9), dtype=np.float32)

    def _scores(self, counts: Vector) -> Vector:
        return standardised(counts, self.mean, self.scale)


@dataclass(frozen=True, eq=False)
class Background:
    """The registers, and the n-grams that they are about."""

    vocabulary: NDArray[np.int64]
    """Codes of the n-grams, ascending, (n-grams,)."""
    registers: tuple[Register, ...]
    digest: str
    """Names this background: a profile can only be read with the one that it was measured with."""

    def nearest(self, counts: Vector) -> Register:
        """The register that a text belongs to most."""
        return min(self.registers, key=lambda register: register.strangeness(counts))

    def named(self, name: str) -> Register:
        """Raises LookupError for a register that isn't there."""
        for register in self.registers:
            if register.name == name:
                return register
        raise LookupError(f"No register {name!r} in the voice background; measure the samples again.")


def standardised(counts: Vector, mean: Vector, scale: Vector) -> Vector:
    """z-scores of the rates of `counts`, (..., n-grams), cut off at CAP."""
    rates = counts / np.maximum(counts.sum(axis=-1, keepdims=True), 1)
    return np.asarray(np.clip((rates - mean) / scale, -CAP, CAP), dtype=np.float32)


def levelled(text: str) -> str:
    """`text` as the n-grams see it: lower case, numbers as 0s, names inside sentences as #, no quotation marks."""
    plain = _QUOTES.sub(" ", fold(text))
    plain = re.sub(r"\s*-{2,}\s*|\s+-\s+", " - ", plain)
    return " ".join(re.sub(r"\d", "0", _NAME.sub("#", " ".join(plain.split())).lower()).split())


def codes(text: str, sizes: Sequence[int] = SIZES) -> NDArray[np.int64]:
    """The n-grams of levelled `text`, a number each: 6 bits a character, above them the size less 3."""
    letters = _CODES[np.frombuffer(f" {text} ".encode("latin-1", "replace"), dtype=np.uint8)]
    found = []
    for size in sizes:
        count = len(letters) - size + 1
        if count > 0:
            value = np.zeros(count, dtype=np.int64)
            for shift in range(size):
                value = (value << 6) + letters[shift : shift + count]
            found.append(value + ((size - min(SIZES)) << 30))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def tallied(text: str, vocabulary: NDArray[np.int64]) -> Vector:
    """How often each n-gram of `vocabulary` stands in levelled `text`, (n-grams,)."""
    found = codes(text)
    at = np.searchsorted(vocabulary, found)
    at[at == len(vocabulary)] = 0
    return np.bincount(at[vocabulary[at] == found], minlength=len(vocabulary)).astype(np.float32)


def fit(name: str, authors: Mapping[str, Sequence[Vector]], words: Vector) -> Register:
    """A register from counts: for each author its pieces, each (windows of about 1,000 words, n-grams).

    An author with several pieces also shows how pieces differ: that weighs as much as the windows do.
    """
    rates = {a: [p / np.maximum(p.sum(axis=1, keepdims=True), 1) for p in pieces] for a, pieces in authors.items()}
    flat = [piece for pieces in rates.values() for piece in pieces]
    mean = np.mean([piece.mean(axis=0) for piece in flat], axis=0).astype(np.float32)
    scale = (np.sqrt(np.mean([piece.var(axis=0) for piece in flat], axis=0)) + 1e-9).astype(np.float32)
    varied = []
    for pieces in authors.values():
        scores = [standardised(piece, mean, scale) for piece in pieces]
        centre = np.mean([piece.mean(axis=0) for piece in scores], axis=0)
        for piece in scores:
            varied += [piece - piece.mean(axis=0), (piece.mean(axis=0) - centre)[None] * np.sqrt(len(piece))]
    stacked = np.concatenate(varied)
    values, vectors = np.linalg.eigh(stacked @ stacked.T)
    kept = [i for i in np.argsort(-values)[:DIRECTIONS] if values[i] > 1e-6 * values[-1]]
    nuisance = (stacked.T @ vectors[:, kept] / np.sqrt(values[kept])).T.astype(np.float32)
    return Register(name=name, mean=mean, scale=scale, nuisance=nuisance, words=words)


def save(path: Path, vocabulary: NDArray[np.int64], registers: Sequence[Register]) -> None:
    """Write a background: directions in bytes, rates as 16-bit floats per thousand."""
    arrays: dict[str, NDArray[np.generic]] = {"vocabulary": vocabulary.astype(np.uint64)}
    for register in registers:
        top = np.abs(register.nuisance).max(axis=1, keepdims=True)
        for key in _RATES:
            arrays[f"{register.name}.{key}"] = (1000 * getattr(register, key)).astype(np.float16)
        arrays[f"{register.name}.top"] = top.astype(np.float32)
        arrays[f"{register.name}.nuisance"] = np.rint(register.nuisance / top * 127).astype(np.int8)
    np.savez_compressed(path, allow_pickle=False, **arrays)


@lru_cache(maxsize=1)
def shipped() -> Background:
    """The background that ships with VOICE."""
    with np.load(_FILE, allow_pickle=False) as held:
        names = sorted({key.partition(".")[0] for key in held.files} - {"vocabulary"})
        registers = tuple(_register(name, {k: held[f"{name}.{k}"] for k in _PARTS}) for name in names)
        return Background(
            vocabulary=held["vocabulary"].astype(np.int64),
            registers=registers,
            digest=hashlib.sha256(_FILE.read_bytes()).hexdigest()[:16],
        )


_RATES = ("mean", "scale", "words")
_PARTS = (*_RATES, "top", "nuisance")


def _register(name: str, held: Mapping[str, NDArray[np.generic]]) -> Register:
    part: dict[str, Vector] = {key: np.asarray(value, dtype=np.float32) for key, value in held.items()}
    thousand = np.float32(1000)
    return Register(
        name=name,
        mean=np.divide(part["mean"], thousand, dtype=np.float32),
        scale=np.divide(part["scale"], thousand, dtype=np.float32),
        nuisance=np.multiply(part["nuisance"], part["top"] / np.float32(127), dtype=np.float32),
        words=np.divide(part["words"], thousand, dtype=np.float32),
    )
