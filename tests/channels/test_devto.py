"""What the dev.to channel does beyond what every channel does, against a scripted server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.devto import DevtoChannel, body_of
from state.channels import Gone, Kind, Rejected
from tests.channels.far import opened
from tests.support.conformance import post_for
from tests.support.scripted_api import ScriptedApi

HOME = "https://example.org/blog/posts/screws/"
ARTICLE = """\
Screws hold.[[1]](#source-1) Glue doesn't.[[2]](#source-2) Screws again.[[1]](#source-1)

::: offer
Sponsored. A kit: [buy it](https://shop.example/kit?utm_source=x "sponsored")
:::

Code: `::: offer` stays.

## Sources

1. A. Smith, *On Screws*, <https://example.org/a>
2. B. Jones, "Glue"
"""


@pytest.fixture
async def channel(api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DevtoChannel]:
    channel = opened("devto", api.url, tmp_path, monkeypatch)
    assert isinstance(channel, DevtoChannel)
    yield channel
    await channel.aclose()


def test_our_markdown_becomes_what_a_forem_renders() -> None:
    """The offer is a paragraph with its disclosure and its link, sources are footnotes, and the rest stays as it was."""
    assert body_of(post_for("devto", text=ARTICLE, canonical=HOME)) == (
        "Screws hold.[^1] Glue doesn't.[^2] Screws again.[^1]\n\n"
        'Sponsored. A kit: [buy it](https://shop.example/kit?utm_source=x "sponsored")\n\n'
        "Code: `::: offer` stays.\n\n"
        '[^1]: A. Smith, *On Screws*, <https://example.org/a>\n\n[^2]: B. Jones, "Glue"'
    )


@pytest.mark.parametrize("tag", ["{% embed https://evil.example %}", "{{ page.secret }}", "{%- raw -%}"])
def test_a_quoted_liquid_tag_isnt_obeyed(tag: str) -> None:
    """A source's words can't make the Forem embed or run anything: no tag of theirs is left."""
    body = body_of(post_for("devto", text=f"She wrote “{tag}” there.", canonical=HOME))
    assert "{%" not in body
    assert "{{" not in body


def test_an_offer_that_never_closes_stays_text() -> None:
    """What our own site shows as text is text here too."""
    text = "One.\n\n::: offer\nnever closed"
    assert body_of(post_for("devto", text=text, canonical=HOME)) == text


async def test_an_article_with_a_home_is_found_by_it(channel: DevtoChannel, api: ScriptedApi) -> None:
    """The canonical URL is sent and found by, and no marker is left in the text."""
    post = post_for("devto", canonical=HOME)
    receipt = await channel.send(post)
    (held,) = api.shown("devto")
    assert (held.fields["canonical_url"], held.text) == (HOME, post.text)
    assert await channel.find(post) == receipt
    assert await channel.find(post.model_copy(update={"canonical": f"{HOME}other/"})) is None


async def test_a_copy_that_becomes_the_home_names_no_other(channel: DevtoChannel, api: ScriptedApi) -> None:
    """When the article that it was a copy of is taken down, it is changed to have no canonical URL but its own, and is found so."""
    post = post_for("devto", canonical=HOME)
    receipt = await channel.send(post)
    alone = post.model_copy(update={"canonical": None})
    assert await channel.edit(alone, receipt.remote_id) == receipt
    (held,) = api.shown("devto")
    assert held.fields["canonical_url"] is None
    assert await channel.find(alone) == receipt


async def test_an_article_that_is_there_in_other_words_is_refused(channel: DevtoChannel, api: ScriptedApi) -> None:
    """A second article with the same canonical URL is refused by the Forem, and says why."""
    await channel.send(post_for("devto", canonical=HOME))
    other = post_for("devto", canonical=HOME, text="Other words.")
    assert await channel.find(other) is None
    with pytest.raises(Rejected, match="already been taken"):
        await channel.send(other)


async def test_an_article_is_found_behind_many_others(
    channel: DevtoChannel, api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look-up reads page after page of one's own articles, drafts among them."""
    monkeypatch.setattr("channels.devto.PAGE", 3)
    receipt = await channel.send(post_for("devto", 1))
    for number in range(2, 9):
        await channel.send(post_for("devto", number))
    assert await channel.find(post_for("devto", 1)) == receipt


async def test_comments_and_counts_are_read(channel: DevtoChannel, api: ScriptedApi) -> None:
    """Reactions, views and comments are counted, and each comment is told with what it answers; ours is known."""
    receipt = await channel.send(post_for("devto"))
    answer = {
        "id_code": "b2",
        "created_at": "2025-11-22T14:00:00Z",
        "body_html": "<p>Thanks!</p>",
        "user": {"username": "flywheel"},
        "children": [],
    }
    comment = {
        "id_code": "a1",
        "created_at": "2025-11-22T13:00:00Z",
        "body_html": "<p>Which <em>screws</em>?</p>",
        "user": {"username": "ada"},
        "children": [answer],
    }
    api.store.posts[0].fields["comments"] = [comment]
    told = await channel.engagement(receipt.remote_id)
    assert told.counts == {Kind.REPLY: 1, Kind.LIKE: 3, Kind.VIEW: 41}
    assert [(r.remote_id, r.author, r.text, r.to, r.ours) for r in told.responses] == [
        ("a1", "ada", "Which screws?", receipt.remote_id, False),
        ("b2", "flywheel", "Thanks!", "a1", True),
    ]
    await channel.delete(receipt.remote_id)
    with pytest.raises(Gone):
        await channel.engagement(receipt.remote_id)
