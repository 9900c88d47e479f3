"""How an author writes, in plain sentences with numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agents.voice.profile import ENOUGH_SAMPLES, ENOUGH_TEXT
from agents.voice.profile.tally import MARKS
from state.voice import OwnWord, Portrait, VoiceProfile

_EASE = (
    (90, "very easy"),
    (80, "easy"),
    (70, "fairly easy"),
    (60, "standard"),
    (50, "fairly difficult"),
    (30, "difficult"),
)
"""Flesch's own words for his scores (1948), each from its score up."""
_REGISTERS = {
    "novels": "novelists of the 18th and 19th century",
    "reports": "engineers, in their technical reports",
}
Told = tuple[tuple[str, tuple[str, ...]], ...]


def told(found: Portrait) -> Told:
    """(heading, sentences). A heading with nothing to say is left out."""
    parts = (
        ("Your sentences", _of_sentences(found)),
        ("Your manner", _of_manner(found.profile, english=found.english)),
        ("Your words", _of_words(found)),
        ("Your samples", _of_samples(found)),
        ("Is it enough to judge by?", _of_enough(found)),
    )
    return tuple((heading, said) for heading, lines in parts if (said := tuple(lines)))


def _of_sentences(found: Portrait) -> Iterator[str]:
    p = found.profile
    if not p.sentence_mean:
        return
    whole = sum(n for _, n in found.lengths)
    short = sum(n for end, n in found.lengths if end <= 5)
    yield (
        f"Your sentences have {p.sentence_mean:.0f} words on average and vary by {p.sentence_spread:.0f}; "
        f"the longest has {found.longest}, and {_share(short, whole)} have five or fewer."
    )
    if p.paragraph_mean:
        yield f"Your paragraphs run to {p.paragraph_mean:.0f} words and vary by {p.paragraph_spread:.0f}."
    yield f"{_share(p.questions, 1).capitalize()} of your sentences ask." if p.questions else "You ask no questions."
    if p.reading_ease and found.english:
        yield f"Reading ease is {p.reading_ease:.0f} of 100 by Flesch's count: {_ease(p.reading_ease)}."


def _of_manner(p: VoiceProfile, *, english: bool) -> Iterator[str]:
    if not english:
        return
    persons = {"I, me or my": p.first_person, "we, us or our": p.plural_person, "you or your": p.second_person}
    listed = [f"{name} {_rate(rate)} times" for name, rate in persons.items()]
    yield f"In a thousand words you say {_and(listed)}."
    yield (
        f"You contract {_rate(p.contractions)} words in a thousand (don't, it's)."
        if p.contractions
        else "You never contract."
    )
    marks = [f"{_rate(rate)} {MARKS[mark]}" for mark, rate in p.punctuation if 1000 * rate >= 0.05]
    none = [MARKS[mark] for mark, rate in p.punctuation if 1000 * rate < 0.05]
    if marks:
        yield f"You set {_and(marks)} in a thousand words" + (f", and no {_and(none, 'or')}." if none else ".")


def _of_words(found: Portrait) -> Iterator[str]:
    if found.more:
        yield f"You reach for {_and(_compared(found.more))}."
    if found.less:
        yield f"You do without {_and(_compared(found.less))}."
    if found.more or found.less:
        name = found.profile.register_name
        yield f"The others are {_REGISTERS.get(name, name)}: of what there is to compare with, they write most like you."


def _compared(words: Sequence[OwnWord]) -> list[str]:
    times = (f"{w.yours:.1f} in a thousand" if w.yours >= 0.05 else "never" for w in words[:4])
    return [f"“{w.word}” ({often}, others {w.theirs:.1f})" for w, often in zip(words[:4], times, strict=True)]


def _of_samples(found: Portrait) -> Iterator[str]:
    judged = [s for s in found.samples if s.distance is not None]
    if not judged:
        yield "There is nothing to hold your samples against: it takes two of a hundred words at least."
        return
    farthest = max(judged, key=lambda s: (s.distance or 0.0) - s.limit)
    beyond = [s for s in judged if s.beyond]
    yield (
        f"Held against the rest, your samples lie {min(s.distance or 0.0 for s in judged):.2f} to "
        f"{max(s.distance or 0.0 for s in judged):.2f} away; your limit is {found.profile.threshold:.2f} for a text of 1,000 words."
    )
    if beyond:
        listed = _and([f"{s.name} ({s.distance:.2f}, limit {s.limit:.2f})" for s in beyond])
        yield f"Past the limit: {listed}. Is it yours, and the kind of writing that you want to be held to?"
    elif len(judged) > 2:
        yield f"The odd one out is {farthest.name} ({farthest.distance:.2f}), still within your limit ({farthest.limit:.2f})."
    yield _of_mixture(found)


def _of_mixture(found: Portrait) -> str:
    if found.mixture.two:
        one, other = (_and(side) for side in found.sides)
        return f"They read as if two people wrote them: {one} on one side, {other} on the other. Keep those of the one whose voice this is."
    return found.mixture.note


def _of_enough(found: Portrait) -> Iterator[str]:
    p = found.profile
    missing = ENOUGH_SAMPLES - p.words
    if missing > 0:
        yield (
            f"Not yet: {p.words:,} words of yours, and it takes {ENOUGH_SAMPLES:,} to hold a draft to them. "
            f"Put {missing:,} more into voice/; until then the distance is advice."
        )
    else:
        yield f"Yes: {p.words:,} words of yours. A draft of {ENOUGH_TEXT} words and more is held to them."
    if not found.english:
        yield "Your samples aren't in English, so the distance is that of common words alone (Burrows' Delta), which is weak."


def _ease(score: float) -> str:
    return next((name for least, name in _EASE if score >= least), "very difficult")


def _rate(rate: float) -> str:
    """A rate a word, told for a thousand: whole from 10 on."""
    return f"{1000 * rate:.0f}" if rate >= 0.00995 else f"{1000 * rate:.1f}"


def _share(part: float, whole: float) -> str:
    """`one in seven`, `four in ten`, `none`."""
    names = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    share = part / whole if whole else 0.0
    if share <= 0:
        return "none"
    if share < 0.35:
        times = round(1 / share)
        return f"one in {names[times] if times <= 10 else times}"
    return f"{names[max(1, min(10, round(10 * share)))]} in ten"


def _and(parts: Sequence[str], word: str = "and") -> str:
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}" if len(parts) > 1 else "".join(parts)
