from __future__ import annotations

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.markdown import to_html

SAFE_TAGS = {
    *("html", "body", "div", "p", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "a", "em", "strong"),
    *("code", "pre", "hr", "br", "img", "aside", "section"),
}

ARTICLE = """A claim.[[1]](#source-1) Another.[[2]](#source-2)

## Sources in the text

1. not a source

## Sources

1. First, [a page](https://example.org/a)
2. Second
   - with a note

Afterword.
"""

OFFER = """Before.
::: offer
Advertisement: I earn a commission.

[The **saw**](https://example.org/saw?a=1&b=2 "sponsored") costs £10.
:::
After."""


def tree(html: str) -> lxml.html.HtmlElement:
    return lxml.html.fragment_fromstring(html, create_parent="div")


def test_the_plain_parts_of_an_article() -> None:
    """Paragraphs, headings, quotes, lists, emphasis and code become their elements."""
    html = to_html("One *two* **three** `four`\n\n## Five\n\n> six\n\n- seven\n\n---\n\n```\neight\n```\n")
    for part in (
        "<em>two</em>",
        "<strong>three</strong>",
        "<code>four</code>",
        "<h2>Five</h2>",
        "<blockquote>",
        "<hr>",
    ):
        assert part in html
    assert "<li>seven</li>" in html
    assert "<pre><code>eight\n</code></pre>" in html


def test_sources_are_numbered() -> None:
    """The list under the last Sources heading carries the ids that the references point at, and nothing else does."""
    parsed = tree(to_html(ARTICLE))
    section = parsed.xpath("//section[@class='sources']")[0]
    assert section.get("aria-labelledby") == section.xpath("h2/@id")[0] == "sources"
    assert [str(item.text).split(",")[0].strip() for item in section.xpath("ol/li")] == ["First", "Second"]
    assert parsed.xpath("//li/@id") == ["source-1", "source-2"]
    assert parsed.xpath("//a[@class='ref']/@href") == ["#source-1", "#source-2"]


def test_sources_are_numbered_as_they_read() -> None:
    """A list that starts at 4 has its first source as source-4."""
    parsed = tree(to_html("## Sources\n\n4. Fourth\n5. Fifth\n"))
    assert parsed.xpath("//li/@id") == ["source-4", "source-5"]
    assert parsed.xpath("//ol/@start") == ["4"]


@pytest.mark.parametrize("text", ["## Sources\n\nNone.\n", "## Sources", "> ## Sources\n> 1. quoted\n"])
def test_sources_without_a_list_have_no_ids(text: str) -> None:
    """A Sources heading with no numbered list after it, or within a quote, numbers nothing."""
    assert tree(to_html(text)).xpath("//li/@id") == []


def test_references_in_a_feed_lead_to_the_page() -> None:
    """Where the HTML is read elsewhere, references within the page carry its address."""
    html = to_html("A claim.[[1]](#source-1)", page_url="https://example.org/posts/x/")
    assert tree(html).xpath("//a/@href") == ["https://example.org/posts/x/#source-1"]


def test_articles_on_one_page_keep_their_references_apart() -> None:
    """With an anchor, references and the sources that they lead to carry it, and so does the heading."""
    parsed = tree(to_html(ARTICLE, anchor="p1-"))
    assert parsed.xpath("//a[@class='ref']/@href") == ["#p1-source-1", "#p1-source-2"]
    assert parsed.xpath("//li/@id") == ["p1-source-1", "p1-source-2"]
    assert parsed.xpath("//section/@aria-labelledby") == parsed.xpath("//h2[text()='Sources']/@id") == ["p1-sources"]


@pytest.mark.parametrize(("text", "directed"), [("كل مكتبة\n\nIn English.", ["auto", "auto"]), ("Left to right.", [])])
def test_text_from_right_to_left_sets_the_direction(text: str, directed: list[str]) -> None:
    """Where some of the text runs from right to left, each paragraph takes its direction from its own words."""
    assert tree(to_html(text)).xpath("p/@dir") == directed


def test_an_offer_is_set_apart() -> None:
    """An offer is a labelled aside in which the disclosure stays text, before the link."""
    parsed = tree(to_html(OFFER))
    aside = parsed.xpath("aside")[0]
    assert dict(aside.attrib) == {"class": "offer", "aria-label": "Offer"}
    assert [paragraph.text_content() for paragraph in aside.xpath("p")] == [
        "Advertisement: I earn a commission.",
        "The saw costs £10.",
    ]
    assert [paragraph.text for paragraph in parsed.xpath("p")] == ["Before.", "After."]


def test_a_sponsored_link_says_so_to_machines() -> None:
    """The title `sponsored` becomes a rel and goes; other links are noopener and keep their title."""
    links = tree(to_html(OFFER + '\n\n[other](https://example.org "A title")')).xpath("//a")
    assert [dict(link.attrib) for link in links] == [
        {"href": "https://example.org/saw?a=1&b=2", "rel": "sponsored nofollow noopener"},
        {"href": "https://example.org", "title": "A title", "rel": "noopener"},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "::: offer\nNo end\n\n## More",
        "::: offering\nx\n:::",
        "    ::: offer\n    x\n    :::",
        "`::: offer`\n:::",
        ":::",
    ],
)
def test_what_is_no_offer_stays_text(text: str) -> None:
    """A block that never closes, has another name or is code is shown as it was written, and swallows nothing."""
    parsed = tree(to_html(text))
    assert not parsed.xpath("//aside")
    assert ":::" in parsed.text_content()


def test_offers_in_lists_and_quotes_keep_their_place() -> None:
    """An offer inside a quote ends with it, and the text after it is outside."""
    parsed = tree(to_html("> ::: offer\n> in\n> :::\n\nout\n\n::: offer\n- a\n- b\n:::\n"))
    assert parsed.xpath("blockquote/aside/p/text()") == ["in"]
    assert parsed.xpath("aside/ul/li/text()") == ["a", "b"]
    assert parsed.xpath("p/text()") == ["out"]


def test_a_first_level_heading_steps_down() -> None:
    """The page's title is its only h1."""
    assert to_html("# Title\n") == "<h2>Title</h2>\n"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "![x](javascript:alert(1))",
        '[x](https://example.org "a\\" onclick=\\"alert(1)")',
        '<https://example.org/"onmouseover=alert(1)>',
        "<style>body{display:none}</style>",
    ],
)
def test_nothing_active_comes_through(text: str) -> None:
    """Scripts, handlers, styles and script addresses in the text stay text or go."""
    parsed = tree(to_html(text))
    for element in parsed.iter():
        assert element.tag in SAFE_TAGS
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        for url in (element.get("href"), element.get("src")):
            assert url is None or url.split(":")[0] in ("http", "https", "mailto")


@given(
    st.lists(
        st.sampled_from(
            [
                "::: offer",
                ":::",
                "## Sources",
                "1. a",
                "> q",
                "<script>",
                "[a](b",
                '"sponsored")',
                "    x",
                "",
                "```",
                "- l",
            ]
        )
        | st.text(max_size=20)
    )
)
def test_any_text_gives_safe_balanced_html(lines: list[str]) -> None:
    """Whatever the text is, the HTML holds safe elements only, and sanitising it again changes nothing."""
    html = to_html("\n".join(lines))
    assert {element.tag for element in tree(html).iter()} <= SAFE_TAGS
    assert html.count("<aside") == html.count("</aside>")
    assert html.count("<section") == html.count("</section>")


@given(st.text(alphabet=st.characters(categories=("L", "N")), min_size=1, max_size=60))
def test_words_come_through_as_they_are(words: str) -> None:
    """Letters and digits of any script are the same after rendering."""
    assert tree(to_html(words)).text_content() == f"{words}\n"
