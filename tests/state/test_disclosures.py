"""The words of disclosures, and the rules beside them."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.channels import RULES
from state.disclosures import (
    CLASS_ASKED_BY,
    FORM_ASKED_BY,
    LANGUAGE_ASKED_BY,
    WORDS,
    DisclosureClass,
    Form,
    asked,
    disclosure_for,
    enough,
    form_on,
    in_form,
    spoken,
)
from state.text import plain
from state.typography import hidden

CLASSES: tuple[DisclosureClass, ...] = get_args(DisclosureClass)
EARNING = tuple(name for name in CLASSES if name != "none")
DOCS = Path(__file__).parents[2] / "docs" / "disclosures.md"
SAYS_AD = {"en": ("Ad ",), "de": ("Werbung ", "Anzeige "), "fr": ("Publicité ",), "es": ("Publicidad ",)}


def test_sentences_that_are_published_stand() -> None:
    """The words that articles carry since the beginning are the same to the letter, or their digests would name other texts."""
    assert {name: disclosure_for(name, Form.WHOLE) for name in ("own", "affiliate", "sponsored", "none")} == {
        "own": "This one is mine: I made it and I sell it.",
        "affiliate": "Advertisement: I earn a commission if you buy through this link.",
        "sponsored": "Advertisement: I am paid to show you this.",
        "none": "",
    }


@pytest.mark.parametrize("language", WORDS)
def test_every_class_has_its_words(language: str) -> None:
    """In each language and form whatever somebody earns by says so in words of its own; `none` says nothing."""
    for form in Form:
        said = [disclosure_for(name, form, language) for name in EARNING]
        assert all(said) and len(set(said)) == len(EARNING)
        assert disclosure_for("none", form, language) == ""


@pytest.mark.parametrize("language", WORDS)
def test_a_label_says_ad_first(language: str) -> None:
    """The first word of a label is the one that the rules of its language know, and it is shorter than the sentence."""
    for words in WORDS[language].values():
        assert words.label.startswith(SAYS_AD[language])
        assert len(words.label) < len(words.whole)


def test_no_sentence_is_two_classes() -> None:
    """A sentence says by itself of which class and language it is, so that a post can put it into its own form."""
    wholes = [words.whole for table in WORDS.values() for words in table.values()]
    assert len(set(wholes)) == len(wholes)


def test_words_survive_being_read() -> None:
    """Read as Markdown each is itself: nothing in it is markup, unseen, or set in another way by an editor."""
    for table in WORDS.values():
        for words in table.values():
            for said in (words.whole, words.label):
                assert plain(said) == said == " ".join(said.split())
                assert hidden(said) is None
                assert "'" not in said


@pytest.mark.parametrize(
    ("tag", "as_in"), [("de", "de"), ("de-CH", "de"), ("FR-ca", "fr"), ("en-GB", "en"), ("it", "en"), ("den", "en")]
)
def test_a_language_by_its_tag(tag: str, as_in: str) -> None:
    """A region changes nothing; where there are no words in a language, English ones are taken."""
    assert disclosure_for("own", Form.LABEL, tag) == WORDS[as_in]["own"].label
    assert spoken(tag) == ("" if tag in ("it", "den") else as_in)


@pytest.mark.parametrize("channel", RULES)
def test_the_form_of_a_channel(channel: str) -> None:
    """Articles and letters have room for a sentence, short posts for a label."""
    rules = RULES[channel]
    assert form_on(rules) is (Form.WHOLE if rules.article else Form.LABEL)


@given(st.text(max_size=80), st.sampled_from(Form))
def test_what_isnt_ours_is_never_shortened(said: str, form: Form) -> None:
    """Other words than ours, in whatever form they are asked for, stay what they are."""
    assert in_form(said, form) == said


@given(
    st.sampled_from(CLASSES),
    st.sampled_from(Form),
    st.sampled_from([*WORDS, "it"]),
    st.text(max_size=20) | st.sampled_from([w.whole for table in WORDS.values() for w in table.values()]),
)
def test_what_is_enough(cls: DisclosureClass, form: Form, language: str, placed: str) -> None:
    """The form's own words come first and the whole sentence is always enough; an article has no label among them, `none` has nothing."""
    said = enough(cls, form, language, placed)
    assert bool(said) == (cls != "none")
    labels = {w.label for table in WORDS.values() for w in table.values()}
    if said:
        assert said[0] == disclosure_for(cls, form, language)
        assert disclosure_for(cls, Form.WHOLE, language) in said
    if form is Form.WHOLE:
        assert not labels & set(said)
    other = {w.whole for table in WORDS.values() for name, w in table.items() if name != cls}
    assert not other & set(said)


def test_each_has_its_sources() -> None:
    """Beside every class, form and language that says something stands who wants it."""
    assert [name for name, sources in CLASS_ASKED_BY.items() if not sources] == ["none"]
    assert set(CLASS_ASKED_BY) == set(CLASSES)
    assert set(FORM_ASKED_BY) == set(Form) and all(FORM_ASKED_BY.values())
    assert set(LANGUAGE_ASKED_BY) == set(WORDS) and all(LANGUAGE_ASKED_BY.values())
    assert asked("tips") == "CAP Code, Scope I h, CAP Code 2.1, CAP Code 2.3 ask for it"


def test_the_page_about_them_is_true() -> None:
    """docs/disclosures.md has every word and every source, each source with what it asks for."""
    page = DOCS.read_text(encoding="utf-8")
    for table in WORDS.values():
        for words in table.values():
            assert words.whole in page and words.label in page
    for sources in (*CLASS_ASKED_BY.values(), *FORM_ASKED_BY.values(), *LANGUAGE_ASKED_BY.values()):
        for source in sources:
            assert f"| {source.cite} | {source.name} | {source.asks} |" in page
