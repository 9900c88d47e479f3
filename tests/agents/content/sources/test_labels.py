"""What documents and people are called, and where documents say that they stand: stated by strangers, printed by us."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.content.sources import labels
from agents.content.sources.documents import read_as
from agents.content.sources.model import Raw, stated_url
from state.markup import linked, links, raw_html
from state.text import ATTEST, MARKER, quotations, statements
from state.typography import hidden

FILE = Raw(source="sources/a.md", path="sources/a.md", body=b"")
PAGE = Raw(source="https://lamps.example/a", url="https://lamps.example/a", body=b"")

SCRAPS = (
    *(
        "[e1]",
        "[me]",
        "[a](https://x.example/b)",
        "<b>",
        "<<e1>>",
        ":::",
        "{canonical}",
        "&lt;i&gt;",
        "‘",
        "“",
        "'",
        '"',
    ),
    *("`", "*", "_", "\\", "#", "> ", "-----", "=== a ===", "www.x.example/a", "javascript:a", "\u202e", "a@x.example"),
    *("Lamps", "don't", "of", "1924", "а", "!", "![", "](", "]:", "&amp;", "‘tis", "|"),
)
strange = st.lists(st.sampled_from(SCRAPS) | st.text(max_size=5), max_size=12).flatmap(
    lambda parts: st.sampled_from(["".join(parts), " ".join(parts)])
)


@pytest.mark.parametrize(
    ("given_", "title"),
    [
        ("A < B", "A < B"),
        ("O'Brien's “Law” of the makers' lamps", "O'Brien's “Law” of the makers' lamps"),
        ("AT&amp;T and C++", "AT&T and C++"),
        ("The “best lamp", "The best lamp"),
        ("The trials' ‘so said", "The trials' ’so said"),
        (
            "[Claim](https://x.example/a) <img src=x onerror=a()> **now** [e1] [me] {canonical} :::",
            "Claim now (canonical)",
        ),
        ("&amp;lt;b&amp;gt;Lamps", "Lamps"),
        ("> # Lamps", "Lamps"),
        ("::: offer kit", "offer kit"),
        ("Pay at https://x.example/a or www.x.example/b", "Pay at or"),
        ("The l\u0430mp", ""),
        ("\u202eLamps\u202c", "Lamps"),
    ],
)
def test_a_title_is_plain_words(given_: str, title: str) -> None:
    """Links, tags, markers, slots, fences and quotation marks without a partner go; a title in mixed letters is none."""
    assert labels.title(given_, 300) == title


@pytest.mark.parametrize(
    ("given_", "name"),
    [
        ("Jean-Luc O'Neil, PhD", "Jean-Luc O'Neil, PhD"),
        ("Ida Morrow <ida@x.example>", "Ida Morrow"),
        ("Ida Morrow, www.x.example", "Ida Morrow"),
        ("pay.x.example", ""),
        (
            "\u05d0\u05d9\u05d3\u05d4 \u0639\u0627\u0626\u0634\u0629",
            "\u05d0\u05d9\u05d3\u05d4 \u0639\u0627\u0626\u0634\u0629",
        ),
    ],
)
def test_a_persons_name_has_no_address(given_: str, name: str) -> None:
    """Web and mail addresses go, whatever the letters of the name."""
    assert labels.person(given_, 200) == name


@given(strange)
def test_whatever_it_was_it_is_harmless(text: str) -> None:
    """Nothing is linked, hidden, marked or fenced, and it fits."""
    for label in (labels.title(text, 80), labels.person(text, 80)):
        assert len(label) <= 80
        assert links(label) == ()
        assert not linked(label).images
        assert raw_html(label) is None
        assert hidden(label) is None
        assert MARKER.search(label) is None
        assert ATTEST not in label
        assert ":::" not in label


@given(strange)
def test_it_leaves_a_quote_behind_it_alone(text: str) -> None:
    """Whatever a source is called, the words that it is quoted with are what stands in the last quotation marks."""
    label = labels.title(text, 80)
    (last, *_) = statements(f"This is from {label}: “Lamps fail at a thousand hours.” [e1]")[-1:]
    assert quotations(last.text)[-1] == "Lamps fail at a thousand hours."
    assert last.cites == ("e1",)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://localhost/",
        "http://router.local/reboot",
        "http://intranet/",
        "https://bank.example@evil.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
    ],
)
def test_nobody_is_sent_to_a_private_address(url: str) -> None:
    """An address that a document states for itself is printed as a link: it leads to the open web, without a password."""
    assert stated_url(FILE, url) is None
    assert stated_url(PAGE, url, elsewhere=True) is None


def test_a_fetched_document_speaks_for_its_own_host() -> None:
    """A file may state where it comes from; what was fetched may not state another host's address."""
    assert stated_url(FILE, "https://bank.example/a") == "https://bank.example/a"
    assert stated_url(PAGE, "https://lamps.example/b") == "https://lamps.example/b"
    assert stated_url(PAGE, "https://bank.example/a") is None


def test_a_feed_puts_no_words_into_anothers_mouth() -> None:
    """An entry may link anywhere; whose words they are is the host that serves the feed."""
    entry = (
        "<item><title>T</title><link>https://bank.example/a</link><description>The bank is closed.</description></item>"
    )
    feed = f'<rss version="2.0"><channel><title>F</title>{entry}</channel></rss>'.encode()
    (document,) = read_as("feed", Raw(source="f", url="https://evil.example/feed", body=feed)).documents
    assert (document.origin, document.url) == ("evil.example", "https://bank.example/a")
