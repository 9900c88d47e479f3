"""How X counts. The cases are ours; the rules were held against twitter-text's own conformance files."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.channels import RULES, measure, over_limit

X = RULES["x"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("plain words", 11),
        ("Grüße, déjà vu, naïveté", 23),
        ("Ελληνικά и русский", 18),
        ("שלום سلام", 9),
        ("नमस्ते", 6),
        ("\u10ff\u1100", 3),
        ("漢字かな", 8),
        ("한글", 4),
        ("“quoted” – ‘words’ — done…", 27),
        ("a\u2003b\u200bc\u200dd", 7),
        ("a\u200eb", 4),
        ("€5 and ™", 10),
        ("\n\n", 2),
    ],
)
def test_letters_of_most_alphabets_weigh_one_and_others_two(text: str, count: int) -> None:
    """Up to U+10FF, and for common spaces, dashes and quotation marks, a character weighs 1; an ellipsis or a CJK sign weighs 2."""
    assert measure(text, X) == count


@pytest.mark.parametrize(
    "emoji",
    [
        "😀",
        "👨‍👩‍👧‍👦",
        "🇺🇦",
        "👍🏽",
        "❤️",
        "1️⃣",
        "#⃣",
        "©️",
        "☺",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "🧑🏾‍🚀",
        "🏳️‍🌈",
    ],
)
def test_an_emoji_weighs_two_however_it_is_made(emoji: str) -> None:
    """Families, flags, keycaps and skin tones are one emoji each, side by side too."""
    assert measure(emoji, X) == 2
    assert measure(f"{emoji}{emoji} x", X) == 6


def test_a_sign_without_its_emoji_form_is_a_character() -> None:
    """A copyright sign, a digit or a number sign by itself isn't an emoji."""
    assert measure("© 2025 #1 *", X) == 11


@pytest.mark.parametrize(
    "text",
    [
        "http://a.co",
        "https://example.org/a/very/long/path/indeed?with=a&long=query#and-a-fragment",
        "HTTPS://EXAMPLE.ORG",
        "https://example.org:8443/x",
        "https://例え.jp/path",
        "https://example.भारत/",
        "https://xn--r8jz45g.jp/",
        "https://en.wikipedia.org/wiki/Primer_(film)",
        "https://example.org/Русские_слова",
        "https://sub_domain.example.org/x",
        "example.org",
        "www.example.co.uk/path?q=1",
        "main.py",
        "README.md",
        "müller.de",
    ],
)
def test_a_link_weighs_23_with_or_without_a_scheme(text: str) -> None:
    """Whatever ends in a top-level domain is a link: file names too, as `.py` is Paraguay's and `.md` Moldova's."""
    assert measure(text, X) == 23
    assert measure(f"see {text} now", X) == 31


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("example.org.", 1),
        ("(https://example.org/x)", 2),
        ("https://example.org/x!?", 2),
        ("example.orgです", 4),
        ("テストexample.org/path한", 8),
        ("https://example.org.Then", 5),
        ("one.com,two.com", 24),
        ("“example.org”", 2),
    ],
)
def test_what_surrounds_a_link_weighs_by_itself(text: str, outside: int) -> None:
    """Punctuation, brackets and letters of another script end a link."""
    assert measure(text, X) == 23 + outside


@pytest.mark.parametrize(
    "text",
    [
        "e.g. this",
        "version 1.2.3",
        "https://localhost/x",
        "http://no-tld",
        "notes.txt",
        "someone@example.org",
        "first.name@example.org",
        "@example.org",
        "#example.org",
        "a/example.org",
        "-example.org",
        "example.com-or-so",
        "example..org",
        "x" * 64 + ".org",
    ],
)
def test_what_is_no_link_weighs_what_it_is(text: str) -> None:
    """Without a top-level domain, behind an @, or with a part that no host can have, a text is just text."""
    assert measure(text, X) == len(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a" * 280, None),
        ("a" * 281, "281 weighted of at most 280"),
        ("字" * 140, None),
        ("字" * 140 + "a", "281 weighted of at most 280"),
        ("👨‍👩‍👧‍👦" * 140, None),
        ("क्ष" * 93, None),
        ("क्ष" * 94, "282 weighted of at most 280"),
        ("a" * 256 + " https://example.org/" + "b" * 400, None),
        ("a" * 257 + " https://example.org/" + "b" * 400, "281 weighted of at most 280"),
        ("a" * 256 + " main.py", None),
        ("a" * 257 + " main.py", "281 weighted of at most 280"),
    ],
)
def test_the_limit_holds_to_the_last_one(text: str, said: str | None) -> None:
    """280 fit and 281 don't, in letters, ideographs, emoji, conjuncts, long links and bare domains."""
    assert over_limit(text, X) == said


@given(st.text())
def test_any_text_can_be_weighed(text: str) -> None:
    """No text is too odd to weigh, and composing it first changes nothing."""
    assert measure(text, X) == measure(unicodedata.normalize("NFC", text), X) >= 0


@given(st.text(alphabet="abc déж日 ,;!👍", max_size=40), st.text(alphabet="abc déж日 ,;!👍", max_size=40))
def test_a_link_between_words_adds_23(before: str, after: str) -> None:
    """The words around a link weigh as they do without it."""
    text = f"{before} https://example.org/a {after}"
    assert measure(text, X) == measure(f"{before} ", X) + 23 + measure(f" {after}", X)
