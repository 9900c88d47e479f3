"""How an author writes, as numbers. Measured in agents/voice; judged by the Draft's checks."""

from __future__ import annotations

from state.base import Frozen

ENOUGH_SAMPLES = 5000
"""Words of samples below which a reading is advice."""
ENOUGH_TEXT = 500
"""Words of a text below which a reading is advice."""


class VoiceProfile(Frozen):
    """Measured from the author's samples. Rates are per word; lengths are in words."""

    samples: tuple[str, ...] = ()
    """sha256 of each sample's text, sorted."""
    words: int = 0
    function_words: tuple[tuple[str, float, float], ...] = ()
    """(word, mean rate, standard deviation over windows of the samples)."""
    sentence_mean: float = 0.0
    sentence_spread: float = 0.0
    paragraph_mean: float = 0.0
    paragraph_spread: float = 0.0
    contractions: float = 0.0
    questions: float = 0.0
    """Share of sentences that ask."""
    first_person: float = 0.0
    """I, me, my."""
    plural_person: float = 0.0
    """We, us, our."""
    second_person: float = 0.0
    """You, your."""
    punctuation: tuple[tuple[str, float], ...] = ()
    """(mark, rate per word): comma, semicolon, colon, dash, exclamation mark, bracket."""
    reading_ease: float = 0.0
    """Flesch's: 100 is easy, 30 hard."""
    openings: tuple[str, ...] = ()
    """The first sentence of each sample."""
    closings: tuple[str, ...] = ()
    """The last sentence of each sample."""
    favourites: tuple[str, ...] = ()
    """Phrases that the author uses more than once in more than one sample."""
    never: tuple[str, ...] = ()
    """Words and stock phrases of other people's that are in none of the samples, though there was room for them."""
    background: str = ""
    """The background that `grams` are measured against, by its digest; empty if the distance is that of words."""
    register_name: str = ""
    """Which of its registers."""
    grams: str = ""
    """Where the samples lie: a unit vector of 16-bit floats in base64, little end first."""
    limits: tuple[tuple[int, float], ...] = ()
    """(words, distance): the threshold for a text of so many words, ascending in words."""
    threshold: float = 0.0
    """95th percentile of the distances of the author's own texts of 1,000 words from the rest (leave one out)."""


class VoiceReading(Frozen):
    """How far a text is from the author."""

    distance: float
    threshold: float
    """The author's own 95th percentile, for a text of this length."""
    gate: bool
    """Whether there is enough to judge by; if not, the reading is advice."""
    samples: int = 0
    """Words of the author's that it was taken from."""
    words: int = 0
    """Words of the text that it was taken from: quoted ones don't count."""
    notes: tuple[str, ...] = ()
    """What is off, by how much, and what to do."""


class Mixture(Frozen):
    """Whether samples are by one author or by two."""

    two: bool
    likeness: float
    """How alike samples of different groups are, as a share of how alike those of one group are; 1.0 if it can't be told."""
    limit: float
    """The likeness below which they count as two authors."""
    groups: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    """Which samples stand on which side, counted from 0; those too short to judge stand on neither."""
    note: str = ""
    """What was found, and what to do about it."""


class SampleReading(Frozen):
    """How far one sample is from all the others."""

    name: str
    """Its path in the workspace."""
    words: int
    distance: float | None = None
    """None where it can't be told: the only sample, or one of a few words."""
    limit: float = 0.0
    """The threshold for a text of this length."""

    @property
    def beyond(self) -> bool:
        return self.distance is not None and self.distance > self.limit


class OwnWord(Frozen):
    """A common word that the author uses more, or less, than other writers. Rates in a thousand words."""

    word: str
    yours: float
    theirs: float


class Portrait(Frozen):
    """How an author writes, put together for the author to read. Made by agents/voice/profile/portrait.py."""

    profile: VoiceProfile
    english: bool
    """Whether the distance is told by n-grams among other people's writing; in other languages it is weaker."""
    samples: tuple[SampleReading, ...]
    mixture: Mixture
    sides: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    """The samples by name, if they read as two people's."""
    lengths: tuple[tuple[int, int], ...] = ()
    """(words, sentences): how many sentences have up to so many words and more than the one before; the last counts all longer ones."""
    longest: int = 0
    """Words of the longest sentence."""
    more: tuple[OwnWord, ...] = ()
    """Words that the author uses most above the others, farthest first; `less` below them."""
    less: tuple[OwnWord, ...] = ()
    phrases: tuple[str, ...] = ()
    """The author's favourite phrases, for a reader: with a capital I."""
    told: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(heading, sentences): how the author writes, in words."""
