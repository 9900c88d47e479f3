"""The author's rules, held against a Draft."""

from __future__ import annotations

import pytest

from state.contracts.habits import forms, rules_are_kept
from state.rules import Rule
from tests.state.pieces import Chain, broken, fails, flags, told

LEVERAGE = Rule(
    number=3, version=1, key="word:leverage", kind="never", text="never 'leverage': write 'use'", phrases=("leverage",)
)


@pytest.mark.parametrize(
    "text", ["We leverage this.", "LEVERAGING it is.", "They “leverage” it.", "- It leveraged us."]
)
def test_a_phrase_that_a_rule_is_against(text: str, made: Chain) -> None:
    """A learnt rule flags its word in any case and ending, a single word in quotation marks too, and names the rule."""
    violation = broken(rules_are_kept, made.ending(text), made.knowing(rules=(LEVERAGE,)))
    assert told(violation) == flags("draft.rule", "rule 3", waivable=True)
    assert "never 'leverage'" in violation.message


def test_a_rule_that_a_person_stands_behind(made: Chain) -> None:
    """A rule that a person wrote or switched on fails the draft, with what to write; a person may waive it."""
    ours = LEVERAGE.model_copy(update={"switch": "on", "instead": "use"})
    violation = broken(rules_are_kept, made.ending("We leverage this."), made.knowing(rules=(ours,)))
    assert told(violation) == fails("draft.rule", "rule 3", waivable=True)
    assert violation.fix == "Write “use”."
    written = LEVERAGE.model_copy(update={"source": "person"})
    titled = made.saying(made.draft.body, title="How to leverage a bridge")
    assert told(broken(rules_are_kept, titled, made.knowing(rules=(written,)))) == told(violation)


@pytest.mark.parametrize(
    "text", ["She said “we leverage what we have”.", "> We leverage it.", "The beverage is cold.", "A leverager came."]
)
def test_what_a_rule_has_nothing_against(text: str, made: Chain) -> None:
    """Other people's words are theirs, and a word within another isn't the word."""
    assert rules_are_kept(made.ending(text), made.knowing(rules=(LEVERAGE,))) == ()


def test_a_rule_in_words_checks_nothing(made: Chain) -> None:
    """A rule that names no phrase is for the writer alone."""
    scene = Rule(number=1, version=1, key="note:1", kind="note", text="open with a scene", source="note")
    assert rules_are_kept(made.draft, made.knowing(rules=(scene,))) == ()


def test_a_phrase_across_a_quotation_is_none(made: Chain) -> None:
    """Words on both sides of a quotation aren't said in a row."""
    rule = LEVERAGE.model_copy(update={"phrases": ("deep dive",)})
    assert rules_are_kept(made.ending("It was deep “as the sea is here” dive."), made.knowing(rules=(rule,))) == ()
    assert rules_are_kept(made.ending("A deep dive it was."), made.knowing(rules=(rule,))) != ()


@pytest.mark.parametrize(
    ("phrase", "known"),
    [
        ("leverage", {"leverages", "leveraged", "leveraging"}),
        ("harness", {"harnesses", "harnessed", "harnessing"}),
        ("series", set()),
        ("unleash", {"unleashes", "unleashed", "unleashing"}),
        ("tidy", {"tidies", "tidied", "tidying"}),
        ("really", set()),
        ("deep dive", set()),
        ("use", set()),
    ],
)
def test_endings(phrase: str, known: set[str]) -> None:
    """A longer word goes with its regular endings; adverbs, phrases and short words stand alone."""
    assert set(forms(phrase)) == {phrase, *known}
