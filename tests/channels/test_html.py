"""What blogs and letters carry."""

from __future__ import annotations

import lxml.html

from channels.html import article_html
from tests.support.conformance import post_for

TEXT = """A claim.[[1]](#source-1)

::: offer
Advertisement: I earn a commission. [The saw](https://example.org/saw "sponsored")
:::

<script>alert(1)</script>

## Sources

1. [A page](https://example.org/a)
"""


def test_the_body_of_an_article() -> None:
    """The disclosure stands before a link that is marked as paid, references lead to their source, and scripts are words."""
    html = article_html(post_for("wordpress", text=TEXT, key="0123456789abcdef" * 2))
    parsed = lxml.html.fragment_fromstring(html, create_parent="div")
    aside = parsed.xpath("aside")[0]
    assert aside.text_content().strip() == "Advertisement: I earn a commission. The saw"
    assert aside.xpath(".//a/@rel") == ["sponsored nofollow noopener"]
    assert parsed.xpath("//a[@class='ref']/@href") == ["#p01234567-source-1"]
    assert parsed.xpath("//li/@id") == ["p01234567-source-1"]
    assert not parsed.xpath("//script")
    assert "<script>alert(1)</script>" in parsed.text_content()


def test_the_body_has_no_page_around_it() -> None:
    """The title and the summary are the far side's to show."""
    assert article_html(post_for("wordpress", text="Words.")) == "<p>Words.</p>\n"
