"""How an author writes, as numbers, and how far a text is from that.

The distance is Burrows's Delta turned on one author: the mean absolute z-score of the rates of common words (J. Burrows,
"'Delta': a measure of stylistic difference and a guide to likely authorship", Literary and Linguistic Computing 17,
2002), with six features of structure beside them. Cosine Delta (Smith and Aldridge, 2011) tells many authors apart
better, but it compares directions from the mean of a corpus, and one author's own mean has none: it is zero.

How much a rate varies depends on length. So its variance has two parts: the author's own, from window to window of the
samples, and that of counting at random (Poisson), which is reckoned for as many words as are at hand. Only the author's
own words count: quotations, block quotes, headings and markers don't.

Measured on 26 novels by 11 authors (8,000 words of samples in eight pieces, texts of 1,000 words): past the threshold
are 6% of an author's own texts from the same novel, 13% from another of theirs, and 38% of other novelists'. So it stops
what is plainly another voice, and can't tell a good imitation.
"""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from state.base import sha256_text
from state.text import Statement, statements, unquoted, words
from state.voice import VoiceProfile, VoiceReading

WINDOW = 500
"""Words that a window of the samples has, more or less: it is made of whole sentences."""
ENOUGH_SAMPLES = 5000
"""Words of samples below which a reading is advice."""
ENOUGH_TEXT = 500
"""Words of a text below which a reading is advice."""

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
_FIRST_PERSON = frozenset({"i", "me", "my", "mine", "myself"})
_CONTRACTED = re.compile(r"^(.+)(n't|'(?:ll|re|ve|m|d))$|^(he|here|how|it|she|that|there|what|where|who)('s)$")
_FULL = {"n't": "not", "'ll": "will", "'re": "are", "'ve": "have", "'m": "am", "'s": "is", "'d": ""}
_STEMS = {"wo": "will", "ca": "can", "sha": "shall"}

_RAREST = 1 / 2000
"""Rate below which a word is left out: in a text of 1,000 words it is there or not by chance."""
_GROUP = 2000
"""Words that are left out together with a window, at most its whole sample: neighbours share their subject."""
_STRUCTURE_WEIGHT = 0.1
"""Share of the structure in the distance; 0.1 to 0.15 told novelists apart best, the words alone almost as well."""
_CAP = 6.0
"""The largest z-score that counts, so that no single feature decides."""
_OWN = {"mean": 0.25, "spread": 0.25, "paragraph": 0.3, "contractions": 0.45, "questions": 0.45, "first": 0.45}
"""How an author's windows differ in structure by more than chance, as a share of the mean. Lengths: medians over 26
novels by 11 authors; shares: less than there (0.6 to 0.9), where dialogue comes and goes."""
_OWN_WORD = 0.3
"""The same for a word's rate, where there are too few windows to take it from."""
_FEW_WINDOWS = 4
"""Fewer windows than this have no spread worth the name."""
_USUAL_THRESHOLD = 1.0
"""The threshold until there are windows enough: about the median over those novels."""
_ODD_SHAPE, _ODD_WORD = 2.0, 3.5
"""z-scores from which a feature is worth a note: with a hundred words one is 3 off by accident."""
_NEARLY = 0.6
_NOTES = 4
_FAVOURITES = 20


@dataclass(frozen=True)
class _Tally:
    """Counts of a stretch of text; they add up."""

    words: int = 0
    sentences: int = 0
    """Those without a quotation: the length of the others isn't the author's."""
    lengths: int = 0
    squares: int = 0
    """Sums of the sentences' lengths and of their squares."""
    paragraphs: int = 0
    contractions: int = 0
    questions: int = 0
    first: int = 0
    counts: tuple[int, ...] = (0,) * len(FUNCTION_WORDS)


@dataclass(frozen=True)
class _Deviation:
    feature: str
    """A key of `_OWN`, or a function word."""
    z: float
    usual: float
    here: float


@lru_cache(maxsize=256)
def _sentences(text: str) -> tuple[tuple[Statement, tuple[str, ...]], ...]:
    """The sentences of `text` that are the author's, each with its unquoted words."""
    prose = (s for s in statements(text) if s.kind in ("paragraph", "list"))
    return tuple((s, own) for s in prose if (own := words(unquoted(s.text))))


def _tally(sentences: Iterable[tuple[Statement, tuple[str, ...]]]) -> _Tally:
    counts: Counter[str] = Counter()
    paragraphs: set[int] = set()
    total = whole = lengths = squares = asked = contracted = 0
    for statement, own in sentences:
        plain, shortened = _uncontracted(own)
        counts.update(plain)
        contracted += shortened
        total += len(own)
        paragraphs.add(statement.block)
        if unquoted(statement.text) == statement.text:
            whole += 1
            lengths += len(own)
            squares += len(own) ** 2
            asked += statement.text.rstrip("\"'”’)*_ ").endswith("?")
    return _Tally(
        words=total,
        sentences=whole,
        lengths=lengths,
        squares=squares,
        paragraphs=len(paragraphs),
        contractions=contracted,
        questions=asked,
        first=sum(counts[word] for word in _FIRST_PERSON),
        counts=tuple(counts[word] for word in FUNCTION_WORDS),
    )


def _uncontracted(tokens: Sequence[str]) -> tuple[list[str], int]:
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


def _windows(sample: str) -> list[_Tally]:
    """The sample cut evenly, between sentences, into windows of about WINDOW words."""
    sentences = _sentences(sample)
    total = sum(len(own) for _, own in sentences)
    count = max(1, round(total / WINDOW))
    cut: list[list[tuple[Statement, tuple[str, ...]]]] = [[]]
    done = 0
    for sentence in sentences:
        if done >= total * len(cut) / count and len(cut) < count:
            cut.append([])
        cut[-1].append(sentence)
        done += len(sentence[1])
    return [_tally(part) for part in cut if part]


def _sum(tallies: Sequence[_Tally]) -> _Tally:
    plain = [key for key in vars(_Tally()) if key != "counts"]
    totals = {key: sum(getattr(tally, key) for tally in tallies) for key in plain}
    return _Tally(**totals, counts=tuple(map(sum, zip(*(tally.counts for tally in tallies), strict=True))))


def _structure(tally: _Tally) -> dict[str, float]:
    """The features of structure that `tally` has enough text for: lengths in words, the rest as shares."""
    found = {"contractions": tally.contractions / tally.words, "first": tally.first / tally.words}
    if tally.sentences:
        mean = tally.lengths / tally.sentences
        found["mean"] = mean
        found["spread"] = math.sqrt(max(0.0, tally.squares / tally.sentences - mean**2))
        found["questions"] = tally.questions / tally.sentences
    if tally.paragraphs > 1:
        found["paragraph"] = tally.words / tally.paragraphs
    return found


def _profile(windows: Sequence[_Tally], keep: Sequence[int] | None = None) -> VoiceProfile:
    """The numbers of some windows; `keep` are the function words to look at, by index, or all that aren't rare."""
    total = _sum(windows)
    if keep is None:
        keep = [i for i, count in enumerate(total.counts) if count >= _RAREST * total.words]
    shape = _structure(total)
    return VoiceProfile(
        words=total.words,
        function_words=tuple(
            (FUNCTION_WORDS[i], total.counts[i] / total.words, _spread(windows, i, total)) for i in keep
        ),
        sentence_mean=shape.get("mean", 0.0),
        sentence_spread=shape.get("spread", 0.0),
        paragraph_mean=shape.get("paragraph", 0.0),
        contractions=shape["contractions"],
        questions=shape.get("questions", 0.0),
        first_person=shape["first"],
    )


def _spread(windows: Sequence[_Tally], i: int, total: _Tally) -> float:
    """Standard deviation of a word's rate over windows of exactly WINDOW words."""
    rate = total.counts[i] / total.words
    chance = _smooth(rate, total.words)
    if len(windows) < _FEW_WINDOWS:
        own = (_OWN_WORD * rate) ** 2
    else:
        seen = statistics.variance((w.counts[i] / w.words for w in windows), rate)
        own = max(0.0, seen - chance * len(windows) / total.words)
    return math.sqrt(own + chance / WINDOW)


def _smooth(rate: float, of: float) -> float:
    """A rate that is never zero: what wasn't seen in `of` may be there half a time."""
    return rate + 0.5 / max(of, 1.0)


def _deviations(profile: VoiceProfile, tally: _Tally) -> tuple[list[_Deviation], list[_Deviation]]:
    """How far each function word and each feature of structure is from the author's."""
    counted = dict(zip(FUNCTION_WORDS, tally.counts, strict=True))
    windows = max(2.0, profile.words / WINDOW)
    of_words = []
    for word, rate, deviation in profile.function_words:
        chance = _smooth(rate, profile.words)
        own = max(0.0, deviation**2 - chance / WINDOW) * (1 + 1 / windows)
        here = counted[word] / tally.words
        scale = math.sqrt(own + chance / tally.words + chance / profile.words)
        of_words.append(_Deviation(word, abs(here - rate) / scale, rate, here))
    here_shape, usual = _structure(tally), _usual(profile)
    shared = [key for key in here_shape if key in usual]
    of_shape = [
        _Deviation(key, abs(here_shape[key] - usual[key]) / _scale(key, profile, tally), usual[key], here_shape[key])
        for key in shared
    ]
    return of_words, of_shape


def _usual(profile: VoiceProfile) -> dict[str, float]:
    usual = {"contractions": profile.contractions, "first": profile.first_person}
    if profile.sentence_mean:
        usual |= {"mean": profile.sentence_mean, "spread": profile.sentence_spread, "questions": profile.questions}
    if profile.paragraph_mean:
        usual["paragraph"] = profile.paragraph_mean
    return usual


def _scale(key: str, profile: VoiceProfile, tally: _Tally) -> float:
    """Standard deviation to expect of a feature of structure in a text of this length."""
    usual = _usual(profile)[key]
    sentences = max(1, tally.sentences)
    if key == "mean":
        chance = profile.sentence_spread**2 / sentences
    elif key == "spread":
        chance = profile.sentence_spread**2 / (2 * sentences)
    elif key == "paragraph":
        chance = (0.5 * usual) ** 2 / tally.paragraphs
    elif key == "questions":
        chance = _smooth(usual, profile.words / profile.sentence_mean) / sentences
    else:
        chance = _smooth(usual, profile.words) / tally.words
    return math.sqrt((_OWN[key] * usual) ** 2 + chance) or 1.0


def _distance(of_words: Sequence[_Deviation], of_shape: Sequence[_Deviation]) -> float:
    """The mean absolute z-score, a tenth of it from the structure."""
    parts = [
        (weight, statistics.fmean(min(d.z, _CAP) for d in found))
        for weight, found in ((1 - _STRUCTURE_WEIGHT, of_words), (_STRUCTURE_WEIGHT, of_shape))
        if found
    ]
    return sum(w * mean for w, mean in parts) / sum(w for w, _ in parts)


def measure(samples: Sequence[str]) -> VoiceProfile:
    """The profile of the author of `samples`, each a text in Markdown. Nothing to measure gives an empty profile."""
    return _measure(tuple(sorted(dict.fromkeys(samples))))


@lru_cache(maxsize=8)
def _measure(samples: tuple[str, ...]) -> VoiceProfile:
    cut = [_windows(sample) for sample in samples]
    windows = [window for part in cut for window in part]
    hashes = tuple(sorted(map(sha256_text, samples)))
    if not windows:
        return VoiceProfile(samples=hashes)
    profile = _profile(windows)
    more = {"samples": hashes, "favourites": _favourites(samples), "threshold": _threshold(cut, profile)}
    return VoiceProfile.model_validate(profile.model_dump() | more)


def _threshold(cut: Sequence[Sequence[_Tally]], profile: VoiceProfile) -> float:
    """95th percentile of the distances of the author's windows from the rest, each left out with its neighbours.

    It is the upper limit of a prediction for one more window (mean + t * s * sqrt(1 + 1/k)), which allows for k being
    small; a percentile counted off a dozen windows would be their largest.
    """
    size = max(1, round(_GROUP / WINDOW))
    groups = [part[i : i + size] for part in cut for i in range(0, len(part), size)]
    if len(groups) < 2:
        groups = [[window] for group in groups for window in group]
    keep = [FUNCTION_WORDS.index(word) for word, _, _ in profile.function_words]
    distances = []
    for i, group in enumerate(groups):
        rest = [window for j, other in enumerate(groups) if j != i for window in other]
        if len(rest) < _FEW_WINDOWS - 1:
            return _USUAL_THRESHOLD
        left = _profile(rest, keep)
        distances += [_distance(*_deviations(left, window)) for window in group]
    k = len(distances)
    return statistics.fmean(distances) + _student(k - 1) * statistics.stdev(distances) * math.sqrt(1 + 1 / k)


def _student(freedom: int) -> float:
    """95th percentile of Student's t, within 2% from 3 degrees of freedom on (Abramowitz and Stegun 26.7.5)."""
    z = statistics.NormalDist().inv_cdf(0.95)
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + (z**3 + z) / 4 / freedom + second / freedom**2


def _favourites(samples: Sequence[str]) -> tuple[str, ...]:
    """Phrases of 3 to 5 words, not all of them common, that stand in more than one sample: the widest used first."""
    common = frozenset(FUNCTION_WORDS)
    uses: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    for sample in samples:
        here: Counter[str] = Counter()
        for _, own in _sentences(sample):
            for size in (3, 4, 5):
                grams = (own[i : i + size] for i in range(len(own) - size + 1))
                here.update(" ".join(gram) for gram in grams if not common.issuperset(gram))
        uses.update(here)
        spread.update(here.keys())
    shared = sorted((p for p in spread if spread[p] > 1), key=lambda p: (-spread[p], -uses[p], -len(p), p))
    chosen: list[str] = []
    for phrase in shared[: 10 * _FAVOURITES]:
        if not any(f" {phrase} " in f" {other} " or f" {other} " in f" {phrase} " for other in chosen):
            chosen.append(phrase)
    return tuple(chosen[:_FAVOURITES])


@lru_cache(maxsize=128)
def read(profile: VoiceProfile, text: str) -> VoiceReading:
    """How far `text`, in Markdown, is from the author of `profile`; 0 when either has no words of the author's."""
    tally = _tally(_sentences(text))
    if not (profile.words and tally.words):
        return VoiceReading(distance=0.0, threshold=profile.threshold, gate=False)
    of_words, of_shape = _deviations(profile, tally)
    distance = _distance(of_words, of_shape)
    return VoiceReading(
        distance=distance,
        threshold=profile.threshold,
        gate=profile.words >= ENOUGH_SAMPLES and tally.words >= ENOUGH_TEXT,
        notes=_notes(of_words, of_shape, strange=distance > profile.threshold),
    )


def _notes(of_words: Iterable[_Deviation], of_shape: Iterable[_Deviation], *, strange: bool) -> tuple[str, ...]:
    """Say what is off, worst first: what is odd by itself, and in a `strange` text what comes near to it."""
    ranked = [(d.z / _ODD_SHAPE, d) for d in of_shape]
    ranked += [(d.z / _ODD_WORD, d) for d in of_words if d.feature not in _FIRST_PERSON]
    least = _NEARLY if strange else 1.0
    ranked = sorted((pair for pair in ranked if pair[0] >= least), key=lambda pair: -pair[0])
    return tuple(_note(d) for _, d in ranked[:_NOTES])


def _note(off: _Deviation) -> str:
    more = off.here > off.usual
    usual, here = f"{off.usual:.0f}", f"{off.here:.0f}"
    if off.feature == "mean":
        return (
            f"Your sentences average {usual} words; these average {here}: {'cut some in two' if more else 'join some'}."
        )
    if off.feature == "spread":
        fix = "even them out" if more else "put short ones beside long ones"
        return f"Your sentences vary by {usual} words around their mean; these by {here}: {fix}."
    if off.feature == "paragraph":
        fix = "break some up" if more else "run some together"
        return f"Your paragraphs average {usual} words; these average {here}: {fix}."
    if off.feature == "questions":
        fix = "ask less" if more else "ask more"
        return f"{off.usual:.0%} of your sentences ask; of these {off.here:.0%}: {fix}."
    usual, here = f"{1000 * off.usual:.1f}", f"{1000 * off.here:.1f}"
    if off.feature == "contractions":
        fix = "write more words out" if more else "contract more"
        return f"You contract {usual} words in a thousand (don't, it's); here {here}: {fix}."
    if off.feature == "first":
        fix = "step back a little" if more else "put yourself back in"
        return f"You say I, me or my {usual} times in a thousand words; here {here}: {fix}."
    fix = "use it less" if more else "use it more"
    return f'You write "{off.feature}" {usual} times in a thousand words; here {here}: {fix}.'
