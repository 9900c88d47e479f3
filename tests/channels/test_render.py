from __future__ import annotations

import re

import lxml.html
import pytest

from channels import SiteIdentity
from channels.render import index_page, post_page
from state.wording import words_in
from tests.support.conformance import MakePost, Parse

NASTY = "\"><script>alert(1)</script>&amp; $body ${title} 'quoted'"


def meta(page: lxml.html.HtmlElement) -> dict[str, str]:
    named = page.xpath("//meta[@name or @property]")
    return {str(tag.get("name") or tag.get("property")): str(tag.get("content")) for tag in named}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of `#rrggbb`."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2), 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_a_page_says_what_it_is(make_post: MakePost, identity: SiteIdentity, parse: Parse) -> None:
    """Title, description, canonical address, Open Graph and the feed are in the head."""
    page = parse(post_page(make_post(), identity))
    assert page.xpath("//title/text()") == ["Article 1 · Upkeep"]
    assert page.xpath("//link[@rel='canonical']/@href") == ["https://example.org/blog/posts/article-1/"]
    assert page.xpath("//link[@rel='alternate' and @type='application/atom+xml']/@href") == ["../../feed.xml"]
    said = meta(page)
    assert said["description"] == said["og:description"] == "What article 1 is about."
    assert said["og:type"] == "article"
    assert said["og:title"] == "Article 1"
    assert said["og:url"] == "https://example.org/blog/posts/article-1/"
    assert said["article:published_time"] == "2025-11-22T11:00:00+00:00"


def test_a_page_has_its_landmarks(make_post: MakePost, identity: SiteIdentity, parse: Parse) -> None:
    """One h1 in one article in one main, a banner, a named navigation, a skip link that leads to main."""
    page = parse(post_page(make_post(), identity))
    assert page.get("lang") == "en"
    assert page.xpath("//main/article/header/h1/text()") == ["Article 1"]
    assert len(page.xpath("//h1")) == len(page.xpath("//main")) == len(page.xpath("//article")) == 1
    assert page.xpath("//body/header") and page.xpath("//body/footer/nav/@aria-label") == ["Site"]
    assert page.xpath("//body/a[1]/@href") == [f"#{page.xpath('//main/@id')[0]}"]
    assert page.xpath("//article//time/@datetime") == ["2025-11-22T11:00:00+00:00"]
    assert page.xpath("//article//time/text()") == ["22 November 2025"]


def test_pages_ask_for_nothing_else(make_post: MakePost, identity: SiteIdentity, parse: Parse) -> None:
    """A page and the index load no script, style sheet, font or picture, and a policy forbids scripts."""
    for html in (post_page(make_post(), identity), index_page([make_post()], identity)):
        page = parse(html)
        assert not page.xpath("//script | //img | //iframe | //link[@rel='stylesheet']")
        assert "default-src 'none'" in page.xpath("//meta[@http-equiv]/@content")[0]
        css = "".join(page.xpath("//style/text()"))
        assert "url(" not in css and "@import" not in css and "<" not in css


def test_text_can_break_out_of_nothing(make_post: MakePost, parse: Parse) -> None:
    """Titles, summaries and names with markup or template signs in them are shown as written."""
    identity = SiteIdentity(name=NASTY, base_url="https://example.org", author=NASTY)
    post = make_post(title=NASTY, summary=NASTY, text=NASTY)
    for html in (post_page(post, identity), index_page([post], identity)):
        page = parse(html)
        assert not page.xpath("//script")
        assert page.xpath("//h1")[0].text == NASTY
        assert meta(page)["og:title"] == NASTY
    apart = make_post(title=NASTY, summary=NASTY, text="Something else.")
    assert parse(post_page(apart, identity)).find_class("summary")[0].text == NASTY


def test_a_summary_that_opens_the_text_is_not_said_twice(
    make_post: MakePost, identity: SiteIdentity, parse: Parse
) -> None:
    """A summary that is the text's own opening describes the page, and doesn't stand above it."""
    page = parse(
        post_page(
            make_post(summary="It rained. We stayed.", text="It rained. We stayed. [[1]](#source-1)\n\nThen not."),
            identity,
        )
    )
    assert page.xpath("//meta[@name='description']/@content") == ["It rained. We stayed."]
    assert not page.find_class("summary")


def test_a_post_without_a_summary_has_no_description(make_post: MakePost, identity: SiteIdentity, parse: Parse) -> None:
    """No summary means no empty description and no empty paragraph."""
    page = parse(post_page(make_post(summary=None), identity))
    assert "description" not in meta(page) and "og:description" not in meta(page)
    assert not page.find_class("summary")


def test_the_index_lists_posts(make_post: MakePost, identity: SiteIdentity, parse: Parse) -> None:
    """Each post has its title as a link, its day and its summary; the site's name is the heading."""
    page = parse(index_page([make_post(1), make_post(2, summary=None)], identity))
    assert page.xpath("//h1/text()") == ["Upkeep"]
    assert page.xpath("//li/h2/a/@href") == ["posts/article-1/index.html", "posts/article-2/index.html"]
    assert page.xpath("//li/p/text()") == ["What article 1 is about."]
    assert len(page.xpath("//li/time")) == 2


@pytest.mark.parametrize(
    ("language", "direction", "day"),
    [("en-GB", "ltr", "22 November 2025"), ("de", "ltr", "22. November 2025"), ("ar", "rtl", "2025-11-22")],
)
def test_pages_follow_the_language(make_post: MakePost, parse: Parse, language: str, direction: str, day: str) -> None:
    """The language and its direction are stated, days are in words where we have them, and so is what stands around the text."""
    identity = SiteIdentity(name="U", base_url="https://example.org", author="N", language=language)
    page = parse(post_page(make_post(), identity))
    assert (page.get("lang"), page.get("dir")) == (language, direction)
    assert page.xpath("//time/text()") == [day]
    words = words_in(language)
    assert page.find_class("byline")[0].text.strip() == words.by
    assert page.xpath("//footer//a/text()") == [words.all_posts, words.feed]
    assert page.find_class("skip")[0].text == words.skip
    listed = meta(parse(index_page([make_post()], identity)))
    assert listed["description"] == words.described.format(name="U", author="N")


def test_colours_can_be_read(make_post: MakePost, identity: SiteIdentity) -> None:
    """Text and links have a contrast of 4.5 or more on every ground, in light and in dark."""
    css = post_page(make_post(), identity)
    schemes = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    assert len(schemes) == 2
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", scheme))
        for ground in ("paper", "tint"):
            for ink in ("ink", "muted", "accent"):
                assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    assert ":focus-visible" in css
