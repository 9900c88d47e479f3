"""A Reply's plain text, there and back."""

from __future__ import annotations

import pytest

from state.contracts import Reply
from state.contracts.saying import grounds
from state.forms.base import FormError
from state.forms.reply import parse, render
from tests.state.pieces import HOME, Chain, vary


def read(made: Chain, text: str, base: Reply | None = None) -> Reply:
    return parse(text, base or made.reply, grounds(made.monetized, made.brief), (HOME,))


@pytest.mark.parametrize("ends", ["", "\n", "\r\n"])
def test_there_and_back(ends: str, made: Chain) -> None:
    """What wasn't edited is the same Reply, whatever a browser did to its line ends."""
    assert read(made, f"{render(made.reply)}{ends}".replace("\n", ends or "\n")) == made.reply
    blank = vary(made.reply, text="", sentences=())
    assert render(blank) == "@bo@social.example"
    assert read(made, render(blank), blank) == blank


def test_a_persons_own_words(made: Chain) -> None:
    """A sentence that comes from nowhere is the person's, by this decision; what a writer named keeps its source."""
    named = vary(made.reply, text="It was a fifth.", sentences=[{"text": "It was a fifth.", "sources": ["s7"]}])
    edited = read(made, f"{render(named)} I saw it myself.", named)
    assert [(s.text, s.sources) for s in edited.sentences] == [
        ("It was a fifth.", ("s7",)),
        ("I saw it myself.", ("decision",)),
    ]
    assert edited.decided == ("I saw it myself.",)
    assert read(made, render(edited), edited) == edited


def test_a_handle_taken_out(made: Chain) -> None:
    """The handle is the form's first word; left out it is left out, and another's is part of the text."""
    assert read(made, made.reply.text).mention == ""
    other = read(made, f"@bo@social.example.evil {made.reply.text}")
    assert (other.mention, other.text[:4]) == ("", "@bo@")


def test_broken_characters(made: Chain) -> None:
    """Half a character is named, and nothing is lost."""
    with pytest.raises(FormError, match="broken"):
        read(made, "Thank you. \ud83d")
