"""What a writer can act on: ease, persons, marks, openings, phrases; and what the n-grams see."""

from __future__ import annotations

import pytest

from agents.voice.profile import measure, read
from agents.voice.profile.ease import reading_ease, syllables
from agents.voice.profile.phrases import used

PLAIN = "We mend what we can. You hold the lamp; I turn the key! The door (an old one) opens - at last.\n\nIt was late: we left."


@pytest.mark.parametrize(
    ("word", "count"),
    [("lamp", 1), ("made", 1), ("table", 2), ("wanted", 2), ("looked", 1), ("banana", 3), ("rhythm", 1), ("the", 1)],
)
def test_syllables(word: str, count: int) -> None:
    """Groups of vowels are syllables; a silent e isn't one."""
    assert syllables(word) == count


def test_reading_ease_is_fleschs() -> None:
    """Ten words of twelve syllables in one sentence give what the formula of 1948 gives by hand."""
    assert reading_ease(10, 12, 10.0) == pytest.approx(206.835 - 10.15 - 101.52)
    assert reading_ease(0, 0, 0.0) == 0.0


def test_persons_and_marks_are_counted() -> None:
    """Each person and each punctuation mark has its rate; a dash has spaces round it."""
    found = measure([PLAIN])
    marks = {mark: round(rate * found.words) for mark, rate in found.punctuation}
    assert marks == {",": 0, ";": 1, ":": 1, "-": 1, "!": 1, "(": 1}
    assert (found.first_person, found.plural_person, found.second_person) == pytest.approx(
        (1 / found.words, 3 / found.words, 1 / found.words)
    )


def test_openings_and_closings_are_kept() -> None:
    """The first and the last sentence of a sample are there to look at."""
    found = measure([PLAIN])
    assert found.openings == ("We mend what we can.",)
    assert found.closings == ("It was late: we left.",)


def test_a_phrase_that_the_author_never_uses_is_named() -> None:
    """With 2,000 words of samples, worn phrases that aren't in them are told when a text uses them."""
    sample = "\n\n".join(["The lamp hums all night, and I have never minded it, for it is a good lamp of mine."] * 120)
    author = measure([sample])
    assert "leverage" in author.never
    assert "never minded" not in author.never
    reading = read(author, "We leverage the lamp. I leverage it all night, and I have never minded it.")
    assert 'You never write "leverage" (2): say it in words of yours.' in reading.notes


def test_phrases_are_whole_words_within_a_sentence() -> None:
    """A phrase isn't found inside a word, nor over the end of a sentence, nor in a quotation."""
    text = 'Leveraged again. In today. Today\'s news "leverage" too. A deep dive, said nobody.'
    assert used(text, ("leverage", "in today's", "deep dive")) == {"deep dive": 1}
