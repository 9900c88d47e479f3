"""How openings and places are told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.hooks import HOOKS, hook_of
from state.placements import PLACEMENTS, placement_of, places
from state.text import blocks


@pytest.mark.parametrize(
    ("text", "hook"),
    [
        ("Why do bridges fall? I don't know.", "question"),
        ("“Did nobody look?” she asked.", "quotation"),
        ("“Did nobody look at it?”", "question"),
        ("Ada Marsh puts it this way: “Paint holds for a while.” [e1]", "quotation"),
        ("> Paint holds.\n\nSo they say.", "quotation"),
        ("There are 41 rivets in it. [n1]", "number"),
        ("# A heading with 41 rivets\n\nI went to look on Sunday.", "scene"),
        ("It’s my shed, and it leaks.", "scene"),
        ("Last winter the span came down.", "scene"),
        ("The so-called “expert” was late.", "claim"),
        ("Most bridges fall by inches. There are 41 of them. Why?", "claim"),
        ("# Only a heading", "claim"),
        ("", "claim"),
    ],
)
def test_kinds_of_opening(text: str, hook: str) -> None:
    """The first sentence of the first paragraph tells, by the strongest sign in it."""
    assert hook_of(text) == hook


@given(st.text(max_size=200))
def test_any_text_opens_somehow(text: str) -> None:
    """Whatever stands there, it is one of the kinds, and the same each time."""
    assert hook_of(text) in HOOKS
    assert hook_of(text) == hook_of(text)


BODY = "One.\n\nTwo. [e1]\n\n## Three\n\nFour.\n\nFive. [e2]"


def test_places() -> None:
    """The end, behind the paragraph that first cites the insight, and the middle; never behind a heading, and none twice."""
    assert places(BODY, ("e1",)) == {"end": 5, "after-insight": 2}
    assert places(BODY, ("e2",)) == {"end": 5}
    assert places("One. [e1]\n\nTwo.\n\nThree.", ("e1",)) == {"end": 3, "after-insight": 1, "middle": 2}
    assert places("One.", ()) == {"end": 1}


@given(
    st.lists(
        st.sampled_from(["Words. [e1]", "More words.", "## A heading", "> A quotation. [e2]", "- an item"]),
        min_size=1,
        max_size=9,
    ),
    st.sets(st.sampled_from(["e1", "e2"])),
)
def test_places_are_between_blocks(parts: list[str], insight: set[str]) -> None:
    """Each kind of place is the start of a block or the end, and is measured to be that kind."""
    body = "\n\n".join(parts)
    starts = [b.start for b in blocks(body)]
    for kind, behind in places(body, insight).items():
        at = starts[behind] if behind < len(starts) else len(body)
        assert kind in PLACEMENTS
        assert placement_of(body, at, insight) == kind
        assert at > 0
