"""What Hugo and Jekyll are given: front matter that gives back any text, and Markdown in which nothing of the article acts."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from channels.generators import FOLDERS, PERMALINKS, Generator, Style
from channels.markdown import to_html
from tests.support.conformance import post_for

article = partial(post_for, "git")
STYLES: tuple[Style, ...] = ("hugo", "jekyll")
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(str.strip)
signs = st.sampled_from(
    (
        *(
            "{{",
            "}}",
            "{%",
            "%}",
            "{{<",
            ">}}",
            "{{%",
            "{:",
            "*",
            "`",
            "```\n",
            "<b>",
            "<!--",
            "&amp;",
            "#",
            "\n\n",
            "- ",
        ),
        *("1. ", "> ", "|", "$$", "~~", "\\", ":", "^", "[^1]", "[a](b)", "word", "é", "+++\n", "---\n", "    x"),
        *("::: offer\n", "\n:::\n"),
    )
)
articles = st.lists(signs, min_size=1, max_size=15).map("".join).filter(str.strip)


def generator(style: Style) -> Generator:
    return Generator(style, FOLDERS[style], "https://x.example/blog", PERMALINKS[style], "Noor")


def parted(style: Style, document: bytes) -> tuple[dict[str, Any], str]:
    """The front matter as a parser of its language reads it, and the body."""
    fence = {"hugo": "+++", "jekyll": "---"}[style]
    _, front, body = document.decode().split(f"{fence}\n", 2)
    return (tomllib.loads if style == "hugo" else yaml.safe_load)(front), body.strip()


@pytest.mark.parametrize("style", STYLES)
@given(title=texts, summary=texts, author=texts)
def test_front_matter_gives_back_any_text(style: Style, title: str, summary: str, author: str) -> None:
    """Title, summary and author come back to the letter, beside the date and the key, whatever is in them."""
    made = Generator(style, "posts", "https://x.example", PERMALINKS[style], author)
    post = article(title=title, summary=summary)
    front, body = parted(style, made.document(post))
    assert (front["title"], front["description"], front["author"]) == (title, summary, author)
    assert front["date"] == datetime(2025, 11, 22, 11, tzinfo=UTC)
    assert front["flywheel"] == post.key
    assert body == post.text
    marked = made.read(made.document(post))
    assert marked is not None and (marked.key, marked.date) == (post.key, post.published_at)


@pytest.mark.parametrize("style", STYLES)
@given(text=articles)
def test_nothing_in_an_article_is_a_template(style: Style, text: str) -> None:
    """No Liquid is open outside of raw, no shortcode is called, and no tag, attribute or second front matter is begun."""
    body = parted(style, generator(style).document(article(text=text)))[1]
    if style == "jekyll":
        assert not re.search(r"\{\{|\{%", re.sub(r"\{% raw %\}(\{\{|\{%)\{% endraw %\}", "", body))
    else:
        assert not re.search(r"\{\{[<%](?!/\*)", body)
    prose = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", body, flags=re.DOTALL)
    assert not re.search(r"<[a-zA-Z!/?]|(?<!\\)\{:(?! \.offer\}| rel=)", prose)


@pytest.mark.parametrize("style", STYLES)
@example(text="*b***c****c****c**")
@given(
    text=st.lists(
        st.sampled_from(["a", "*b*", "**c**", "d_e", "# f", "> g", "- h", "1. i", "\n\n", " ", "!", "<j>", "&k;"]),
        min_size=1,
    )
    .map("".join)
    .filter(str.strip)
)
def test_the_words_stay_the_same(style: Style, text: str) -> None:
    """Read again as Markdown, what is written says what the article says."""
    body = parted(style, generator(style).document(article(text=text)))[1]
    said = [re.sub(r"<[^>]*>|\s+", "", to_html(markdown)) for markdown in (text, body)]
    assert said[0] == said[1]


ARTICLE = """The bulb lasts [[1]](#source-1), see [[2]](#source-2) and [[9]](#source-9).

::: offer
Advertisement: Buy [the lamp](https://shop.example/?a=1&b=2 "sponsored")
:::

Code is `{{ site }}`, `{{< figure >}}` and `{{<`.

## Sources

1. [First](https://a.example/x_(y)), by A.
2. Second.
3. Never cited.
"""


def test_sources_are_footnotes() -> None:
    """References become footnotes in both; one without a source stays words, a source without a reference is listed."""
    for style in STYLES:
        body = parted(style, generator(style).document(article(text=ARTICLE)))[1]
        assert "lasts [^1], see [^2] and \\[9\\]." in body
        assert "[^1]: [First](https://a.example/x_(y)), by A." in body
        assert "- Never cited." in body and "[^3]" not in body


def test_offers_and_code_are_each_generators_own() -> None:
    """Jekyll marks the offer and its link; Hugo, whose attributes are off, quotes it; code is shown and not run."""
    hugo = parted("hugo", generator("hugo").document(article(text=ARTICLE)))[1]
    assert '> Advertisement: Buy [the lamp](https://shop.example/?a=1&b=2 "sponsored")' in hugo
    assert "`{{ site }}`, `{{</* figure */>}}` and `{\N{WORD JOINER}{<`" in hugo
    jekyll = parted("jekyll", generator("jekyll").document(article(text=ARTICLE)))[1]
    assert '(https://shop.example/?a=1&b=2){: rel="sponsored nofollow noopener"}\n{: .offer}' in jekyll
    assert "`{% raw %}{{{% endraw %} site }}`" in jekyll


def test_addresses_are_pinned() -> None:
    """Where a post is served stands in its file, so that the receipt stays true when the site's own pattern changes."""
    hugo, _ = parted("hugo", generator("hugo").document(article(canonical="https://home.example/a")))
    assert (hugo["url"], hugo["canonicalURL"]) == ("/posts/article-1/", "https://home.example/a")
    jekyll, _ = parted("jekyll", generator("jekyll").document(article(canonical="https://home.example/a")))
    assert (jekyll["permalink"], jekyll["canonical_url"]) == ("/2025/11/22/article-1.html", "https://home.example/a")
    assert generator("jekyll").address(article()) == "https://x.example/blog/2025/11/22/article-1.html"


@pytest.mark.parametrize(
    "content",
    [b"", b"Mine.", b"---\n- a\n---\n", b"+++\nx = \n+++\n", b"---\n\tx\n---\n", b"\xff", b"---\nflywheel: 1\n---\n"],
)
@pytest.mark.parametrize("style", STYLES)
def test_a_file_of_somebody_elses_is_not_ours(style: Style, content: bytes) -> None:
    """A file without our mark, or that can't be read, is nobody's of ours."""
    assert generator(style).read(content) is None
