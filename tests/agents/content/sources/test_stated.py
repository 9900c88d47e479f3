"""Dates and authors: what pages state about themselves, in the ways that sites do it."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.content.sources.documents import read_as
from agents.content.sources.model import Document, Raw
from agents.content.sources.stated import stated
from tests.support.sources import Make

ARTICLE = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "The frozen harbour",
    "datePublished": "2024-03-05T10:00:00+01:00",
    "dateModified": "2024-04-01T10:00:00Z",
}
JANE = {"@type": "Person", "name": "Jane Roe"}
DATED = '<meta property="article:published_time" content="2024-03-05T10:00:00Z">'


def ld(*nodes: object) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)


GRAPH = {
    "@graph": [
        {"@type": "WebSite", "name": "Site"},
        {"@type": "WebPage", "datePublished": "2001-01-01", "author": "The webmaster"},
        {"@type": ["Article", "BlogPosting"], "author": {"@id": "#p"}, "datePublished": "2024-03-05T10:00:00+00:00"},
        {"@type": "Person", "@id": "#p", "name": "Jane Roe"},
    ]
}
HEADS = {
    "JSON-LD, a person": ld(ARTICLE | {"author": JANE}),
    "JSON-LD, a name": ld(ARTICLE | {"author": "Jane Roe"}),
    "JSON-LD, a graph": ld(GRAPH),
    "JSON-LD, a list": ld([{"@type": "BreadcrumbList"}, ARTICLE | {"author": [JANE, JANE]}]),
    "JSON-LD, two scripts": ld({"@type": "Organization", "name": "X"}, ARTICLE | {"author": JANE}),
    "JSON-LD in CDATA": ld(ARTICLE | {"author": JANE})
    .replace('json">', 'json">//<![CDATA[\n')
    .replace("</s", "\n//]]></s"),
    "JSON-LD, an address for a name": ld(ARTICLE | {"author": "https://paper.example/jane"})
    + '<meta name="author" content="Jane Roe">',
    "broken JSON-LD and meta": ld({}).replace("{}", "{") + f'<meta name="author" content="Jane Roe">{DATED}',
    "Open Graph": f'<meta property="article:author" content="Jane Roe">{DATED}',
    "Dublin Core": '<meta name="DC.creator" content="Jane Roe"><meta name="DC.date.issued" content="2024-03-05">',
    "a journal": '<meta name="citation_author" content="Roe, Jane"><meta name="citation_publication_date" content="2024/03/05">',
    "Parse.ly": '<meta name="parsely-author" content="Jane Roe"><meta name="parsely-pub-date" content="2024-03-05T10:00Z">',
    "Sailthru": '<meta name="sailthru.author" content="Jane Roe"><meta name="sailthru.date" content="2024-03-05 10:00:00">',
}
BODIES = {
    "a byline with a time": '<p class="byline">By <span class="author">Jane Roe</span>, <time datetime="2024-03-05T10:00:00Z"'
    ' class="published">5 March</time></p>',
    "a plain byline": '<p class="byline">By Jane Roe</p><p class="date">March 5, 2024</p>',
    "microdata": '<div itemscope itemtype="http://schema.org/Article"><span itemprop="author" itemscope><span itemprop="name">'
    'Jane Roe</span></span><meta itemprop="datePublished" content="2024-03-05"></div>',
}


def read(html: str) -> Document:
    url = "https://paper.example/story"
    (document,) = read_as("html", Raw(source=url, url=url, media_type="text/html", body=html.encode())).documents
    return document


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_authors_and_dates_are_read_from_heads(make: Make, head: str) -> None:
    """Each usual way of stating them is understood; the date is that of publication, not of a change."""
    document = read(make.article(head=head))
    assert (document.author, document.published) == ("Jane Roe", date(2024, 3, 5))


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_authors_and_dates_are_read_from_bylines(make: Make, body: str) -> None:
    """Where the head states nothing, what a reader sees is read."""
    document = read(make.article().replace("</h1>", f"</h1>{body}"))
    assert (document.author, document.published) == ("Jane Roe", date(2024, 3, 5))


def test_several_authors_and_organisations_are_named(make: Make) -> None:
    """Authors come with commas between them, and an organisation may be one."""
    authors = [JANE, {"@type": "Organization", "name": "The Coast &amp; Sea Desk"}, {"@type": "Person"}]
    assert read(make.article(head=ld(ARTICLE | {"author": authors}))).author == "Jane Roe, The Coast & Sea Desk"


@pytest.mark.parametrize("day", ["2011-05-06", "06/05/2011", "May 6, 2011", "6.5.2011"])
def test_a_date_in_the_prose_is_no_date_of_the_page(make: Make, day: str) -> None:
    """A day that the article tells of isn't the day it was published: no date is better than a wrong one."""
    told = f"<p>On {day} the storm took eleven boats, two cranes and the roof of the fish market with it.</p>"
    assert read(make.article().replace("</article>", f"{told}</article>")).published is None


def test_a_date_in_the_prose_and_in_the_head_is_the_pages(make: Make) -> None:
    """The same day may be both."""
    told = "<p>It is 2024-03-05, and the harbour is open again for the first time in eleven weeks.</p>"
    assert read(make.article(head=DATED).replace("</article>", f"{told}</article>")).published == date(2024, 3, 5)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["@type", "@id", "@graph", "author", "name", "datePublished", "isAccessibleForFree"]),
                inner | st.just("Article"),
                max_size=5,
            )
        ),
    )
)
def test_any_json_is_survived(node: object) -> None:
    """Whatever a script holds, something or nothing is stated."""
    found = stated(ld({"@type": "Article", "author": node, "datePublished": node}, node))
    assert found.author is None or found.author.strip()


def test_many_scripts_left_open_cost_nothing() -> None:
    """A page of a hundred thousand scripts without an end is read in one pass."""
    began = time.process_time()
    stated('<script type="application/ld+json">' * 100_000)
    stated(f"{ld({})}" * 50_000 + '<meta name="citation_author" ' * 50_000)
    assert time.process_time() - began < 10


def test_deep_nesting_is_survived() -> None:
    """Brackets without end are broken JSON like any other."""
    assert stated(f'<script type="application/ld+json">{"[" * 100_000}</script>').author is None
    assert stated(f'<script type="application/ld+json">{"[" * 900}1{"]" * 900}</script>').author is None
