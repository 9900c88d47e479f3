"""Phrases: those an author comes back to, and those that the author never uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from agents.voice.profile.tally import FUNCTION_WORDS, Tally, sentences, uncontracted

FAVOURITES = 20
NEVER = 40
LONGEST = 200
"""Characters that an opening or a closing may have to be worth keeping."""
_ENOUGH = 6.0
"""Times that a word is to be expected for its absence to mean something (Poisson: 0 of 6 happens once in 400)."""
_WORDS_FOR_STOCK = 2000
"""Words of samples from which the absence of a stock phrase is worth telling a writer."""
STOCK = tuple(
    """
    leverage|utilize|utilise|delve|delve into|tapestry|landscape of|game changer|cutting-edge|seamless|seamlessly|robust|
    holistic|synergy|unlock|unleash|elevate|empower|foster|harness|navigate the|in today's|fast-paced|ever-evolving|
    at the end of the day|it's worth noting|it is worth noting|it's important to note|it is important to note|
    moreover|furthermore|additionally|in conclusion|in summary|needless to say|going forward|deep dive|dive into|
    plays a crucial role|a testament to|when it comes to|the power of|actionable|impactful|thought leader|paradigm|
    myriad|plethora|first and foremost|let's face it|the bottom line|in a nutshell
    """.replace("\n", "").split("|")
)
"""Phrases of nobody's: worn by business prose and by language models."""


def favourites(samples: Sequence[str]) -> tuple[str, ...]:
    """Phrases of 3 to 5 words, not all of them common, that stand in more than one sample: the widest used first."""
    common = frozenset(FUNCTION_WORDS)
    uses: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    for sample in samples:
        here: Counter[str] = Counter()
        for _, own in sentences(sample):
            for size in (3, 4, 5):
                grams = (own[i : i + size] for i in range(len(own) - size + 1))
                here.update(" ".join(gram) for gram in grams if not common.issuperset(gram))
        uses.update(here)
        spread.update(here.keys())
    shared = sorted((p for p in spread if spread[p] > 1), key=lambda p: (-spread[p], -uses[p], -len(p), p))
    chosen: list[str] = []
    for phrase in shared[: 10 * FAVOURITES]:
        if not any(f" {phrase} " in f" {other} " or f" {other} " in f" {phrase} " for other in chosen):
            chosen.append(phrase)
    return tuple(chosen[:FAVOURITES])


def never(samples: Sequence[str], total: Tally, rates: Mapping[str, float]) -> tuple[str, ...]:
    """Common words that should be there at other people's `rates` (per word) and aren't, then stock phrases that aren't."""
    counted = dict(zip(FUNCTION_WORDS, total.counts, strict=True))
    absent = [w for w, rate in rates.items() if not counted[w] and rate * total.words >= _ENOUGH]
    absent.sort(key=lambda w: (-rates[w], w))
    if total.words < _WORDS_FOR_STOCK:
        return tuple(absent[:NEVER])
    said = " ".join(running(sample) for sample in samples)
    phrases = [p for p in map(str.strip, STOCK) if f" {p} " not in said]
    return tuple((absent[: NEVER // 4] + phrases)[:NEVER])


def running(text: str) -> str:
    """The author's own words in a row, parted by single spaces and set between them; a stop where a sentence ends."""
    return "".join(f" {' '.join(own)} ." for _, own in sentences(text)) + " "


def used(text: str, phrases: Sequence[str]) -> dict[str, int]:
    """How often each of `phrases` stands in the author's own words of `text`; none that doesn't."""
    said = running(text)
    plain = "".join(f" {' '.join(uncontracted(own)[0])} ." for _, own in sentences(text)) + " "
    found = {p: max(said.count(f" {p} "), plain.count(f" {p} ")) for p in phrases}
    return {phrase: count for phrase, count in found.items() if count}


def edges(samples: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The first sentences of the samples, and the last: those not too long to show, five of each at most."""
    firsts, lasts = [], []
    for sample in samples:
        told = [s.text for s, _ in sentences(sample)]
        if len(told) > 1:
            firsts.append(told[0])
            lasts.append(told[-1])
    short = [tuple(s for s in some if len(s) <= LONGEST)[:5] for some in (firsts, lasts)]
    return short[0], short[1]
