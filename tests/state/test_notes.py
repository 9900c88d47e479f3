from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.notes import heading, note_on, terms

KETTLE = ("kettle.md", "# My mother's kettle\n\nIt boils, and it has boiled for years.")
BRIDGE = (
    "bridge.md",
    "# Looking at bridges\n\nWhoever looks at a bridge looks at its bolts; and the bolts of a bridge are many.",
)
NOTES = (KETTLE, BRIDGE)


@pytest.mark.parametrize(
    ("topic", "path"),
    [
        ("My mother’s  Kettle", "kettle.md"),
        ("Looking at bridges in winter", "bridge.md"),
        ("The bolts of a bridge", "bridge.md"),
        ("Gardening by moonlight", ""),
        ("", ""),
        ("the of and", ""),
    ],
)
def test_the_note_on_a_topic(topic: str, path: str) -> None:
    """The note that is called so, else the one that speaks of the topic most, else none."""
    assert note_on(topic, NOTES) == path


def test_a_name_beats_words() -> None:
    """A note that is called like the topic beats one that only speaks of it."""
    named = ("named.md", "# Bolts of a bridge\n\nNothing else.")
    assert note_on("Bolts of a bridge", (BRIDGE, named)) == "named.md"
    assert note_on("Bolts of a bridge", ()) == ""


@pytest.mark.parametrize(
    ("note", "called"),
    [("# A note\ntext", "A note"), ("\n\n# A note", "A note"), ("#tag", ""), ("text\n# late", ""), ("", "")],
)
def test_what_a_note_is_called(note: str, called: str) -> None:
    """Its first line, if that is a heading."""
    assert heading(note) == called


def test_terms() -> None:
    """Words that say something, without the endings of plurals."""
    assert terms("The bridges' bolts, and what they don't say: is it us?") == ["bridge", "bolt", "us"]


@settings(deadline=None)
@given(st.text(), st.text(), st.text())
def test_any_texts_at_all(topic: str, one: str, other: str) -> None:
    """One of the paths that were given, or none."""
    assert note_on(topic, (("a", one), ("b", other))) in ("a", "b", "")
