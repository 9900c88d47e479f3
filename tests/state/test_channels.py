from __future__ import annotations

import time

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from state.channels import RULES, ChannelRules, Counting, Rejected, measure, over_limit

BLUESKY, MASTODON, SITE, X = RULES["bluesky"], RULES["mastodon"], RULES["site"], RULES["x"]

CLUSTERS = [
    "a",
    "👨‍👩‍👧‍👦",
    "🇩🇪",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "👍🏽",
    "❤️",
    "1️⃣",
    "e\u0301",
    "Z\u0351\u036b\u0343",
    "क्ष",
    "ক্ষ",
    "നി",
    "กำ",
    "한",
    "\r\n",
]

words = st.text(alphabet="abc déЖ日 ,;!👍", max_size=40)
labels = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)
paths = st.lists(labels, max_size=4).map("/".join)
urls = st.builds(
    "{}://{}.{}/{}".format, st.sampled_from(["http", "https"]), labels, st.sampled_from(["com", "org"]), paths
)


@pytest.mark.parametrize("cluster", CLUSTERS)
@pytest.mark.parametrize("rules", [BLUESKY, MASTODON], ids=["bluesky", "mastodon"])
def test_what_a_reader_sees_as_one_counts_as_one(cluster: str, rules: ChannelRules) -> None:
    """Families, flags, keycaps, skin tones, stacked marks and Indic conjuncts are one grapheme each."""
    assert measure(cluster, rules) == 1
    assert measure(f"{cluster}.{cluster}", rules) == 3


@pytest.mark.parametrize(("text", "count"), [("🇩🇪🇫🇷", 2), ("🇩🇪🇫", 2), ("நிலை", 2), ("", 0), ("\n\n", 2), ("\u200d", 1)])
def test_graphemes_side_by_side(text: str, count: int) -> None:
    """Flags pair up from the left, and a mark with nothing to stand on counts by itself."""
    assert measure(text, BLUESKY) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("http://a.co", 23),
        ("https://example.org/a/very/long/path/indeed?with=a&long=query#and-a-fragment", 23),
        ("HTTPS://EXAMPLE.ORG/", 23),
        ("https://example.org:8443/x", 23),
        ("https://例え.jp/テスト", 23),
        ("https://xn--r8jz45g.jp/", 23),
        ("https://हिन्दी.भारत/", 23),
        ("see https://example.org/x", 27),
    ],
)
def test_mastodon_counts_a_url_as_23(text: str, count: int) -> None:
    """A URL with a scheme is 23 characters, also when it is shorter than that."""
    assert measure(text, MASTODON) == count


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("https://example.org/x.", 1),
        ("https://example.org/x...", 3),
        ("https://example.org/x?", 1),
        ("https://example.org/x!?, 2", 5),
        ("(https://example.org/x)", 2),
        ('"https://example.org/x"', 2),
        ("<https://example.org/x>", 2),
        ("[a](https://example.org/x)", 5),
        ("https://en.wikipedia.org/wiki/Foo_(bar)", 0),
        ("(https://en.wikipedia.org/wiki/Foo_(bar)).", 3),
        ("https://example.org。", 1),
        ("https://example.orgです", 2),
        ("https://example.org/?q=(x)", 1),
        ("https://example.org, and", 5),
    ],
)
def test_mastodon_counts_what_surrounds_a_url(text: str, outside: int) -> None:
    """Punctuation and brackets around a URL count by themselves, brackets that belong to it don't."""
    assert measure(text, MASTODON) == 23 + outside


@pytest.mark.parametrize(
    "text",
    [
        "example.org",
        "www.example.org/x",
        "https://localhost/x",
        "https://",
        "xhttps://example.org",
        "#https://example.org",
        "https://user@example.org",
        "ftp://example.org",
        "someone@example.org",
    ],
)
def test_mastodon_counts_what_is_no_url_as_it_is(text: str) -> None:
    """Bare domains, other schemes and broken addresses get no discount, for Mastodon doesn't link them."""
    assert measure(text, MASTODON) == len(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("@alice", 6),
        ("@alice@example.org", 6),
        ("@alice@example.org hello", 12),
        ("(@alice@example.org).", 9),
        ("@alice.b-c@sub.example.org!", 11),
        ("@a@b.org @c@d.org", 5),
        ("@alice@example.org@", 19),
        ("x@alice@example.org", 19),
        ("/@alice@example.org", 19),
        ("https://example.org/@alice@elsewhere.net", 23),
    ],
)
def test_mastodon_counts_a_remote_mention_by_its_name(text: str, count: int) -> None:
    """Of `@name@host` only `@name` counts, where Mastodon sees a mention at all."""
    assert measure(text, MASTODON) == count


def test_other_channels_count_urls_and_mentions_as_written() -> None:
    """Only a channel with a fixed URL length shortens."""
    text = "https://example.org/x @alice@example.org"
    assert measure(text, BLUESKY) == measure(text, SITE) == len(text)


@given(words, urls, words)
def test_a_url_between_words_adds_23(before: str, url: str, after: str) -> None:
    """The words around a URL count as they do without it."""
    text = f"{before} {url} {after}"
    assert measure(text, MASTODON) == measure(f"{before} ", MASTODON) + 23 + measure(f" {after}", MASTODON)


@given(urls, st.text(alphabet=".,;:!?'\"", min_size=1, max_size=5))
def test_punctuation_after_a_url_counts(url: str, marks: str) -> None:
    """Each mark after a URL that doesn't end in one is a character more."""
    assert measure(f"{url}{marks} z", MASTODON) == 23 + len(marks) + 2


@given(st.lists(st.sampled_from([cluster for cluster in CLUSTERS if not cluster.startswith("\r")])))
def test_clusters_add_up(clusters: list[str]) -> None:
    """Clusters with a stop between them count one each."""
    assert measure(".".join(clusters), BLUESKY) == max(0, 2 * len(clusters) - 1)


@given(st.text())
def test_any_text_can_be_measured(text: str) -> None:
    """No text is too odd to count; graphemes never outnumber characters, and a text within the bytes limit fits it."""
    assert measure(text, SITE) == len(text)
    assert 0 <= measure(text, BLUESKY) <= len(text)
    assert (measure(text, BLUESKY) == 0) == (not text)
    assert over_limit(text, SITE) is None
    fits = len(regex.findall(r"\X", text)) <= 300 and len(text.encode()) <= 3000
    assert (over_limit(text, BLUESKY) is None) == fits


@pytest.mark.parametrize(
    ("text", "rules", "said"),
    [
        ("a" * 300, BLUESKY, None),
        ("a" * 301, BLUESKY, "301 graphemes of at most 300"),
        ("👨‍👩‍👧‍👦" * 120, BLUESKY, None),
        ("👨‍👩‍👧‍👦" * 121, BLUESKY, "3025 bytes of at most 3000"),
        ("a" * 500, MASTODON, None),
        ("a" * 476 + " https://example.org/" + "b" * 99, MASTODON, None),
        ("a" * 477 + " https://example.org/" + "b" * 99, MASTODON, "501 graphemes of at most 500"),
        ("a" * 100_000, SITE, None),
        ("éé", ChannelRules(name="x", limit=1), "2 characters of at most 1"),
        ("éé", ChannelRules(name="x", byte_limit=3), "4 bytes of at most 3"),
    ],
)
def test_limits_hold_to_the_last_one(text: str, rules: ChannelRules, said: str | None) -> None:
    """The limit itself fits, one more doesn't, and the words give both numbers."""
    assert over_limit(text, rules) == said


@pytest.mark.parametrize(
    "unit",
    [
        "https://a.",
        "a.",
        "あ.",
        "é.",
        "(",
        "https://a.co/(",
        "@a",
        "a-",
        "https://a.co/?",
        "https://a.co/(a(b)",
        ".",
        "👨‍",
    ],
)
@pytest.mark.parametrize("rules", [MASTODON, X], ids=["mastodon", "x"])
def test_counting_is_quick_on_hostile_text(unit: str, rules: ChannelRules) -> None:
    """Fifty thousand characters made to trip a pattern are counted in a moment."""
    began = time.process_time()
    measure(f"https://{unit * (50_000 // len(unit))}", rules)
    assert time.process_time() - began < 10


def test_every_channel_has_rules_that_can_be_kept() -> None:
    """Rules are filed under their own name, limits are positive and a channel of posts has one."""
    for name, rules in RULES.items():
        assert rules.name == name
        assert rules.article or (rules.limit or 0) > 0
        assert rules.url_length is None or rules.counting is not Counting.CHARACTERS


def test_a_refusal_says_why_and_what_to_do() -> None:
    """A refusal reads as one sentence after the other, and keeps them apart for whoever shows them."""
    refusal = Rejected("The slug is taken.", "Choose another.")
    assert str(refusal) == "The slug is taken. Choose another."
    assert (refusal.reason, refusal.fix) == ("The slug is taken.", "Choose another.")


def test_where_offers_stand() -> None:
    """Every channel shows offers as its posts can: articles in the text or at the end, short posts at the end or not where an article does."""
    assert {name for name, rules in RULES.items() if rules.offers == "in-text"} == {
        n for n, r in RULES.items() if r.article
    }
    assert {name for name, rules in RULES.items() if rules.offers == "article"} == {
        n for n, r in RULES.items() if r.threads
    }
    for rules in ({"article": True, "offers": "article"}, {"offers": "in-text"}):
        with pytest.raises(ValidationError, match="can't show offers"):
            ChannelRules.model_validate({"name": "x", **rules})
