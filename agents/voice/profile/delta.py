"""How far each feature that a writer can act on is from the author's, in standard deviations.

This is Burrows's Delta turned on one author: the mean absolute z-score of the rates of common words (J. Burrows,
"'Delta': a measure of stylistic difference and a guide to likely authorship", Literary and Linguistic Computing 17,
2002), with features of structure beside them. It names what is off; and it is the distance itself where no background
of other people's writing fits, as in another language.

How much a rate varies depends on length. So its variance has two parts: the author's own, from window to window of the
samples, and that of counting at random (Poisson), which is reckoned for as many words as are at hand.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from agents.voice.profile.tally import FUNCTION_WORDS, MARKS, PERSONS, WINDOW, Tally, ease, structure, summed
from state.voice import VoiceProfile

_RAREST = 1 / 2000
"""Rate below which a word is left out: in a text of 1,000 words it is there or not by chance."""
GROUP = 2000
"""Words that are left out together with a window, at most its whole sample: neighbours share their subject."""
_STRUCTURE_WEIGHT = 0.1
"""Share of the structure in the distance; 0.1 to 0.15 told novelists apart best, the words alone almost as well."""
_CAP = 6.0
"""The largest z-score that counts, so that no single feature decides."""
_OWN = {
    "mean": 0.25,
    "spread": 0.25,
    "paragraph": 0.3,
    "paragraph spread": 0.3,
    "contractions": 0.45,
    "questions": 0.45,
}
_OWN |= dict.fromkeys((*PERSONS, *MARKS), 0.45)
"""How an author's windows differ in structure by more than chance, as a share of the mean. Lengths: medians over 26
novels by 11 authors; shares: less than there (0.6 to 0.9), where dialogue comes and goes."""
_OWN_WORD = 0.3
"""The same for a word's rate, where there are too few windows to take it from."""
FEW_WINDOWS = 4
"""Fewer windows than this have no spread worth the name."""
_USUAL_THRESHOLD = 1.0
"""The threshold until there are windows enough: about the median over those novels."""


@dataclass(frozen=True)
class Deviation:
    feature: str
    """A feature of structure, or a function word."""
    z: float
    usual: float
    here: float


def numbers(cut: Sequence[Tally], keep: Sequence[int] | None = None) -> VoiceProfile:
    """The numbers of some windows; `keep` are the function words to look at, by index, or all that aren't rare."""
    total = summed(cut)
    if keep is None:
        keep = [i for i, count in enumerate(total.counts) if count >= _RAREST * total.words]
    shape = structure(total)
    return VoiceProfile(
        words=total.words,
        function_words=tuple((FUNCTION_WORDS[i], total.counts[i] / total.words, _spread(cut, i, total)) for i in keep),
        sentence_mean=shape.get("mean", 0.0),
        sentence_spread=shape.get("spread", 0.0),
        paragraph_mean=shape.get("paragraph", 0.0),
        paragraph_spread=shape.get("paragraph spread", 0.0),
        contractions=shape["contractions"],
        questions=shape.get("questions", 0.0),
        first_person=shape["first"],
        plural_person=shape["plural"],
        second_person=shape["second"],
        punctuation=tuple((mark, shape[mark]) for mark in MARKS),
        reading_ease=ease(total),
    )


def _spread(cut: Sequence[Tally], i: int, total: Tally) -> float:
    """Standard deviation of a word's rate over windows of exactly WINDOW words."""
    rate = total.counts[i] / total.words
    chance = _smooth(rate, total.words)
    if len(cut) < FEW_WINDOWS:
        own = (_OWN_WORD * rate) ** 2
    else:
        seen = statistics.variance((w.counts[i] / w.words for w in cut), rate)
        own = max(0.0, seen - chance * len(cut) / total.words)
    return math.sqrt(own + chance / WINDOW)


def _smooth(rate: float, of: float) -> float:
    """A rate that is never zero: what wasn't seen in `of` may be there half a time."""
    return rate + 0.5 / max(of, 1.0)


def deviations(profile: VoiceProfile, here: Tally) -> tuple[list[Deviation], list[Deviation]]:
    """How far each function word and each feature of structure is from the author's."""
    counted = dict(zip(FUNCTION_WORDS, here.counts, strict=True))
    windows = max(2.0, profile.words / WINDOW)
    of_words = []
    for word, rate, deviation in profile.function_words:
        chance = _smooth(rate, profile.words)
        own = max(0.0, deviation**2 - chance / WINDOW) * (1 + 1 / windows)
        found = counted[word] / here.words
        scale = math.sqrt(own + chance / here.words + chance / profile.words)
        of_words.append(Deviation(word, abs(found - rate) / scale, rate, found))
    shape, usual = structure(here), _usual(profile)
    of_shape = [
        Deviation(key, abs(shape[key] - usual[key]) / _scale(key, profile, here), usual[key], shape[key])
        for key in shape
        if key in usual
    ]
    return of_words, of_shape


def _usual(profile: VoiceProfile) -> dict[str, float]:
    usual = {
        "contractions": profile.contractions,
        "first": profile.first_person,
        "plural": profile.plural_person,
        "second": profile.second_person,
        **dict(profile.punctuation),
    }
    if profile.sentence_mean:
        usual |= {"mean": profile.sentence_mean, "spread": profile.sentence_spread, "questions": profile.questions}
    if profile.paragraph_mean:
        usual |= {"paragraph": profile.paragraph_mean, "paragraph spread": profile.paragraph_spread}
    return usual


def _scale(key: str, profile: VoiceProfile, here: Tally) -> float:
    """Standard deviation to expect of a feature of structure in a text of this length."""
    usual = _usual(profile)[key]
    whole = max(1, here.sentences)
    if key == "mean":
        chance = profile.sentence_spread**2 / whole
    elif key == "spread":
        chance = profile.sentence_spread**2 / (2 * whole)
    elif key == "paragraph":
        chance = max(0.5 * usual, profile.paragraph_spread) ** 2 / here.paragraphs
    elif key == "paragraph spread":
        chance = max(usual, 0.25 * profile.paragraph_mean) ** 2 / (2 * here.paragraphs)
    elif key == "questions":
        chance = _smooth(usual, profile.words / profile.sentence_mean) / whole
    else:
        chance = _smooth(usual, profile.words) / here.words
    return math.sqrt((_OWN[key] * usual) ** 2 + chance) or 1.0


def distance(of_words: Sequence[Deviation], of_shape: Sequence[Deviation]) -> float:
    """The mean absolute z-score, a tenth of it from the structure."""
    parts = [
        (weight, statistics.fmean(min(d.z, _CAP) for d in found))
        for weight, found in ((1 - _STRUCTURE_WEIGHT, of_words), (_STRUCTURE_WEIGHT, of_shape))
        if found
    ]
    return sum(w * mean for w, mean in parts) / sum(w for w, _ in parts)


def threshold(cut: Sequence[Sequence[Tally]], profile: VoiceProfile) -> float:
    """95th percentile of the distances of the author's windows from the rest, each left out with its neighbours."""
    size = max(1, round(GROUP / WINDOW))
    groups = [part[i : i + size] for part in cut for i in range(0, len(part), size)]
    if len(groups) < 2:
        groups = [[window] for group in groups for window in group]
    keep = [FUNCTION_WORDS.index(word) for word, _, _ in profile.function_words]
    distances = []
    for i, group in enumerate(groups):
        rest = [window for j, other in enumerate(groups) if j != i for window in other]
        if len(rest) < FEW_WINDOWS - 1:
            return _USUAL_THRESHOLD
        left = numbers(rest, keep)
        distances += [distance(*deviations(left, window)) for window in group]
    return percentile(distances)


def percentile(distances: Sequence[float]) -> float:
    """95th percentile to expect of one more distance (mean + t * s * sqrt(1 + 1/k)): it allows for k being small.

    A percentile counted off a dozen distances would be their largest.
    """
    k = len(distances)
    return statistics.fmean(distances) + student(k - 1) * statistics.stdev(distances) * math.sqrt(1 + 1 / k)


def student(freedom: int) -> float:
    """95th percentile of Student's t, within 2% from 3 degrees of freedom on (Abramowitz and Stegun 26.7.5)."""
    z = statistics.NormalDist().inv_cdf(0.95)
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + (z**3 + z) / 4 / freedom + second / freedom**2
