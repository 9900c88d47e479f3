"""Links and tags of plain text, by the bytes that they stand at."""

from __future__ import annotations

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from channels.facets import facets
from state.markup import links

SCRIPTS = [
    "Read on",
    "👨‍👩‍👧‍👦🇺🇦",
    "كل مكتبة تعير",
    "כל ספריית",
    "क्षत्रिय",
    "e\u0301 ❤️",
    "main.py example.org",
    "日本語",
    "@noor.test",
    "#tag",
]
words = st.sampled_from(SCRIPTS) | st.text(st.characters(codec="utf-8", exclude_characters="#＃"), max_size=8)
urls = st.sampled_from(
    ["https://example.org", "http://a.example/x?y=1&z=%20#f", "https://a.example/(b)", "https://bücher.example/ü"]
)


def marked(text: str) -> list[tuple[str, str]]:
    data = text.encode()
    return [(data[f.start : f.end].decode(), f.value) for f in facets(text)]


@given(st.lists(st.tuples(words, urls), max_size=4), words)
def test_each_link_is_where_its_url_is(parts: list[tuple[str, str]], last: str) -> None:
    """Whatever stands between the URLs, each facet's bytes are its URL, in the order of the text."""
    text = "".join(f"{said} {url} " for said, url in parts) + last
    found = [f for f in facets(text) if f.kind == "link"]
    assert [f.value for f in found if f.value in [url for _, url in parts]] == [url for _, url in parts]
    assert all(text.encode()[f.start : f.end].decode() == f.value for f in found)


@given(st.text())
@example("https://a.example/#b #c")
@example("#https://a.example")
def test_no_text_breaks_it(text: str) -> None:
    """In any text facets are in order, don't overlap, and cut no character; a link is one that the checks have seen too."""
    end = 0
    for facet in facets(text):
        assert end <= facet.start < facet.end
        end = facet.end
        said = text.encode()[facet.start : facet.end].decode()
        assert said == facet.value if facet.kind == "link" else said[1:] == facet.value
        if facet.kind == "link":
            assert any(seen.startswith(facet.value) or facet.value.startswith(seen) for seen in links(text))


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("See https://a.example/x.", "https://a.example/x"),
        ("(https://a.example/x)", "https://a.example/x"),
        ("https://a.example/x_(y)!", "https://a.example/x_(y)"),
        ("“https://a.example”", "https://a.example"),
        ("انظر https://a.example/x؟", "https://a.example/x"),
        ("\u2068https://a.example/x\u2069", "https://a.example/x"),
        ("देखें https://a.example/x।", "https://a.example/x"),
        ("「https://a.example/x」", "https://a.example/x"),
        ("<https://a.example/x>", "https://a.example/x"),
        ("HTTPS://A.example/X", "HTTPS://A.example/X"),
    ],
)
def test_a_url_ends_where_its_sentence_goes_on(text: str, url: str) -> None:
    """Punctuation and brackets round a URL aren't part of it, those inside are."""
    assert marked(text) == [(url, url)]


@pytest.mark.parametrize(
    "text",
    ["main.py", "example.org/x", "ftp://a.example", "https://", "xhttps://a.example", "https:///x", "a@b.example"],
)
def test_what_has_no_scheme_stays_words(text: str) -> None:
    """Bare domains, file names and other schemes are no links."""
    assert facets(text) == ()


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#Upkeep, and #पुस्तक!", ["Upkeep", "पुस्तक"]),
        ("#1 in a row", []),
        ("#2024goals", ["2024goals"]),
        ("a#b and ##", []),
        ("#️⃣ keycap", []),
        ("＃日本語", ["日本語"]),
        (f"#{'a' * 64} #{'b' * 65}", ["a" * 64]),
    ],
)
def test_tags(text: str, tags: list[str]) -> None:
    """A tag is a word behind a # that isn't a number, without the punctuation behind it, of at most 64 graphemes."""
    assert [f.value for f in facets(text)] == tags
    assert all(regex.match(r"[#＃]", said) for said, _ in marked(text))
