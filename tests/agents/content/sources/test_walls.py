"""Pages that show something else than their article, and articles that break off."""

from __future__ import annotations

import pytest

from agents.content.sources.documents import read_as
from agents.content.sources.errors import SourceError
from agents.content.sources.model import Parsed, Raw
from state.sources import SourceProblem
from tests.support.sources import Make

CONSENT = (
    "We and our 842 partners use and store cookies on your device to show you personalised advertising and to measure how it"
    " does. You can change your mind at any time in our cookie settings, which you find at the foot of each page. Some of our"
    " partners work with your data without asking, because they hold that they have a legitimate interest in doing so."
)


def read(html: str) -> Parsed:
    url = "https://paper.example/story"
    return read_as("html", Raw(source=url, url=url, media_type="text/html", body=html.encode()))


def refused(html: str) -> SourceProblem:
    with pytest.raises(SourceError) as caught:
        read(html)
    return caught.value.problem


def bare(body: str) -> str:
    return f"<!doctype html><html><head><title>Story</title></head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<p>Subscribe to continue reading.</p>", "asks for a subscription"),
        ("<div><h2>Jetzt weiterlesen mit Plus</h2><p>Bereits Abonnent? Anmelden</p></div>", "asks for a subscription"),
        ("<p>Cet article est réservé aux abonnés.</p>", "asks for a subscription"),
        ("<p>Before you continue</p><button>Accept all cookies</button>", "asks for consent"),
        ("<p>Wir verwenden Cookies.</p><button>Zustimmen und weiter</button>", "asks for consent"),
        (
            "<noscript>You need to enable JavaScript to run this app.</noscript><div id='root'></div>",
            "filled in by scripts",
        ),
        ("<h1>Just a moment...</h1><p>Verify you are human by completing the action below.</p>", "a person is reading"),
        ("<p>Nothing much.</p>", "a paywall or cookie wall?"),
    ],
)
def test_a_page_with_too_little_text_names_its_wall(body: str, words: str) -> None:
    """The problem says what stands there instead, as far as it can be told, and what to do."""
    found = refused(bare(body))
    assert found.code == "source.too-little-text"
    assert words in found.message
    assert found.message.endswith((".", "?"))
    assert "save the article" in found.fix


def test_a_long_cookie_banner_is_no_article() -> None:
    """A page whose main text is the banner's own words is refused, although it has text enough."""
    found = refused(bare(f"<main><h1>Your privacy</h1><p>{CONSENT}</p><p>{CONSENT}</p></main>"))
    assert found.code == "source.too-little-text"
    assert "asks for consent" in found.message


def test_an_article_with_a_banner_is_read(make: Make) -> None:
    """A banner beside a whole article costs nothing and is no problem."""
    html = make.article(paragraphs=12).replace("</body>", f"<div class='banner'><p>{CONSENT}</p></div></body>")
    parsed = read(html)
    assert make.sentence in parsed.documents[0].text
    assert parsed.problems == ()


@pytest.mark.parametrize(
    "tail",
    [
        "<p>The mayor, who had seen the ice coming, sent for the only man who</p><div>Subscribe to continue reading</div>",
        "<p>And then it happened …</p><aside>Dieser Text ist nur für Abonnenten.</aside>",
        '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": "False"}</script>',
    ],
)
def test_an_article_that_breaks_off_at_a_paywall_says_so(make: Make, tail: str) -> None:
    """The beginning can be quoted, and the problem says that it is only the beginning."""
    parsed = read(make.article(paragraphs=4).replace("</article>", f"{tail}</article>"))
    assert make.sentence in parsed.documents[0].text
    (found,) = parsed.problems
    assert found.code == "source.cut-short"
    assert "characters were read" in found.message


def test_a_whole_article_that_advertises_a_subscription_is_whole(make: Make) -> None:
    """Asking for subscribers at the foot of a page that ends properly is no paywall; nor is a long text cut off."""
    asking = "</article><footer>Already a subscriber? Sign in.</footer>"
    assert read(make.article(paragraphs=4).replace("</article>", asking)).problems == ()
    paid = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script></head>'
    assert read(make.article(paragraphs=20).replace("</head>", paid)).problems == ()
