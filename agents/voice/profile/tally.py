"""Counting: a stretch of text as numbers that add up. Only the author's own words count."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from agents.voice.profile.ease import reading_ease, syllables
from state.text import Statement, statements, unquoted, words
from state.typography import fold

Sentence = tuple[Statement, tuple[str, ...]]
"""A sentence, and those of its words that aren't quoted."""
WINDOW = 500
"""Words that a window of the samples has, more or less: it is made of whole sentences."""

_LISTED = """
    a about after again all almost also although always am an and another any are as at away back be because been
    before being between both but by can could did do does down each either enough even ever every few for from had
    has have having he her here him himself his how however i if in into is it its itself just least less like many
    may me might mine more most much must my myself neither never no nor not now of off often on once one only or
    other our ours out over own perhaps quite rather same shall she should since so some soon still such than that
    the their them themselves then there therefore these they this those though through thus to too under unless
    until up upon us very was we well were what when where whether which while who whom whose why will with within
    without would yet you your yours yourself
"""
FUNCTION_WORDS = tuple(_LISTED.split())
PERSONS = {
    "first": frozenset({"i", "me", "my", "mine", "myself"}),
    "plural": frozenset({"we", "us", "our", "ours", "ourselves"}),
    "second": frozenset({"you", "your", "yours", "yourself", "yourselves"}),
}
MARKS = {",": "commas", ";": "semicolons", ":": "colons", "-": "dashes", "!": "exclamation marks", "(": "brackets"}
_MARK = re.compile(r"[,;!(]|:(?!\d)|(?<=\s)-{1,3}(?=\s)|(?<=\w)--+(?=\w)")
_CONTRACTED = re.compile(r"^(.+)(n't|'(?:ll|re|ve|m|d))$|^(he|here|how|it|she|that|there|what|where|who)('s)$")
_FULL = {"n't": "not", "'ll": "will", "'re": "are", "'ve": "have", "'m": "am", "'s": "is", "'d": ""}
_STEMS = {"wo": "will", "ca": "can", "sha": "shall"}


@dataclass(frozen=True)
class Tally:
    """Counts of a stretch of text; they add up."""

    words: int = 0
    sentences: int = 0
    """Those without a quotation: the length of the others isn't the author's."""
    lengths: int = 0
    squares: int = 0
    """Sums of the sentences' lengths and of their squares."""
    paragraphs: int = 0
    paragraph_squares: int = 0
    contractions: int = 0
    questions: int = 0
    syllables: int = 0
    counts: tuple[int, ...] = (0,) * len(FUNCTION_WORDS)
    persons: tuple[int, ...] = (0,) * len(PERSONS)
    marks: tuple[int, ...] = (0,) * len(MARKS)


@lru_cache(maxsize=256)
def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of `text` that are the author's, each with its unquoted words."""
    prose = (s for s in statements(text) if s.kind in ("paragraph", "list"))
    return tuple((s, own) for s in prose if (own := words(unquoted(s.text))))


def tally(part: Iterable[Sentence]) -> Tally:
    """The counts of some sentences, each in the same text."""
    counts: Counter[str] = Counter()
    marks: Counter[str] = Counter()
    blocks: Counter[int] = Counter()
    whole = lengths = squares = asked = contracted = spoken = 0
    for statement, own in part:
        plain, shortened = uncontracted(own)
        counts.update(plain)
        contracted += shortened
        spoken += sum(map(syllables, own))
        blocks[statement.block] += len(own)
        mine = unquoted(statement.text)
        marks.update(mark[0] for mark in _MARK.findall(fold(mine)))
        if mine == statement.text:
            whole += 1
            lengths += len(own)
            squares += len(own) ** 2
            asked += statement.text.rstrip("\"'”’)*_ ").endswith("?")
    return Tally(
        words=sum(blocks.values()),
        sentences=whole,
        lengths=lengths,
        squares=squares,
        paragraphs=len(blocks),
        paragraph_squares=sum(size**2 for size in blocks.values()),
        contractions=contracted,
        questions=asked,
        syllables=spoken,
        counts=tuple(counts[word] for word in FUNCTION_WORDS),
        persons=tuple(sum(counts[word] for word in person) for person in PERSONS.values()),
        marks=tuple(marks[mark] for mark in MARKS),
    )


def uncontracted(tokens: Sequence[str]) -> tuple[list[str], int]:
    """`tokens` with "don't" as "do" and "not", and how many were contracted."""
    out: list[str] = []
    count = 0
    for token in tokens:
        match = _CONTRACTED.match(token) if "'" in token else None
        if match is None:
            out.append(token)
            continue
        count += 1
        stem, ending = (match[1], match[2]) if match[2] else (match[3], match[4])
        out += [_STEMS.get(stem, stem), _FULL[ending]]
    return out, count


def windows(sample: str, size: int = WINDOW) -> list[list[Sentence]]:
    """The sample cut evenly, between sentences, into windows of about `size` words."""
    found = sentences(sample)
    total = sum(len(own) for _, own in found)
    count = max(1, round(total / size))
    cut: list[list[Sentence]] = [[]]
    done = 0
    for sentence in found:
        if done >= total * len(cut) / count and len(cut) < count:
            cut.append([])
        cut[-1].append(sentence)
        done += len(sentence[1])
    return [part for part in cut if part]


def summed(tallies: Sequence[Tally]) -> Tally:
    """The counts of several stretches together."""
    found: dict[str, int | tuple[int, ...]] = {}
    for field in fields(Tally):
        values = [getattr(t, field.name) for t in tallies]
        many = isinstance(field.default, tuple)
        found[field.name] = tuple(map(sum, zip(*values, strict=True))) if many else sum(values)
    return Tally(**found)  # type: ignore[arg-type]  # the fields' own values, by name


def structure(of: Tally) -> dict[str, float]:
    """The features of structure that there is enough text for: lengths in words, the rest as shares of words or sentences."""
    found = {"contractions": of.contractions / of.words}
    found |= {name: count / of.words for name, count in zip(PERSONS, of.persons, strict=True)}
    found |= {mark: count / of.words for mark, count in zip(MARKS, of.marks, strict=True)}
    if of.sentences:
        mean = of.lengths / of.sentences
        found["mean"] = mean
        found["spread"] = _spread(of.squares, of.sentences, mean)
        found["questions"] = of.questions / of.sentences
    if of.paragraphs > 1:
        found["paragraph"] = of.words / of.paragraphs
        found["paragraph spread"] = _spread(of.paragraph_squares, of.paragraphs, found["paragraph"])
    return found


def ease(of: Tally) -> float:
    """Reading ease of whole sentences (see ease.py); 0 where there are none."""
    if not of.sentences:
        return 0.0
    return reading_ease(of.words, of.syllables, of.lengths / of.sentences)


def _spread(squares: int, count: int, mean: float) -> float:
    return math.sqrt(max(0.0, squares / count - mean**2))
