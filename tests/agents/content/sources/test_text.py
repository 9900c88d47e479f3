"""Settling text, and decoding bytes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents.content.sources.decoding import decode
from agents.content.sources.text import clean_line, normalise, shorten

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANYTHING)
@example("\u0645\u200c\u200c\u0645 a\u200d\u0301\u200bb\n\u200b\nc")
@example("a\u2028\u2029b\x85\r\r\n \u00a0 c")
def test_normalising_twice_changes_nothing(text: str) -> None:
    """A normalised text is its own normal form, in UTF-8, NFC, one line a paragraph."""
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")
    assert all(part and part == clean_line(part) and "\n" not in part for part in once.split("\n\n") if once)


@given(st.lists(st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1)))
def test_words_survive_normalising(words: list[str]) -> None:
    """Letters and digits are never lost, whatever stands between the words."""
    assert normalise(" \u00a0\t".join(words)).split() == [unicodedata.normalize("NFC", word) for word in words]


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("one\r\ntwo\r\n\r\nthree", "one two\n\nthree"),
        ("a  b\u00a0 c \t", "a b c"),
        ("cafe\u0301", "café"),
        ("hy\u00adphen zero\u200bwidth \ufeffmark \u202ebidi", "hyphen zerowidth mark bidi"),
        ("a\u200db", "ab"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("x\n \n\u200b\n y", "x\n\ny"),
        ("tag\U000e0041\U000e0042s", "tags"),
    ],
)
def test_each_rule_of_settling(text: str, settled: str) -> None:
    """Line ends, spaces, composition and invisible characters are settled; joiners that spell are kept."""
    assert normalise(text) == settled


def test_a_title_is_cut_at_a_word() -> None:
    """A long line is cut at a word's end, with an ellipsis, within the limit."""
    assert shorten("one two three", 9) == "one two…"
    assert shorten("one", 9) == "one"
    assert shorten("x" * 20, 5) == "xxxx…"


FRENCH = "Le café était déjà fermé à Noël, et l’été n’avait rien changé."
POLISH = "Zażółć gęślą jaźń, źdźbło trawy i łąka pełna świerszczy, które śpiewają wieczorem."
RUSSIAN = "Привет, это русский текст, написанный для проверки. Он достаточно длинный."


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (FRENCH, "utf-8"),
        (FRENCH, "utf-8-sig"),
        (FRENCH, "utf-16"),
        (FRENCH, "cp1252"),
        ("It’s “quoted” and costs £5.", "cp1252"),
        ("Café", "cp1252"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
    ],
)
def test_text_is_decoded_without_being_told_how(text: str, codec: str) -> None:
    """UTF-8, marked UTF-16 and the usual legacy encodings are recognised, without a doubt to report."""
    assert decode(text.encode(codec)) == (text, None)


def test_what_is_declared_is_tried_first() -> None:
    """A declared charset is believed if the bytes fit it; Latin-1 means cp1252, as browsers have it."""
    assert decode("“Grüße”".encode("cp1252"), "ISO-8859-1") == ("“Grüße”", None)
    assert decode("Żółw".encode("iso8859-2"), "iso-8859-2") == ("Żółw", None)
    assert decode("Grüße".encode(), "no-such-charset\0") == ("Grüße", None)
    assert decode(b"plain", "unicode_escape") == ("plain", None)


def test_a_few_broken_bytes_do_not_spoil_utf8() -> None:
    """One bad byte in much good UTF-8 is dropped instead of garbling the rest."""
    assert decode((FRENCH * 3).encode() + b"\xff fin") == (FRENCH * 3 + " fin", None)


def test_odd_words_are_a_guess() -> None:
    """Words of no known language are read as cp1252, and the doubt comes along."""
    text = "éè café " * 2000
    assert decode(text.encode("cp1252")) == (text, "cp1252")


@pytest.mark.parametrize(
    "junk", [b"\x00\x01\x02" * 50, bytes(range(256)) * 4, bytes(range(128, 256)) * 4, b"\xff\xfe\x00\xd8\x00"]
)
def test_binary_junk_is_not_text(junk: bytes) -> None:
    """Bytes that no encoding makes sense of give nothing."""
    assert decode(junk) is None


@given(st.binary(max_size=400), st.none() | st.text(max_size=12))
def test_decoding_never_raises(body: bytes, declared: str | None) -> None:
    """Whatever the bytes and the declared charset, there is text or None."""
    found = decode(body, declared)
    assert found is None or isinstance(found.text, str)
