"""Feeds: entries, teasers, and what isn't a feed."""

from __future__ import annotations

from datetime import date

import pytest

from agents.content.sources import FeedSource, Fetcher
from agents.content.sources.documents import read_as
from agents.content.sources.errors import SourceError
from agents.content.sources.feeds import PAGES_A_FEED
from agents.content.sources.model import Document, Raw
from state.sources import SourceProblem
from tests.support.sources import Make
from tests.support.web import Web

LONG = " ".join(f"word{number}" for number in range(50))
XML = "application/xml"


def parse(body: str | bytes, **fields: str) -> tuple[Document, ...]:
    data = body.encode() if isinstance(body, str) else body
    return read_as("feed", Raw(source="feed.xml", body=data, **fields)).documents


def refused(body: str | bytes, **fields: str) -> SourceProblem:
    with pytest.raises(SourceError) as caught:
        parse(body, **fields)
    return caught.value.problem


def item(title: str, text: str = "", link: str = "") -> str:
    linked = f"<link>{link}</link>" if link else ""
    return f"<item><title>{title}</title>{linked}<description><![CDATA[{text}]]></description></item>"


def test_an_rss_entry_becomes_a_document(make: Make) -> None:
    """Title, link, author, date and text are read; relative links are made absolute; the origin is the link's host."""
    entry = (
        "<item><title>Ice &amp;amp; boats</title><link>/1929</link><author>Jane Roe</author>"
        "<pubDate>Tue, 05 Mar 2024 10:00:00 GMT</pubDate>"
        "<description>&lt;p&gt;One &lt;b&gt;bold&lt;/b&gt;.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;"
        "&lt;p&gt;Two.</description></item>"
    )
    (document,) = parse(make.rss(entry), url="https://feeds.example/all.xml")
    assert (document.title, document.text) == ("Ice & boats", "One bold.\n\nTwo.")
    assert (document.url, document.origin) == ("https://feeds.example/1929", "feeds.example")
    assert (document.author, document.published) == ("Jane Roe", date(2024, 3, 5))


def test_an_atom_entry_becomes_a_document() -> None:
    """Atom's content wins over its summary when longer; updated stands in for published; the feed's author counts."""
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><author><name>Joe</name></author><entry>'
        '<title>A &lt; B</title><link href="https://www.joe.example/a"/><updated>2024-05-06T00:00:00Z</updated>'
        '<summary>Short.</summary><content type="text">1 &lt; 2, a longer text.</content></entry></feed>'
    )
    (document,) = parse(feed)
    assert (document.title, document.text) == ("A < B", "1 < 2, a longer text.")
    assert (document.author, document.published) == ("Joe", date(2024, 5, 6))
    assert document.origin == "joe.example"


def test_an_entry_without_anything_is_empty() -> None:
    """An entry may lack all its parts."""
    (document,) = parse("<rss version='2.0'><channel><item></item></channel></rss>")
    assert (document.text, document.url, document.origin) == ("", None, "file:feed.xml")


def test_a_feed_without_entries_gives_nothing(make: Make) -> None:
    """A new feed has neither documents nor problems."""
    assert parse(make.rss()) == ()


def test_a_feed_cut_short_gives_the_entries_it_has(make: Make) -> None:
    """A download that broke off still gives its whole entries; one that broke before them is unreadable."""
    feed = make.rss(item("First", LONG), item("Second", LONG))
    assert parse(feed[: feed.index("Second")])[0].title == "First"
    assert refused(feed[: feed.index("<item>")]).code == "source.unreadable"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_billion_laughs_are_refused(make: Make, encoding: str) -> None:
    """A feed that declares entities is refused before any is expanded."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    extra = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]>'
    assert refused(make.rss(item("x", "&l9;"), extra=extra).encode(encoding)).code == "source.unsafe-xml"


def test_an_external_entity_is_refused(make: Make) -> None:
    """A feed can't have a file of ours read into it."""
    extra = '<!DOCTYPE rss [<!ENTITY passwd SYSTEM "file:///etc/passwd">]>'
    assert refused(make.rss("<item><title>&passwd;</title></item>", extra=extra)).code == "source.unsafe-xml"


def test_talk_about_entities_is_no_attack(make: Make) -> None:
    """The word <!ENTITY in an entry's text is text."""
    assert "<!ENTITY" in parse(make.rss(item("x", "<p>Write &lt;!ENTITY a 'b'&gt; to declare one")))[0].text


def test_a_web_page_is_not_a_feed_and_names_its_feeds(make: Make) -> None:
    """The fix lists the feeds that the page links to."""
    head = '<link rel="alternate" type="application/atom+xml" href="/atom.xml"><link rel="stylesheet" href="x.css">'
    found = refused(make.article(head=head), url="https://blog.example/")
    assert found.code == "source.not-a-feed"
    assert "https://blog.example/atom.xml" in found.fix
    assert "under pages" in refused(make.article()).fix


@pytest.mark.parametrize(
    "body", ["", "plain words", "<note/>", b"\x00\xff\xfe", '{"version": "https://jsonfeed.org/version/1"}']
)
def test_other_bytes_are_not_a_feed(body: str | bytes) -> None:
    """Anything else is said not to be a feed."""
    assert refused(body).code == "source.not-a-feed"


async def test_a_teaser_is_read_from_its_page(web: Web, fetcher: Fetcher, make: Make) -> None:
    """An entry under 40 words takes the text, address and origin of its page, and keeps its own title."""
    link = web.page("/post", make.article())
    url = web.page("/feed", make.rss(item("Teaser", "Read more", link), item("Whole", LONG, link)), XML)
    reading = await FeedSource(url, fetcher).read()
    assert reading.problems == ()
    teaser, whole = reading.snapshots
    assert (teaser.title, teaser.url, teaser.origin) == ("Teaser", link, "127.0.0.1")
    assert make.sentence in teaser.text
    assert whole.text == LONG
    assert web.paths().count("/post") == 1


async def test_a_teaser_stands_where_its_page_fails(web: Web, fetcher: Fetcher, make: Make) -> None:
    """If the page is gone, the summary is kept; without one the page's problem is told."""
    feed = make.rss(item("Said", "A short summary.", web.url("/gone")), item("Silent", "", web.url("/gone-too")))
    reading = await FeedSource(web.page("/feed", feed, XML), fetcher).read()
    assert [found.text for found in reading.snapshots] == ["A short summary."]
    assert [(found.source, found.code) for found in reading.problems] == [(web.url("/gone-too"), "source.not-found")]


async def test_a_feed_cannot_make_us_fetch_without_end(web: Web, fetcher: Fetcher, make: Make) -> None:
    """At most ten linked pages are read for one feed, and the rest is said."""
    links = [web.page(f"/{number}", make.article(title=f"Post {number}")) for number in range(PAGES_A_FEED + 3)]
    feed = make.rss(*(item(f"Post {number}", "", link) for number, link in enumerate(links)))
    reading = await FeedSource(web.page("/feed", feed, XML), fetcher).read()
    assert len(reading.snapshots) == PAGES_A_FEED
    assert len(web.asked) == PAGES_A_FEED + 1
    (found,) = reading.problems
    assert found.code == "source.entries-skipped"
    assert found.message.startswith("3 entries")


async def test_a_teaser_cannot_reach_private_addresses(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A feed's link to a private address is refused like any other."""
    url = web.page("/feed", make.rss(item("x", "", "http://192.168.0.1/admin")), XML)
    (found,) = (await FeedSource(url, fetcher).read()).problems
    assert found.code == "source.private-address"
