"""What an edit says about the shape of the prose: how it opens, and how long its sentences are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agents.voice.profile.tally import PERSONS
from agents.voice.rules.lesson import Lesson
from agents.voice.rules.matching import Match, Spoken, cased
from state.base import one_line
from state.text import numbers, quotations

FIRST_WORDS = 6
"""Words in which the author speaks of themself, to count as opening so."""
LONG = 18
"""Words of a sentence below which cutting it in two says nothing about length."""
_SHORTER = 0.6
_BY = 6
EXAMPLE = 140
"""Characters that an opening may have to be shown as an example."""


def openings(before: Sequence[Spoken], after: Sequence[Spoken], matches: Sequence[Match]) -> Iterator[Lesson]:
    """What was done to the first sentence, as far as it can be measured; a new one that shows nothing else is an example."""
    if not before or not after or before[0].tokens == after[0].tokens:
        return
    old, new = before[0], after[0]
    found = list(_measured(old, new))
    replaced = not any(m.pair == (old, new) for m in matches)
    if not found and replaced and _is_example(new):
        found = [("example", f"open as you did here: “{one_line(new.text)}”", 0)]
    for name, text, length in found:
        yield Lesson(key=f"opening:{name}", kind="opening", text=text, words=length, before=old.text, after=new.text)


def _measured(old: Spoken, new: Spoken) -> Iterator[tuple[str, str, int]]:
    was, now = len(old.words), len(new.words)
    if now <= _SHORTER * was and was - now >= _BY:
        yield "short", f"open with a short sentence (yours has {now} words, the draft's had {was})", (was + now) // 2
    if asks(old) and not asks(new):
        yield "no-question", "don't open with a question", 0
    if asks(new) and not asks(old):
        yield "question", "open with a question", 0
    if quotations(old.text) and old.text[0] in "“\"‘'" and not quotations(new.text):
        yield "no-quotation", "don't open with somebody else's words", 0
    if in_person(new) and not in_person(old):
        yield "self", "open with yourself: I, me or my in the first words", 0


def asks(sentence: Spoken) -> bool:
    return sentence.text.rstrip("\"'”’)*_ ").endswith("?")


def in_person(sentence: Spoken) -> bool:
    first = (word.partition("'")[0] for word in sentence.words[:FIRST_WORDS])
    return not PERSONS["first"].isdisjoint(first)


def _is_example(sentence: Spoken) -> bool:
    """Whether it can be shown to a writer without putting a fact into its mouth."""
    said = sentence.text
    rest = sentence.tokens[1:]
    stated = numbers(said) or quotations(said) or sentence.cites or any(cased(t) and t != "I" for t in rest)
    return len(said) <= EXAMPLE and not stated


def splits(matches: Sequence[Match]) -> Iterator[Lesson]:
    """Sentences cut in two, and sentences made one of two."""
    cut = [m for m in matches if len(m.after) == 2 and len(m.before[0].words) >= LONG]
    if cut:
        long = min(len(m.before[0].words) for m in cut)
        sizes = " and ".join(str(len(s.words)) for s in cut[0].after)
        was = len(cut[0].before[0].words)
        text = f"cut long sentences in two (you cut one of {was} words into {sizes})"
        yield _of_length("split", text, long, cut)
    joined = [m for m in matches if len(m.before) == 2]
    if joined:
        text = f"let sentences run on: join short ones (you made one of {len(joined[0].after[0].words)} words of two)"
        yield _of_length("join", text, 0, joined)


def _of_length(name: str, text: str, length: int, made: Sequence[Match]) -> Lesson:
    return Lesson(
        key=f"length:{name}",
        kind="length",
        text=text,
        words=length,
        times=len(made),
        before=" ".join(s.text for s in made[0].before),
        after=" ".join(s.text for s in made[0].after),
    )
