"""Whether a text is the author's: where it lies among other people's writing, and how far the author's own texts stray.

The distance is 1 less the cosine between the samples and the text (background.py): 0 is the same, 1 is no likeness.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from agents.voice.profile.background import Background, Register, Vector, levelled, tallied
from agents.voice.profile.delta import FEW_WINDOWS, GROUP, percentile
from agents.voice.profile.tally import WINDOW, Sentence, Tally
from state.text import unquoted
from state.voice import VoiceProfile

LENGTHS = (WINDOW, 2 * WINDOW, 4 * WINDOW)
"""Words of the texts that the author's own spread is taken from: the longer a text, the nearer it lies."""
JUDGED_AT = 2 * WINDOW
"""Words of a text that `VoiceProfile.threshold` is for."""
_ENGLISH = 0.3
"""Share of function words below which the samples aren't English prose, and the background says nothing."""
USUAL_LIMITS = ((500, 0.95), (1000, 0.9), (2000, 0.85))
"""The limits until there is enough to take them from: about the median over novelists with 5,000 words of samples."""
_WHOLE_SAMPLES = 3
"""With so many samples each is left out whole: what an author varies by from piece to piece counts."""


@dataclass(frozen=True, eq=False)
class Identity:
    """What the samples say about who wrote them."""

    background: Background
    register: Register
    place: Vector
    limits: tuple[tuple[int, float], ...]

    def fields(self) -> dict[str, object]:
        """The fields of a VoiceProfile that hold this."""
        return {
            "background": self.background.digest,
            "register_name": self.register.name,
            "grams": base64.b64encode(self.place.astype("<f2").tobytes()).decode("ascii"),
            "limits": self.limits,
            "threshold": limit(self.limits, JUDGED_AT),
        }


def own_text(part: Iterable[Sentence]) -> str:
    """The author's words of some sentences, levelled for counting n-grams."""
    return levelled(" ".join(unquoted(statement.text) for statement, _ in part))


def english(total: Tally) -> bool:
    """Whether there is enough of the common words for it to be English."""
    return sum(total.counts) >= _ENGLISH * total.words


def identity(cut: Sequence[Sequence[Sequence[Sentence]]], background: Background) -> Identity:
    """Where the samples lie, each cut into windows, and how far the author's own texts lie from the rest."""
    counted = [np.stack([tallied(own_text(window), background.vocabulary) for window in sample]) for sample in cut]
    total = np.asarray(sum(sample.sum(axis=0) for sample in counted), dtype=np.float32)
    register = background.nearest(total)
    limits = spread(counted, register) or USUAL_LIMITS
    return Identity(background=background, register=register, place=register.place(total), limits=limits)


def spread(counted: Sequence[Vector], register: Register) -> tuple[tuple[int, float], ...]:
    """The author's 95th percentiles by length, leaving one out; empty if there is too little.

    `counted`: for each sample the n-grams of its windows, (windows, n-grams).
    """
    groups = _groups(counted)
    total = np.asarray(sum(group.sum(axis=0) for group in groups))
    whole = sum(map(len, groups))
    found: dict[int, list[float]] = {length: [] for length in LENGTHS}
    for group in groups:
        if whole - len(group) < FEW_WINDOWS - 1:
            continue
        rest = register.place(total - group.sum(axis=0))
        for length, distances in found.items():
            size = length // WINDOW
            texts = [group[i : i + size].sum(axis=0) for i in range(0, len(group) - size + 1, size)]
            distances += [1 - float(register.place(text) @ rest) for text in texts]
    return tuple((length, percentile(d)) for length, d in found.items() if len(d) >= FEW_WINDOWS)


def _groups(counted: Sequence[Vector]) -> list[Vector]:
    """What is left out together: a sample, or 2,000 words of one that is much of the whole; one window if there is little."""
    size = max(1, round(GROUP / WINDOW))
    whole = sum(map(len, counted))
    apart = len(counted) >= _WHOLE_SAMPLES
    groups = []
    for sample in counted:
        step = len(sample) if apart and len(sample) <= max(size, whole / _WHOLE_SAMPLES) else size
        groups += [sample[i : i + step] for i in range(0, len(sample), step)]
    if len(groups) < FEW_WINDOWS:
        groups = [group[i : i + 1] for group in groups for i in range(len(group))]
    return groups


def distance(profile: VoiceProfile, text: Sequence[Sentence], background: Background) -> float:
    """From 0, the same, to 2. Raises LookupError for a profile measured with another background."""
    if profile.background != background.digest:
        raise LookupError("This voice profile was measured with another background; measure the samples again.")
    register = background.named(profile.register_name)
    here = register.place(tallied(own_text(text), background.vocabulary))
    return 1 - float(here @ _place(profile.grams))


@lru_cache(maxsize=8)
def _place(grams: str) -> Vector:
    return np.frombuffer(base64.b64decode(grams), dtype="<f2").astype(np.float32)


def limit(limits: Sequence[tuple[int, float]], words: int) -> float:
    """The threshold for a text of `words`: between two lengths by their logarithms, beyond them the nearest."""
    for (short, high), (long, low) in pairwise(limits):
        if words <= long:
            share = math.log(max(words, short) / short) / math.log(long / short)
            return high + share * (low - high)
    return limits[-1][1]
