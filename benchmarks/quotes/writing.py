"""Quotes written from real text by a seeded hand: faithful ones in other typography, and falsified ones.

Nothing here reads prose the way the code under test does: whether a falsified quote stands in the text by chance is decided on
bare words, letters and digits only.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

SHORTEST, LONGEST = 5, 40
"""Words of a quote."""
Change = Callable[[str, random.Random], str]


@dataclass(frozen=True)
class Quote:
    source: int
    """Which of the sources it was taken from."""
    text: str
    how: str
    """What was done to it."""


def faithful(sources: Sequence[str], count: int, rng: random.Random) -> list[Quote]:
    """Stretches of the sources, each in one to four kinds of other typography."""
    found = []
    for _ in range(count):
        at = rng.randrange(len(sources))
        text, names = _noisy(_stretch(sources[at], rng), rng, rng.randint(1, 4))
        found.append(Quote(at, text, names))
    return found


def falsified(sources: Sequence[str], count: int, rng: random.Random) -> list[Quote]:
    """Stretches in which something that is said was changed, and the typography of half of them, too."""
    bare = [f" {' '.join(words(source))} " for source in sources]
    found: list[Quote] = []
    kinds = sorted(FALSE)
    while len(found) < count:
        at, name = rng.randrange(len(sources)), kinds[len(found) % len(kinds)]
        told = FALSE[name](_stretch(sources[at], rng), rng)
        if told and f" {' '.join(words(told))} " not in bare[at]:
            text = _noisy(told, rng, rng.randint(1, 2))[0] if rng.random() < 0.5 else told
            found.append(Quote(at, text, name))
    return found


def words(text: str) -> list[str]:
    """Runs of letters and digits, in lower case, accents composed."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return re.findall(r"[^\W_]+", seen.casefold())


def _stretch(source: str, rng: random.Random) -> str:
    """Some words in a row of one paragraph."""
    while True:
        line = rng.choice(_lines(source))
        places = [m.span() for m in re.finditer(r"\S+", line)]
        length = rng.randint(SHORTEST, min(LONGEST, len(places)))
        first = rng.randrange(len(places) - length + 1)
        text = line[places[first][0] : places[first + length - 1][1]]
        if len(words(text)) >= SHORTEST:
            return text


@lru_cache(maxsize=64)
def _lines(source: str) -> list[str]:
    return [part for part in source.split("\n") if len(part.split()) >= SHORTEST]


def _noisy(text: str, rng: random.Random, times: int) -> tuple[str, str]:
    chosen = rng.sample(sorted(NOISE), times)
    for name in chosen:
        text = NOISE[name](text, rng)
    return text, ", ".join(chosen)


def _somewhere(old: str, new: str) -> Change:
    """One or more of what matches `old` made `new`."""

    def change(text: str, rng: random.Random) -> str:
        return re.sub(old, lambda m: m.expand(new) if rng.random() < 0.6 else m.group(), text)

    return change


def _inside(mark: str) -> Change:
    """A mark that nobody sees, in the middle of a word."""
    return lambda text, rng: re.sub(
        r"(?<=[^\W\d_]{3})(?=[^\W\d_]{3})", lambda m: mark if rng.random() < 0.2 else "", text
    )


def _broken(text: str, rng: random.Random) -> str:
    """A long word divided at the end of a line."""
    long = list(re.finditer(r"\b[^\W\d_]{8,}\b", text))
    if not long:
        return text
    word = rng.choice(long)
    at = word.start() + rng.randint(3, len(word.group()) - 3)
    return f"{text[:at]}-\n{text[at:]}"


NOISE: dict[str, Change] = {
    "curly apostrophes": lambda text, rng: text.replace("'", "’"),
    "straight apostrophes": lambda text, rng: text.replace("’", "'").replace("‘", "'"),
    "curly quotes": lambda text, rng: re.sub(r'"([^"]*)"', r"“\1”", text),
    "straight quotes": lambda text, rng: re.sub("[“”]", '"', text),
    "guillemets": lambda text, rng: re.sub(r'["“]([^"“”]*)["”]', r"«\1»", text),
    "quoted": lambda text, rng: f"“{text}”",
    "no-break spaces": _somewhere(" ", "\u00a0"),
    "thin spaces": _somewhere(" ", "\u2009"),
    "two spaces": _somewhere(" ", "  "),
    "tabs": _somewhere(" ", "\t"),
    "line breaks": _somewhere(" ", "\n"),
    "Windows line breaks": _somewhere(" ", "\r\n"),
    "ligatures": lambda text, rng: text.replace("ffi", "ﬃ").replace("fi", "ﬁ").replace("fl", "ﬂ").replace("ff", "ﬀ"),
    "soft hyphens": _inside("\u00ad"),
    "zero-width spaces": _inside("\u200b"),
    "word joiners": _inside("\u2060"),
    "direction marks": _inside("\u200e"),
    "no-break hyphens": lambda text, rng: re.sub(r"(?<=\w)-(?=\w)", "\u2011", text),
    "true hyphens": lambda text, rng: re.sub(r"(?<=\w)-(?=\w)", "\u2010", text),
    "typed dashes": lambda text, rng: text.replace("—", "--"),
    "spaced dashes": lambda text, rng: text.replace("—", " – "),
    "one ellipsis": lambda text, rng: text.replace("...", "…"),
    "three dots": lambda text, rng: text.replace("…", "..."),
    "composed": lambda text, rng: unicodedata.normalize("NFC", text),
    "decomposed": lambda text, rng: unicodedata.normalize("NFD", text),
    "fullwidth": _somewhere("(?<=\\d)%", "％"),
    "capitals": lambda text, rng: text[:1].swapcase() + text[1:],
    "closed by a comma": lambda text, rng: text.rstrip(".,;:") + ("," if text[-1] not in "?!" else ""),
    "broken at a line's end": _broken,
}


def _word(text: str, rng: random.Random, fits: str, make: Callable[[str], str]) -> str:
    """One word that fits changed, or nothing; never the first or the last, so that what is left isn't a shorter quote."""
    found = [m for m in re.finditer(fits, text) if m.start() > 0 and m.end() < len(text.rstrip(".,;:!?\"'”’)"))]
    if not found:
        return ""
    m = rng.choice(found)
    return text[: m.start()] + make(m.group()) + text[m.end() :]


def _instead(pairs: dict[str, str]) -> Change:
    both = pairs | {new: old for old, new in pairs.items() if new not in pairs}
    fits = r"\b(?:" + "|".join(map(re.escape, both)) + r")\b"
    return lambda text, rng: _word(text, rng, fits, lambda word: both[word])


def _swapped(text: str, rng: random.Random) -> str:
    found = list(re.finditer(r"\b(\w+) (\w+)\b", text))
    if not found:
        return ""
    m = rng.choice(found)
    return f"{text[: m.start()]}{m[2]} {m[1]}{text[m.end() :]}"


def _digit(number: str, rng: random.Random) -> str:
    at = rng.choice([i for i, c in enumerate(number) if c.isdecimal()])
    return number[:at] + rng.choice([d for d in "123456789" if d != number[at]]) + number[at + 1 :]


_NUMBERS = tuple(
    "two three four five six seven eight nine ten twelve twenty thirty forty fifty hundred thousand".split()  # noqa: SIM905  # shorter than a column of strings
)
_NAMES = ("Napoleon", "Ottawa", "Mrs Hale", "Siemens", "Lagos", "Darwin")
FALSE: dict[str, Change] = {
    "a word dropped": lambda text, rng: _word(text, rng, r"(?<= )[^\W\d_]+ ", lambda word: ""),
    "a word doubled": lambda text, rng: _word(text, rng, r"\b[^\W\d_]{3,}\b", lambda word: f"{word} {word}"),
    "a word put in": lambda text, rng: _word(
        text, rng, r" ", lambda space: f" {rng.choice(('very', 'never', 'almost', 'nearly'))} "
    ),
    "two words swapped": _swapped,
    "a not put in": lambda text, rng: _word(
        text, rng, r"\b(?:is|was|are|were|has|had|can|could|will|would|may|must)\b", lambda w: f"{w} not"
    ),
    "a not taken out": lambda text, rng: _word(text, rng, r"\b(?:not|never|no|hardly) |n['’]t\b", lambda w: ""),
    "another number": lambda text, rng: _word(text, rng, r"\b\d[\d.,]*\d\b|\b\d\b", lambda w: _digit(w, rng)),
    "another number word": lambda text, rng: _word(
        text, rng, rf"\b(?:{'|'.join(_NUMBERS)})\b", lambda w: rng.choice([n for n in _NUMBERS if n != w])
    ),
    "another name": lambda text, rng: _word(text, rng, r"(?<=[a-z,] )[A-Z][a-z]{2,}\b", lambda w: rng.choice(_NAMES)),
    "another unit": _instead(
        {
            "metres": "feet",
            "miles": "kilometres",
            "years": "months",
            "hours": "minutes",
            "days": "weeks",
            "tonnes": "pounds",
            "centimetres": "inches",
            "per cent": "per mille",
            "guilders": "florins",
            "seconds": "minutes",
            "degrees": "radians",
            "dollars": "euros",
            "grams": "ounces",
        }
    ),
    "another tense": _instead(
        {"is": "was", "are": "were", "has": "had", "will": "would", "can": "could", "does": "did", "says": "said"}
    ),
    "its opposite": _instead(
        {
            "more": "less",
            "before": "after",
            "first": "last",
            "all": "some",
            "always": "never",
            "above": "below",
            "most": "least",
            "old": "new",
            "long": "short",
            "with": "without",
            "every": "no",
            "up": "down",
            "high": "low",
            "large": "small",
            "hot": "cold",
            "good": "bad",
            "many": "few",
        }
    ),
    "one or many": lambda text, rng: _word(text, rng, r"\b[a-z]{4,}[^\Ws]\b", lambda w: f"{w}s"),
    "letters changed": lambda text, rng: _word(text, rng, r"\b[a-z]{5,}\b", lambda w: w[:2] + w[3] + w[2] + w[4:]),
    "a beginning of its own": lambda text, rng: _word(
        text, rng, r"\b(?:likely|usual|able|known|done|safe|common|even|made|seen|told)\b", lambda w: f"un{w}"
    ),
}
