from __future__ import annotations

import feedparser
from lxml import etree

from channels import SiteIdentity
from channels.feed import atom
from tests.support.conformance import MakePost

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def test_the_feed_is_atom(make_post: MakePost, identity: SiteIdentity) -> None:
    """The feed parses without complaint and names the site, its author and both of its addresses."""
    feed = feedparser.parse(atom([make_post(1), make_post(2)], identity))
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.title == "Upkeep"
    assert feed.feed.author == "Noor Lindqvist"
    assert {(link.rel, link.href) for link in feed.feed.links} == {
        ("alternate", "https://example.org/blog/"),
        ("self", "https://example.org/blog/feed.xml"),
    }


def test_an_entry_has_what_rfc_4287_wants(make_post: MakePost, identity: SiteIdentity) -> None:
    """Each entry has an id, a title, a time and its page; the feed's time is its newest entry's."""
    document = etree.fromstring(atom([make_post(1), make_post(2)], identity))
    for number, entry in enumerate(document.findall("a:entry", ATOM), 1):
        url = f"https://example.org/blog/posts/article-{number}/"
        assert entry.findtext("a:id", namespaces=ATOM) == url
        assert entry.find("a:link", ATOM).get("href") == url
        assert entry.findtext("a:title", namespaces=ATOM) == f"Article {number}"
        assert entry.findtext("a:updated", namespaces=ATOM) == make_post(number).published_at.isoformat()
    assert document.findtext("a:updated", namespaces=ATOM) == make_post(1).published_at.isoformat()


def test_an_entry_carries_the_whole_article(make_post: MakePost, identity: SiteIdentity) -> None:
    """The content is the article's HTML, with its references leading to the page."""
    post = make_post(text="A claim.[[1]](#source-1)\n\n## Sources\n\n1. **Here** & there\n", title="Bread & <salt>")
    entry = feedparser.parse(atom([post], identity)).entries[0]
    assert entry.content[0].type == "text/html"
    assert "<strong>Here</strong> &amp; there" in entry.content[0].value
    assert 'href="https://example.org/blog/posts/article-1/#source-1"' in entry.content[0].value
    assert entry.title_detail.value in ("Bread & <salt>", "Bread &amp; &lt;salt&gt;")
    assert entry.summary == "What article 1 is about."


def test_the_same_posts_give_the_same_bytes(make_post: MakePost, identity: SiteIdentity) -> None:
    """No clock shows in the feed."""
    posts = [make_post(1), make_post(2)]
    assert atom(posts, identity) == atom(posts, identity)
