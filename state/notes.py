"""The author's notes: which of them is about a topic."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

from state.text import fold, words

_STOP = frozenset(
    """
    a about after again all also an and any are as at be because been before between but by can could did
    do does doesn't doing don't done down ever for from get got had has have how i if in into is isn't it its just made
    make many more most much never no not of on one only or out over really say says should so some still than that the
    their them there these they this those to under up use used very was we were what when where which while who
    why will with would you your
    """.split()  # noqa: SIM905  # a paragraph reads better than a column of two hundred strings
)


def terms(text: str) -> list[str]:
    """Content words, plural endings off."""
    return [singular(w) for w in words(text) if w not in _STOP]


@lru_cache(maxsize=16_384)
def singular(word: str) -> str:
    """An English word without its plural or possessive ending: bridges, boxes, bodies, maker's."""
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and re.search(r"(?:x|ch|sh|ss|z)es$", word):
        return word[:-2]
    return word[:-1] if len(word) > 3 and re.search(r"[^suí]s$", word) else word


def heading(note: str) -> str:
    """What a note is called: its first line, if that is a `# Heading`."""
    first = note.lstrip().split("\n", 1)[0]
    return first[2:].strip() if first.startswith("# ") else ""


@lru_cache(maxsize=64)
def note_on(topic: str, notes: tuple[tuple[str, str], ...]) -> str:
    """Path of the note on this topic: the one so called, else the one that speaks of it most; empty when none does.

    `notes` are (path, text). A note speaks of a word that its heading holds, or that it says twice: a stray mention doesn't make
    a note about bridges. Words that few notes share weigh more (inverse document frequency); those spoken of must weigh at
    least half of the topic.
    """
    wanted, held = set(terms(topic)), [Counter(terms(text)) for _, text in notes]
    weight = {w: math.log(1 + len(notes) / (1 + sum(w in counts for counts in held))) for w in wanted}
    best, found = 0.5 * sum(weight.values()), ""
    for (path, text), counts in zip(notes, held, strict=True):
        title = heading(text)
        if title and fold(title).casefold() == fold(topic).casefold():
            return path
        named = set(terms(title))
        score = sum(weight[w] * (1 + 0.01 * counts[w]) for w in wanted if w in named or counts[w] > 1)
        if wanted and score > best:
            best, found = score, path
    return found
