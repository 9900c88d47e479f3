"""How an author writes, as numbers. Measured in agents/voice; judged by the Draft's checks."""

from __future__ import annotations

from state.base import Frozen


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
    contractions: float = 0.0
    questions: float = 0.0
    """Share of sentences that ask."""
    first_person: float = 0.0
    favourites: tuple[str, ...] = ()
    """Phrases that the author uses more than once in more than one sample."""
    threshold: float = 0.0
    """95th percentile of the distances of the author's own windows from the rest (leave one out)."""


class VoiceReading(Frozen):
    """How far a text is from the author."""

    distance: float
    threshold: float
    gate: bool
    """Whether there is enough to judge by; if not, the reading is advice."""
    notes: tuple[str, ...] = ()
    """What is off, by how much, and what to do."""
