"""What we put into what is published: there in each language, said of nothing, and known again by the checks."""

from __future__ import annotations

from datetime import date
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.markdown import to_html
from state.contracts.saying import furniture
from state.contracts.tracing import is_furniture, trace
from state.disclosures import WORDS as DISCLOSURES
from state.text import numbers, quotations, statements
from state.wording import JOINING, WORDS, Words, day_in, joining_in, words_in
from tests.state.pieces import HOME, chain

LANGUAGES = sorted(WORDS)
MADE = chain().monetized


def test_the_languages_are_those_of_the_disclosures() -> None:
    """A piece isn't half in one language; a region changes nothing, and what has no words here is English."""
    assert set(WORDS) == set(JOINING) == set(DISCLOSURES)
    assert words_in("de-CH") == words_in("DE") == WORDS["de"]
    assert words_in("it") == words_in("") == WORDS["en"]
    assert joining_in("fr-CA") == JOINING["fr"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_has_all_the_words_with_the_same_places_to_fill(language: str) -> None:
    """Nothing is left empty, and what is filled in has its place in every language."""

    def places(words: Words) -> dict[str, set[str | None]]:
        said = {name: text for name, text in words.model_dump().items() if isinstance(text, str)}
        return {name: {place for _, place, _, _ in Formatter().parse(text)} - {None} for name, text in said.items()}

    words = WORDS[language]
    assert places(words) == places(WORDS["en"])
    assert all(text for name, text in words.model_dump().items() if name != "first")
    assert (len(words.months), len(set(words.courtesies))) == (12, len(WORDS["en"].courtesies))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_posts_is_furniture(language: str) -> None:
    """The checks know the line that leads on and the heading of the sources by themselves, as one sentence each; with a word more, they don't."""
    words = WORDS[language]
    for said in (f"{words.read_all} {{canonical}}", words.online, words.sources):
        assert [s.text for s in statements(said)] == [said]
        assert is_furniture(said, frozenset())
        assert not is_furniture(f"{said} in 1823", frozenset())
        assert [s.sources for s in trace(said, MADE)] == [("furniture",)]
    needless = furniture((HOME,))
    for said in (*words.courtesies, f"{words.read_all} {HOME}"):
        assert {s.text for s in statements(said)} <= needless
        assert not numbers(said.replace(HOME, "")) and not quotations(said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_knows_its_sources_and_names_an_offer(language: str) -> None:
    """The list below the heading is what the references lead to; a screen reader hears the language's own word for the frame."""
    words = WORDS[language]
    text = f"A claim.[[1]](#source-1)\n\n::: offer\nBuy it.\n:::\n\n## {words.sources}\n\n1. Somebody\n"
    html = to_html(text, language=f"{language}-XX")
    assert 'id="source-1"' in html and '<section class="sources"' in html
    assert f'aria-label="{words.offer}"' in html


def test_days_are_written_as_they_are_read() -> None:
    """In words where we have them."""
    first = date(2026, 3, 1)
    told = {language: day_in(language, first) for language in (*LANGUAGES, "it", "en-GB")}
    assert told == {
        "de": "1. März 2026",
        "en": "1 March 2026",
        "en-GB": "1 March 2026",
        "es": "1 de marzo de 2026",
        "fr": "1er mars 2026",
        "it": "2026-03-01",
    }
    assert day_in("fr", date(2026, 3, 2)) == "2 mars 2026"


@given(st.text(max_size=30))
def test_any_tag_has_words(language: str) -> None:
    """Whatever a workspace calls its language, there is something to say."""
    assert words_in(language) in WORDS.values()
    assert day_in(language, date(2026, 1, 1))
