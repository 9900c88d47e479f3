"""What we ourselves put into what is published, in the author's language: a line that leads on, a heading, a button.

`words.py` has the words of the pages, letters and posts, `joining.py` the sentences that join quotations. A language that isn't here gets English.
What is said of an offer stands apart, beside the rules that ask for it: `state/disclosures.py`.
"""

from __future__ import annotations

from datetime import date

from state.wording.joining import JOINING, Joining
from state.wording.words import WORDS, Words

__all__ = ["JOINING", "WORDS", "Joining", "Words", "day_in", "joining_in", "words_in"]

_ENGLISH = "en"


def words_in(language: str) -> Words:
    """The words for a tag such as `de-CH`."""
    return WORDS.get(_name(language), WORDS[_ENGLISH])


def joining_in(language: str) -> Joining:
    return JOINING.get(_name(language), JOINING[_ENGLISH])


def day_in(language: str, day: date) -> str:
    """`3 March 2026`; as ISO 8601 in a language that has no words here."""
    words = WORDS.get(_name(language))
    if words is None:
        return day.isoformat()
    number = words.first if day.day == 1 and words.first else str(day.day)
    return words.day.format(day=number, month=words.months[day.month - 1], year=day.year)


def _name(language: str) -> str:
    return language.partition("-")[0].lower()
