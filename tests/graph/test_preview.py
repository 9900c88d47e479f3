"""What each channel will show: the words that it will get, counted as it counts, and its article as its transport makes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from channels import SiteIdentity
from channels.html import article_html
from channels.render import post_page
from graph.preview import PostPreview, preview
from state.channels import RULES, OutgoingImage, OutgoingPost, measure
from state.contracts import Release
from state.contracts.release import Image
from state.links import tracked_url
from state.records import OutboxRow, PostState
from state.settings import ChannelSettings, Settings
from tests.agents.distribution.making import release_of
from tests.state.pieces import COURSE, IDENTITY, SETTINGS, Chain, chain, vary

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
PAGE = "https://upkeep.example/posts/what-a-bridge-says-before-it-falls-piece1/"


@pytest.fixture(scope="module")
def made() -> Chain:
    return chain()


@pytest.fixture
async def release(made: Chain) -> Release:
    return await release_of(made, *RULES)


def shown(
    release: Release, made: Chain, settings: Settings = SETTINGS, rows: tuple[OutboxRow, ...] = ()
) -> dict[str, PostPreview]:
    return {p.id: p for p in preview(release, made.monetized, settings, {row.post_id: row for row in rows}, NOON)}


def row_of(post: str, url: str | None) -> OutboxRow:
    return OutboxRow(
        key="a" * 32,
        piece="piece-1",
        post_id=post,
        channel=post.partition("-")[0],
        release="r",
        state=PostState.CONFIRMED,
        published_at=NOON,
        url=url,
        remote_id="1",
    )


async def test_every_post_is_shown_as_it_will_be(release: Release, made: Chain) -> None:
    """Each post's words are the Release's with its slots filled, and its count is the channel's own."""
    posts = shown(release, made)
    assert list(posts) == [p.id for p in release.posts]
    for post in release.posts:
        seen = posts[post.id]
        assert seen.text == post.text.replace("{canonical}", PAGE)
        assert (seen.limit, seen.unit) == (RULES[post.channel].limit, str(RULES[post.channel].counting))
        assert not seen.published
    plain = posts["bluesky-1"]
    assert plain.size == measure(plain.text, RULES["bluesky"])


async def test_what_publishing_fills_in_is_marked(release: Release, made: Chain) -> None:
    """An address that is only foreseen is marked as a slot; once the article is out it is a link like any other."""
    before = [s for s in shown(release, made)["linkedin-1"].spans if s.text == PAGE]
    assert [(s.kind, s.slot) for s in before] == [("link", True)]
    rows = (row_of("site", "https://upkeep.example/posts/elsewhere/"), row_of("linkedin-1", None))
    posts = shown(release, made, rows=rows)
    after = [s for s in posts["linkedin-1"].spans if "elsewhere" in s.text]
    assert [(s.kind, s.slot) for s in after] == [("link", False)]
    assert posts["linkedin-1"].published
    assert (posts["site"].published, posts["git"].published) == (True, False)


async def test_an_offers_link_is_marked(release: Release, made: Chain) -> None:
    """Where an offer's tracked link stands, a reviewer sees that it is one."""
    spans = shown(release, made)["linkedin-1"].spans
    assert [s.text for s in spans if s.kind == "offer"] == [tracked_url(COURSE, "piece-1", "linkedin")]


async def test_articles_are_what_their_transports_make(release: Release, made: Chain) -> None:
    """The site's page is the page, the others' the body that is sent, with the addresses in it."""
    posts = {p.id: p for p in release.posts}
    seen = shown(release, made)
    who = SiteIdentity(name=IDENTITY.name, base_url=IDENTITY.url, author=IDENTITY.author, language=IDENTITY.language)
    for name in ("site", "email"):
        post = posts[name]
        outgoing = OutgoingPost(
            key=row_of(name, None).key,
            piece="piece-1",
            channel=name,
            title=post.title,
            slug=post.slug,
            summary=post.summary,
            text=post.text.replace("{canonical}", PAGE),
            published_at=NOON,
            canonical=PAGE if name == "email" else None,
        )
        html = shown(release, made, rows=(row_of(name, None),))[name].html
        assert html == (post_page(outgoing, who) if name == "site" else article_html(outgoing))
    assert f'href="{PAGE}"' in seen["email"].html
    assert all(bool(p.html) == RULES[p.channel].article for p in seen.values())


async def test_where_the_copies_will_stand(release: Release, made: Chain) -> None:
    """An address is foreseen where the settings say enough, and each copy names its home."""
    channels = (ChannelSettings(name="wordpress", options=(("url", "https://blog.example.org/"),)),)
    seen = shown(release, made, vary(SETTINGS, channels=channels))
    assert seen["site"].address == PAGE
    assert seen["wordpress"].address == "https://blog.example.org/what-a-bridge-says-before-it-falls-piece1/"
    assert (seen["devto"].address, seen["email"].address, seen["bluesky-1"].address) == ("", "", "")
    assert {p.home for p in seen.values()} == {"site", ""}


async def test_a_home_whose_address_nobody_knows(made: Chain) -> None:
    """A slot that can't be foreseen stays a slot."""
    release = await release_of(made, "devto", "bluesky")
    last = shown(release, made)["bluesky-2" if len(release.posts) == 3 else release.posts[-1].id]
    assert [s.text for s in last.spans if s.slot] == ["{canonical}"]


async def test_a_servers_own_limit_is_shown(release: Release, made: Chain) -> None:
    """The count is held against what the server said when the piece began."""
    settings = vary(SETTINGS, channels=(ChannelSettings(name="mastodon", limit=5000),))
    assert shown(release, made, settings)["mastodon-1"].limit == 5000


def test_images_are_shown_with_their_words(made: Chain) -> None:
    """Images come along with their alt text."""
    image = Image(path="media/bridge.jpg", alt="A bridge from below").model_dump()
    release = made.posting("bluesky-1", images=[image])
    assert shown(release, made)["bluesky-1"].images == (
        OutgoingImage(path="media/bridge.jpg", alt="A bridge from below"),
    )


def test_no_word_is_lost_between_links(made: Chain) -> None:
    """A link ends where its sentence goes on, in whatever script, and the stretches make up the text."""
    text = "«https://upkeep.example/ü» הגשר (https://upkeep.example/z). 👨‍👩‍👧‍👦"
    seen = shown(made.posting("bluesky-1", text), made)["bluesky-1"]
    assert seen.text == text
    assert [s.text for s in seen.spans if s.kind == "link"] == ["https://upkeep.example/ü", "https://upkeep.example/z"]
