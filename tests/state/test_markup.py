from __future__ import annotations

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.markup import domains, linked, normal_url, nothing_loaded, raw_html
from state.text import fold, links
from state.typography import hidden

HOST = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=2, max_size=9).map(lambda h: f"{h}.example")
PATH = st.text(alphabet="abcXYZ019/_~.-%", max_size=12).map(lambda p: f"/{p}x")
URL = st.builds("https://{}{}".format, HOST, PATH)


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("[a](https://a.example) and [b](<https://b.example>)", ["https://a.example", "https://b.example"]),
        ('[a](https://a.example "title")', ["https://a.example"]),
        ("[a](https://a.example/x_(y))", ["https://a.example/x_(y)"]),
        ("![a](https://a.example/i.png)", ["https://a.example/i.png"]),
        ("[![a](https://a.example)](https://b.example)", ["https://b.example", "https://a.example"]),
        ("[a][1]\n\n[1]: https://a.example", ["https://a.example"]),
        ("[1]: https://a.example", ["https://a.example"]),
        ("<https://a.example>", ["https://a.example"]),
        ("<me@a.example>", ["mailto:me@a.example"]),
        ("[a](javascript:alert(1))", ["javascript:alert(1)"]),
        ("[a](//a.example)", ["//a.example"]),
        ("See https://a.example/x_(y), (https://b.example/z). And *https://c.example*!", None),
        ("HTTPS://A.EXAMPLE and ftp://b.example", ["HTTPS://A.EXAMPLE", "ftp://b.example"]),
        ("[https://a.example](https://b.example)", ["https://b.example", "https://a.example"]),
        ("`https://a.example`", ["https://a.example"]),
        ("no link, 3:4 or a/b", []),
    ],
)
def test_links(markdown: str, found: list[str] | None) -> None:
    """Every form of link is found, with the target that it has, and URLs that merely stand there."""
    expected = ["https://a.example/x_(y)", "https://b.example/z", "https://c.example"] if found is None else found
    assert list(links(markdown)) == expected


@settings(deadline=None)
@given(
    URL,
    st.sampled_from(
        [
            "{}",
            "[a]({})",
            "<{}>",
            "[a](<{}>)",
            "![a]({})",
            "({}).",
            "[a][b]\n\n[b]: {}",
            "**{}**",
            "“{}”",
            "> - [a]({})",
        ]
    ),
)
def test_a_link_in_any_form(url: str, form: str) -> None:
    """Whatever form an address has, it is the one link of its text."""
    assert {normal_url(found) for found in links(form.format(url))} == {normal_url(url)}
    assert domains(form.format(url)) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("www.a.example, a.example/x and b.com.", ["www.a.example", "a.example/x", "b.com"]),
        ("me@b.com or @me@b.social", ["me@b.com", "@me@b.social"]),
        ("ｂ．ｃｏｍ and b。com", ["b.com"]),
        ("b\u200b.com", ["b.com"]),
        ("README.md, Node.js, e.g. this, 3.5, U.S. and end.Then", []),
        ("the file notes.txt/old or x.py/y", []),
        ("https://b.com/c.com and [c](https://d.com)", []),
        ("[b.com](https://d.com)", ["b.com"]),
    ],
)
def test_domains(text: str, found: list[str]) -> None:
    """Domains without a scheme are found where an app would, and file names aren't taken for them."""
    assert list(domains(text)) == found


def test_what_a_link_says_beside_its_words() -> None:
    """Titles, images and definitions are counted."""
    seen = linked('[a](https://a.example "t") ![b](c.png \'u\')\n\n[d]: https://d.example "v"')
    assert (seen.titles, seen.images, seen.definitions) == (("t", "u"), 1, 1)
    assert linked("Plain.").targets == ()


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
def test_an_entity_shows_something_else(text: str) -> None:
    """What HTML would unescape is found."""
    assert raw_html(html.escape(f"<{text}>"))
    assert raw_html(f"x {text} &#x34;")


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """No reader of markup raises, whatever it is given."""
    for read in (links, domains, linked, raw_html, hidden):
        read(text)
    normal_url(text)


@settings(deadline=None)
@given(
    st.text(),
    st.sampled_from(
        ["\u200b", "\u2060", "\ufeff", "\u202e", "\u00ad", "\u2066", "\u200f", "\x00", "\x1b", "\u3164", "\U000e0061"]
    ),
)
def test_a_hidden_character_is_found_and_levelled(text: str, character: str) -> None:
    """A character that isn't drawn is found in any text, and comparing two texts doesn't see it."""
    assert hidden(f"a{character}b {text}")
    if character not in "\x00\x1b":
        assert fold(f"a{character}b") == "ab"


@settings(deadline=None)
@given(st.text(alphabet="abc XYZ 019 .,;:!?'\"“”‘’–—…\n\tàéîõü ßøłžñ"))
def test_prose_hides_nothing(text: str) -> None:
    """Letters, marks and line ends are what they look like."""
    assert hidden(text) is None


@given(
    st.lists(
        st.sampled_from(["!", "[", "]", "(", ")", "\\", "<", ">", "img", "a", ":", "\n", " ", "https://a.example"])
    ).map("".join)
)
def test_nothing_is_loaded_where_a_review_is_shown(markdown: str) -> None:
    """No image, no tag and no definition is left, the words are, and doing it twice changes nothing."""
    shown = nothing_loaded(markdown)
    assert not linked(shown).images
    assert not linked(shown).definitions
    assert shown.replace("\\", "") == markdown.replace("\\", "")
    assert nothing_loaded(shown) == shown
