"""An author's profile as something to look at: the samples against each other, the lengths, the words that are the author's own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.voice.profile import identity, measure, mixed, read
from agents.voice.profile.background import Background, shipped, tallied
from agents.voice.profile.tally import FUNCTION_WORDS, Sentence, sentences
from agents.voice.profile.telling import told
from state.text import unquoted
from state.voice import OwnWord, Portrait, SampleReading, VoiceProfile

BIN = 5
"""Words that a bar of the sentence lengths spans."""
BARS = 9
"""Bars; the last holds all longer sentences."""
SHORTEST = 100
"""Words of a sample below which its distance is noise."""
OWN = 8
"""Words that are shown on each side."""
_COMMON = 1.5
"""Times in a thousand words that a word must stand, here or elsewhere, to be compared."""
_FEW = 12
"""Samples up to which each is measured against the rest where only words can tell, which is slow."""


def portrait(samples: Sequence[tuple[str, str]], profile: VoiceProfile) -> Portrait:
    """`samples` are (name, text); `profile` is measured from their texts. It has to have words."""
    mixture = mixed([text for _, text in samples])
    names = [name for name, _ in samples]
    first, second = (tuple(names[i] for i in group) for group in mixture.groups)
    lengths = [len(own) for _, text in samples for s, own in sentences(text) if unquoted(s.text) == s.text]
    more, less = _own_words(profile)
    found = Portrait(
        profile=profile,
        english=bool(profile.grams),
        samples=_readings(samples, profile),
        mixture=mixture,
        sides=(first, second),
        lengths=_bars(lengths),
        longest=max(lengths, default=0),
        more=more,
        less=less,
        phrases=tuple(re.sub(r"\bi\b", "I", phrase) for phrase in profile.favourites),
    )
    return found.model_copy(update={"told": told(found)})


def _bars(lengths: Sequence[int]) -> tuple[tuple[int, int], ...]:
    ends = [BIN * (i + 1) for i in range(BARS)]
    counts = [0] * BARS
    for length in lengths:
        counts[min((length - 1) // BIN, BARS - 1)] += 1
    return tuple(zip(ends, counts, strict=True))


def _readings(samples: Sequence[tuple[str, str]], profile: VoiceProfile) -> tuple[SampleReading, ...]:
    cut = [sentences(text) for _, text in samples]
    sizes = [sum(len(own) for _, own in part) for part in cut]
    distances = _by_grams(cut, profile, shipped()) if profile.grams else _by_words([t for _, t in samples])
    return tuple(
        SampleReading(
            name=name,
            words=size,
            distance=round(max(0.0, distance), 4) if distance is not None and size >= SHORTEST else None,
            limit=identity.limit(profile.limits, size) if profile.limits else profile.threshold,
        )
        for (name, _), size, distance in zip(samples, sizes, distances, strict=True)
    )


def _by_grams(cut: Sequence[Sequence[Sentence]], profile: VoiceProfile, background: Background) -> list[float | None]:
    """Of each sample its distance from the others together (leave one out), as identity.py takes it."""
    counted = [tallied(identity.own_text(part), background.vocabulary) for part in cut]
    if len(counted) < 2:
        return [None] * len(counted)
    register, total = background.named(profile.register_name), sum(counted[1:], counted[0])
    return [1 - float(register.place(total - own) @ register.place(own)) for own in counted]


def _by_words(texts: Sequence[str]) -> list[float | None]:
    """The same by Burrows' Delta: the rest is measured again for each."""
    if not 2 <= len(texts) <= _FEW:
        return [None] * len(texts)
    rests = ([t for j, t in enumerate(texts) if j != i] for i in range(len(texts)))
    return [read(measure(rest), text).distance for rest, text in zip(rests, texts, strict=True)]


def _own_words(profile: VoiceProfile) -> tuple[tuple[OwnWord, ...], tuple[OwnWord, ...]]:
    """Words used more, and less, than in the register that the samples belong to, by how many times."""
    if not profile.register_name:
        return (), ()
    theirs = dict(zip(FUNCTION_WORDS, map(float, shipped().named(profile.register_name).words), strict=True))
    mine = {word: rate for word, rate, _ in profile.function_words}
    pairs = [OwnWord(word=w, yours=1000 * mine.get(w, 0.0), theirs=1000 * rate) for w, rate in theirs.items()]
    told = [p for p in pairs if max(p.yours, p.theirs) >= _COMMON]
    # Half an occurrence is added to both sides, so that a word used never isn't infinitely rarer.
    least = 500 / profile.words
    ranked = sorted(told, key=lambda p: (p.yours + least) / (p.theirs + least))
    more = [p for p in reversed(ranked) if p.yours > 1.2 * p.theirs]
    less = [p for p in ranked if p.theirs > 1.2 * p.yours]
    return tuple(more[:OWN]), tuple(less[:OWN])
