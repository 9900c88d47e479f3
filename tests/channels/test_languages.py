"""What channels add to an article is in the author's language, and an article in any of them is taken apart alike."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import SMTP

import pytest

from channels.devto import body_of
from channels.generators import PERMALINKS, Generator
from channels.mailing import Letterhead, compose
from channels.wordpress import _content, _says
from state.wording import WORDS
from tests.support.conformance import post_for
from tests.support.smtp_sink import words_of

LANGUAGES = sorted(WORDS)
HOME = "https://upkeep.example/posts/lamp/"


def text(language: str) -> str:
    return f"A claim.[[1]](#source-1)\n\n::: offer\nBuy it.\n:::\n\n## {WORDS[language].sources}\n\n1. Somebody\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_says_why_it_came_and_how_to_leave(language: str) -> None:
    """In its text and in its HTML; the headers that mail programs read stay as they are."""
    words = WORDS[language]
    head = Letterhead(
        name="Brücke & Co",
        author="Nora",
        address="letters@upkeep.example",
        reply_to="",
        postal="1 Main Street",
        unsubscribe="https://letters.upkeep.example",
        language=language,
    )
    post = post_for("email", text=text(language), canonical=HOME)
    mail = message_from_bytes(
        compose(post, head, to="ada@example.org", token="t1", name="<a@b>", signing=None), policy=SMTP
    )
    plain, html = (words_of(mail, kind) for kind in ("plain", "html"))
    leave = "https://letters.upkeep.example/unsubscribe/t1"
    for said in (
        words.subscribed.format(name=head.name),
        f"{words.on_the_web} {HOME}",
        f"{words.unsubscribe}: {leave}",
    ):
        assert said in plain
    for said in (f">{words.unsubscribe}</a>", f">{words.read_on_the_web}</a>", f">{words.by} Nora<", "Brücke &amp; Co"):
        assert said in html
    assert f'aria-label="{words.offer}"' in html
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("language", LANGUAGES)
def test_sources_become_footnotes_under_their_own_heading(language: str) -> None:
    """On a Forem, in Hugo and in Jekyll, whatever the heading is called."""
    post = post_for("devto", text=text(language), canonical=HOME)
    assert body_of(post) == "A claim.[^1]\n\nBuy it.\n\n[^1]: Somebody"
    for style, permalink in PERMALINKS.items():
        site = Generator(style, "posts", "https://upkeep.example", permalink, "Nora")
        made = site.document(post_for("git", text=text(language))).decode()
        assert f"\n## {WORDS[language].sources}\n" in made and "\n[^1]: Somebody" in made


@pytest.mark.parametrize("language", LANGUAGES)
def test_wordpress_says_where_it_was_first_published(language: str) -> None:
    """And knows it again."""
    post = post_for("wordpress", text=text(language), canonical=HOME)
    content = _content(post, language)
    before, after = WORDS[language].first_published.split("{link}")
    assert f'<p>{before}<a href="{HOME}"' in content and f"</a>{after}</p>" in content
    there = {name: {"raw": raw} for name, raw in (("title", post.title), ("excerpt", ""), ("content", content))}
    assert _says(there, post.model_copy(update={"summary": None}), language)
