"""Where text is read in a quick way, the plain way finds the same."""

from __future__ import annotations

import re
import unicodedata

import regex
from hypothesis import example, given
from hypothesis import strategies as st

from state.text import _BEGINS, _ENDS, fold, holds_verbatim, shared_run, words
from state.typography import _BROKEN, _LEVEL, _UNSEEN, _spaced, hidden

ODD = st.sampled_from("aZ9é'’-‑_.,;:!?\"“” \n\u00a0\u200b\u00adﬁ½²…—｛$£%[]")
TEXT = st.text(alphabet=ODD, max_size=40) | st.text(max_size=40)
SAID = st.lists(st.sampled_from(["a", "b", "don't", "1"]), max_size=40)


@given(TEXT)
@example("_snake_case_ it's -- 'so' well-known- ２½")
def test_words(text: str) -> None:
    """Words are runs of letters and digits that apostrophes and hyphens may join, whatever stands round them."""
    assert words(text) == tuple(re.findall(r"[^\W_]+(?:['\-][^\W_]+)*", fold(text).casefold()))


@given(TEXT)
def test_fold(text: str) -> None:
    """Levelling what is there is levelling character by character."""
    table = str.maketrans(dict(_LEVEL))
    seen = _UNSEEN.sub("", _BROKEN.sub("", text).translate(table))
    level = _UNSEEN.sub("", unicodedata.normalize("NFKC", seen).translate(table))
    assert fold(text) == (_spaced(text) if text.isascii() else _spaced(level))


@given(SAID, SAID, st.integers(1, 7))
def test_shared_run(mine: list[str], theirs: list[str], length: int) -> None:
    """The first row of words in the source that the text holds as well."""
    rows = [theirs[i : i + length] for i in range(len(theirs) - length + 1)]
    held = [mine[i : i + length] for i in range(len(mine) - length + 1)]
    expected = next((" ".join(row) for row in rows if row in held), None)
    assert shared_run(" ".join(mine), " ".join(theirs), length) == expected


@given(st.text(alphabet="a1'-., b", max_size=30), st.text(alphabet="a1'-., b", max_size=5))
@example("can't can", "can")
@example("3.50 3", "3")
def test_holds_verbatim(source: str, quote: str) -> None:
    """A quotation is there if it is there once with its own beginning and end, however often it is there otherwise."""
    needle = fold(quote).casefold().strip(" .,;:\"'")
    whole = _BEGINS.pattern + re.escape(needle) + _ENDS.pattern
    found = regex.search(whole, fold(source).casefold()) if needle else None
    assert holds_verbatim(source, quote) == bool(found)


@given(st.text(max_size=30))
def test_what_is_plain_hides_nothing(text: str) -> None:
    """What is hidden is named, and ASCII on its lines hides nothing."""
    found = hidden(text)
    assert found is None or found
    assert hidden(re.sub(r"[^ -~\n\t]", "", text)) is None
