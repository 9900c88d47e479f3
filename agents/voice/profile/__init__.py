"""How an author writes, as numbers, and how far a text is from that.

What identifies (character n-grams among other people's writing: background.py, identity.py) makes the distance and its
threshold; what a writer can act on (words, lengths, persons, marks: delta.py, phrases.py) makes the notes. Only the
author's own words count: quotations, block quotes, headings and markers don't. docs/voice.md says how well it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from agents.voice.profile import delta, identity, phrases
from agents.voice.profile.background import Background, shipped
from agents.voice.profile.mixture import mixture
from agents.voice.profile.notes import notes
from agents.voice.profile.tally import FUNCTION_WORDS, Sentence, Tally, sentences, summed, tally, windows
from state.base import sha256_text
from state.voice import ENOUGH_SAMPLES, ENOUGH_TEXT, Mixture, VoiceProfile, VoiceReading

__all__ = ["ENOUGH_SAMPLES", "ENOUGH_TEXT", "FUNCTION_WORDS", "key_of", "measure", "mixed", "read"]

MEASURE = 1
"""The way of measuring. One more whenever the same samples would give another profile: those that are kept are then made again."""


def key_of(samples: Sequence[str], background: Background | None = None) -> str:
    """What a profile depends on, as a sha256: the samples, whatever their order and names, the background, the way of measuring."""
    hashes = sorted({sha256_text(sample) for sample in samples})
    return sha256_text("\n".join((f"measure {MEASURE}", (background or shipped()).digest, *hashes)))


def measure(samples: Sequence[str], background: Background | None = None) -> VoiceProfile:
    """The profile of the author of `samples`, each a text in Markdown. Nothing to measure gives an empty profile.

    `background` is the one that ships unless another is given; without English in the samples, none is used.
    """
    return _measure(tuple(sorted(dict.fromkeys(samples))), background or shipped())


@lru_cache(maxsize=8)
def _measure(samples: tuple[str, ...], background: Background) -> VoiceProfile:
    cut = [part for sample in samples if (part := windows(sample))]
    tallied = [[tally(window) for window in sample] for sample in cut]
    hashes = tuple(sorted(map(sha256_text, samples)))
    if not tallied:
        return VoiceProfile(samples=hashes)
    flat = [window for sample in tallied for window in sample]
    total = summed(flat)
    profile = delta.numbers(flat)
    openings, closings = phrases.edges(samples)
    more: dict[str, object] = {
        "samples": hashes,
        "favourites": phrases.favourites(samples),
        "openings": openings,
        "closings": closings,
        **_told_apart(cut, tallied, total, profile, background),
    }
    more["never"] = phrases.never(samples, total, _rates(background, str(more.get("register_name", ""))))
    return VoiceProfile.model_validate(profile.model_dump() | more)


def _told_apart(
    cut: Sequence[Sequence[Sequence[Sentence]]],
    tallied: Sequence[Sequence[Tally]],
    total: Tally,
    profile: VoiceProfile,
    background: Background,
) -> dict[str, object]:
    """What the distance is taken from: the n-grams, or where the background doesn't fit, the words."""
    if identity.english(total):
        return identity.identity(cut, background).fields()
    return {"threshold": delta.threshold(tallied, profile)}


def _rates(background: Background, register: str) -> dict[str, float]:
    if not register:
        return {}
    return dict(zip(FUNCTION_WORDS, map(float, background.named(register).words), strict=True))


@lru_cache(maxsize=128)
def read(profile: VoiceProfile, text: str, background: Background | None = None) -> VoiceReading:
    """How far `text`, in Markdown, is from the author of `profile`; 0 when either has no words of the author's.

    Raises LookupError for a profile that was measured with another background.
    """
    told = sentences(text)
    here = tally(told)
    if not (profile.words and here.words):
        return VoiceReading(distance=0.0, threshold=profile.threshold, gate=False)
    of_words, of_shape = delta.deviations(profile, here)
    if profile.grams:
        distance = identity.distance(profile, told, background or shipped())
        threshold = identity.limit(profile.limits, here.words)
    else:
        distance, threshold = delta.distance(of_words, of_shape), profile.threshold
    return VoiceReading(
        distance=max(0.0, distance),
        threshold=threshold,
        gate=profile.words >= ENOUGH_SAMPLES and here.words >= ENOUGH_TEXT,
        samples=profile.words,
        words=here.words,
        notes=notes(of_words, of_shape, phrases.used(text, profile.never), strange=distance > threshold),
    )


def mixed(samples: Sequence[str], background: Background | None = None) -> Mixture:
    """Whether `samples`, each a text in Markdown, read as one author's or as two people's."""
    return mixture(samples, background or shipped())
