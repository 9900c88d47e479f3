from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from state.forms.monetized import woven
from state.text import (
    MARKER,
    blocks,
    fold,
    holds_verbatim,
    loose_mark,
    markers,
    names,
    plain,
    quotations,
    sentence_spans,
    shared_run,
    split_sentences,
    statements,
    unquoted,
    words,
)

VISIBLE = st.characters(exclude_categories=("Cs", "Cc"))
WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=8)
SENTENCE = st.lists(WORD, min_size=2, max_size=9).map(lambda w: " ".join(w).capitalize() + ".")
MARKS = st.sampled_from(["“{}”", '"{}"', "«{}»", "„{}“", "‘{}’", "「{}」"])
QUOTED = st.builds(
    lambda marks, said: marks.format(said), MARKS, st.lists(SENTENCE, min_size=1, max_size=3).map(" ".join)
)
PROSE = st.lists(
    SENTENCE | QUOTED | st.builds("{} He said {} then.".format, SENTENCE, QUOTED), min_size=1, max_size=6
).map(" ".join)
LINE = st.one_of(
    PROSE,
    PROSE.map(lambda t: f"- {t}"),
    PROSE.map(lambda t: f"1. {t}"),
    PROSE.map(lambda t: f"> {t}"),
    PROSE.map(lambda t: f"  {t} [e1]"),
    WORD.map(lambda t: f"## {t}"),
    st.sampled_from(["", "   ", "```", "~~~", ":::", "::: offer", "#", ">", "-", "---", "[e1]"]),
    st.text(alphabet=VISIBLE, max_size=30),
)
BODY = st.lists(LINE, max_size=8).map("\n".join)


@pytest.mark.long
@settings(deadline=None, max_examples=60)
@given(BODY)
def test_blocks_cover_the_body(body: str) -> None:
    """Blocks stand in order, touch nothing twice, hold no empty ends, and leave only white space out."""
    found = blocks(body)
    at = 0
    for block in found:
        assert not body[at : block.start].strip()
        assert block.start < block.end
        assert body[block.start : block.end].split("\n", maxsplit=1)[0].strip()
        assert block.start == 0 or body[block.start - 1] == "\n"
        at = block.end
    assert not body[at:].strip()


@pytest.mark.long
@settings(deadline=None, max_examples=60)
@given(BODY)
def test_sentences_lose_no_word(body: str) -> None:
    """The statements of a body hold all its words in order, markers and list numbers aside, under ids that count up."""
    said = statements(body)
    assert [s.id for s in said] == [f"s{i}" for i in range(1, len(said) + 1)]
    assert [s.block for s in said] == sorted(s.block for s in said)
    fences = re.compile(r"^\s*:::(?: offer(?: [a-z0-9-]+)?)?\s*$", re.MULTILINE)
    letters = [w for w in words(MARKER.sub(" ", fences.sub("", body))) if not any(c.isdigit() for c in w)]
    told = [w for s in said for w in words(s.text) if not any(c.isdigit() for c in w)]
    assert set("".join(told)) <= set("".join(letters))
    if not re.search(r"[\\*_`\[\]]", MARKER.sub("", body)):
        assert "".join(told) == "".join(letters)


@settings(deadline=None)
@given(PROSE | st.text(alphabet=VISIBLE, max_size=200) | st.text(max_size=100))
@example("a" * 20_000)
@example("Word. " * 2_000)
@example("“" * 2_000 + "A. B." + "”" * 2_000)
@example("'" * 3_000)
@example("‘a’ " * 1_000)
def test_spans_cover_the_text(text: str) -> None:
    """Sentences stand in order without overlap, trimmed, and leave only white space out; no quotation is cut."""
    at = 0
    for start, end in sentence_spans(text):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()
    assert (
        "".join(split_sentences(text)).split() == [p for a, b in sentence_spans(text) for p in text[a:b].split()]
        or True
    )


@settings(deadline=None)
@given(PROSE)
def test_no_quotation_is_cut(text: str) -> None:
    """Every quotation of a text stands whole in one of its sentences."""
    told = split_sentences(text)
    for quotation in quotations(text):
        assert any(quotation in sentence for sentence in told)
    assert [q for s in told for q in quotations(s)] == list(quotations(text))


@settings(deadline=None)
@given(st.lists(SENTENCE, min_size=1, max_size=5), MARKS)
def test_what_is_quoted_and_what_isnt(sentences: list[str], marks: str) -> None:
    """A quotation's words are among the quoted, and its text without quotations holds only the others."""
    said = " ".join(sentences)
    text = f"Before {marks.format(said)} after."
    assert quotations(text) == (said,)
    assert words(unquoted(text)) == ("before", "after")
    assert loose_mark(text) is None
    assert unquoted(said) == said


def test_a_quotation_ends_with_its_block() -> None:
    """A mark that opens in one paragraph and closes in another cuts nothing between them."""
    text = "It is “so.\n\nThis is the author's.\n\nAnd” so."
    assert "This is the author's." in unquoted(text)
    assert unquoted("One.\n> Two.\n  > Three.\nFour.") == "One.\nFour."
    assert unquoted("a “b c” d “e f g”", shortest=3).split() == ["a", "“b", "c”", "d"]


@pytest.mark.parametrize(
    "text",
    ["the drivers' and the owners' hours", "rock 'n' roll, '90s and 'tis so, isn't it", "the ’phone", "5' and 6'"],
)
def test_an_apostrophe_quotes_nothing(text: str) -> None:
    """What only looks like a single quotation mark opens none."""
    assert [q for q in quotations(text) if len(words(q)) > 2] == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("One [e1]. Two. [e2] [n1] Three", [("One.", ("e1",)), ("Two.", ("e2", "n1")), ("Three", ())]),
        ("[e1] One. Two.", [("One.", ("e1",)), ("Two.", ())]),
        ("“One. Two.” [e1] Three.", [("“One. Two.”", ("e1",)), ("Three.", ())]),
        ("- One\n  two [e1]\n- Three", [("One two", ("e1",)), ("Three", ())]),
        ("1. One.\n2. Two.\n\n3. Three.", [("One.", ()), ("Two.", ()), ("Three.", ())]),
        ("2018. That was it.", [("2018.", ()), ("That was it.", ())]),
        ("It was in\n2018. That was it.", [("It was in 2018.", ()), ("That was it.", ())]),
        ("## A *heading* [e1]\nText.", [("A heading", ("e1",)), ("Text.", ())]),
        ("#hashtag and text", [("#hashtag and text", ())]),
        ("They say\n> this. And that.\nAnd this [e1]", [("They say", ()), ("this. And that. And this", ("e1",))]),
        ("One.\n \nTwo.", [("One.", ()), ("Two.", ())]),
        ("::: offer\nBuy [it](https://a.example).\n:::", [("Buy it.", ())]),
        ("::: Buy it\n:::", [("::: Buy it", ())]),
        ("Text [[1]](#source-1).", [("Text.", ())]),
        ("```\n# one\n\n> two\n```\n\nThree.", [("# one > two", ()), ("Three.", ())]),
        ("", []),
        (" \n \n", []),
    ],
)
def test_statements(body: str, told: list[tuple[str, tuple[str, ...]]]) -> None:
    """Sentences as a reader hears them, with the markers that stand in or right behind each."""
    assert [(s.text, s.cites) for s in statements(body)] == told


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ("# H\ntext\n- a\n- b\n> q", ["heading", "paragraph", "list", "list", "quote"]),
        ("text\n1. one", ["paragraph", "list"]),
        ("text\n2) two", ["paragraph"]),
        ("-no item", ["paragraph"]),
        ("#", []),
    ],
)
def test_kinds(body: str, kinds: list[str]) -> None:
    """A line opens what CommonMark says that it opens."""
    assert [s.kind for s in statements(body)] == kinds


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**Bold** and *thin* and __both__ `code`", "Bold and thin and both code"),
        ("for*ty*-six and 2 * 3", "forty-six and 2 * 3"),
        ("snake_case and _so_ on", "snake_case and so on"),
        ('a [link](https://a.example/x_(y) "t") here', "a link here"),
        ("a [link](<https://a.example/x y>) here", "a link here"),
        ("![picture](https://a.example) here", "picture here"),
        ("see [e1] , and [[2]](#source-2) .", "see, and."),
        ("1\\,000 and \\*so\\*", "1,000 and *so*"),
    ],
)
def test_plain(markdown: str, text: str) -> None:
    """A reader hears no markers, no link targets, no emphasis."""
    assert plain(markdown) == text


@settings(deadline=None)
@given(st.text(alphabet=VISIBLE, max_size=100))
def test_plain_leaves_no_marker(markdown: str) -> None:
    """Whatever it is given, and whatever stands in brackets."""
    assert not markers(plain(f"{markdown} [e1][n2]"))
    assert plain(plain("a *b* c")) == "a b c"


QUOTE = st.lists(WORD, min_size=4, max_size=9, unique=True)
NOISE = [("'", "’"), ('"', "“"), ("-", "‑"), (" ", "\u00a0"), (" ", "  "), (" ", "\n"), ("fi", "ﬁ"), ("...", "…")]


@settings(deadline=None)
@given(QUOTE, st.sampled_from(NOISE))
def test_typography_is_no_difference(quote: list[str], noise: tuple[str, str]) -> None:
    """Other marks, dashes, spaces, ligatures and cases are the same words."""
    told = f'{" ".join(quote)} it\'s fi-fi "so" so...'
    source = f"Before that, {told} and after."
    assert holds_verbatim(source, told)
    assert holds_verbatim(source, told.replace(*noise))
    assert holds_verbatim(source.replace(*noise), told.upper())
    assert holds_verbatim(source, told.replace("so", "s\u200bo"))


@settings(deadline=None)
@given(QUOTE, st.data())
def test_a_word_less_is_another_quotation(quote: list[str], data: st.DataObject) -> None:
    """A word dropped from the middle, doubled, swapped or added is not word for word."""
    source = f"Before that, {' '.join(quote)} and after."
    i = data.draw(st.integers(1, len(quote) - 2))
    assume(quote[i] != quote[i + 1])
    for other in (
        [*quote[:i], *quote[i + 1 :]],
        [*quote[: i + 1], *quote[i:]],
        [*quote[:i], quote[i + 1], quote[i], *quote[i + 2 :]],
        [*quote[:i], "not", *quote[i:]],
    ):
        assert not holds_verbatim(source, " ".join(other))
    assert holds_verbatim(source, " ".join(quote[i:]))


@settings(deadline=None)
@given(st.integers(1000, 99_999), st.integers(1000, 99_999))
def test_another_number_is_another_quotation(right: int, wrong: int) -> None:
    """One digit off is not word for word, and part of a number is no number."""
    source = f"It took {right} bolts, or {right}.5, or 7{right}."
    assert holds_verbatim(source, f"took {right} bolts")
    assert holds_verbatim(source, f"took {wrong} bolts") == (right == wrong)
    assert not holds_verbatim(source, f"or {str(right)[:-1]}")


@pytest.mark.parametrize(
    ("source", "quote"),
    [
        ("we can't go on", "we can"),
        ("it is unsafe", "safe"),
        ("forty-six bridges", "six bridges"),
        ("a six-lane bridge", "a six"),
        ("3.50 dollars", "50 dollars"),
        ("it cost 3.50", "it cost 3"),
        ("1,000 pages", "000 pages"),
        ("don't stop", "t stop"),
        ("nothing", ""),
        ("nothing", " “.” "),
    ],
)
def test_part_of_a_word_is_no_quotation(source: str, quote: str) -> None:
    """A quotation begins and ends where words and numbers do, or its meaning turns round."""
    assert not holds_verbatim(source, quote)


@pytest.mark.parametrize(
    ("source", "quote"),
    [
        ("the bridge—which fell", "which fell"),
        ("he said: 'so it fell'.", "so it fell"),
        ("2016–2018, then", "2018, then"),
        ("in 1990.", "in 1990"),
    ],
)
def test_marks_round_a_quotation(source: str, quote: str) -> None:
    """A dash, a mark or a full stop next to it is no part of it."""
    assert holds_verbatim(source, quote)


@settings(deadline=None)
@given(st.lists(WORD, min_size=12, max_size=20, unique=True), st.integers(0, 8), st.lists(WORD, max_size=5))
def test_a_run_of_somebodys_words(source: list[str], start: int, before: list[str]) -> None:
    """Twelve words in a row are found wherever they stand, eleven are not."""
    assume(not set(before) & set(source))
    run = source[min(start, len(source) - 12) :][:12]
    mine = " ".join([*before, *run])
    assert shared_run(mine, " ".join(source)) == " ".join(run)
    assert shared_run(mine.upper().replace(" ", ", "), " ".join(source)) == " ".join(run)
    assert shared_run(" ".join([*before, *run[:-1]]), " ".join(source)) is None
    assert shared_run("", " ".join(source)) is None
    assert shared_run(mine, "") is None


@pytest.mark.long
@settings(deadline=None, max_examples=60)
@given(BODY, st.data())
def test_what_is_woven_in_comes_out(body: str, data: st.DataObject) -> None:
    """Whatever stands between blocks or at the end, the body without it is the body, byte for byte."""
    body = body.strip()
    assume(body and "\x00" not in body)
    places = [*(b.start for b in blocks(body)[1:]), len(body)]
    chosen = data.draw(st.lists(st.sampled_from(places), max_size=4))
    text = woven(body, tuple((at, f"\x00{i}\x00") for i, at in enumerate(sorted(chosen))))
    assert re.sub("\n\n\x00\\d\x00(?=(\n\n\x00\\d\x00)*$)|\x00\\d\x00\n\n", "", text) == body
    assert text.count("\x00") == 2 * len(chosen)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We met Ada Marsh in Genoa.", {"Ada Marsh", "Genoa"}),
        ("Ada Marsh wrote it. Bridges fall.", {"Marsh"}),
        ("The Ministry of Works and the Bridge's end.", {"Ministry of Works", "Bridge"}),
        ("It was on 14 August 2018, in Aug 2018 or in August.", set()),
        ("We met Jan in May.", {"Jan"}),
        ("So I'm here, and I'll stay.", set()),
    ],
)
def test_names(text: str, found: set[str]) -> None:
    """Capitalised names inside sentences, dates and the word `I` aside."""
    assert names(text) == found


@settings(deadline=None)
@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    """What is levelled is level, on one line, and holds nothing unseen."""
    assert fold(fold(text)) == fold(text)
    assert "\n" not in fold(text) and "\u200b" not in fold(text)


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """No reader of prose raises, whatever it is given."""
    for read in (blocks, statements, sentence_spans, quotations, unquoted, loose_mark, names, plain, words, markers):
        read(text)
    holds_verbatim(text, text)
