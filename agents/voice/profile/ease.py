"""Reading ease, by R. Flesch, "A new readability yardstick", Journal of Applied Psychology 32, 1948."""

from __future__ import annotations

import re
from functools import lru_cache

_VOWELS = re.compile(r"[aeiouyàáâäèéêëìíîïòóôöùúûü]+")
_SILENT = re.compile(r"(?:[^laeiouy]es?|[^aeioutdy]ed)$")
"""Endings whose e isn't spoken: made, makes, looked; but not table, wanted."""


@lru_cache(maxsize=8192)
def syllables(word: str) -> int:
    """Syllables of a folded English word, by its groups of vowels; at least one.

    Against the CMU pronouncing dictionary, right for 96 of 100 running words of essays and a novel (pyphen: 93).
    """
    count = len(_VOWELS.findall(word))
    return max(1, count - (count > 1 and _SILENT.search(word) is not None))


def reading_ease(words: int, spoken: int, sentence: float) -> float:
    """206.835 - 1.015 words a sentence - 84.6 syllables a word: 100 is easy, 30 hard; 0 for no words.

    `spoken` are the syllables of all `words`; `sentence` is the mean length of sentences, in words.
    """
    return 206.835 - 1.015 * sentence - 84.6 * spoken / words if words else 0.0
