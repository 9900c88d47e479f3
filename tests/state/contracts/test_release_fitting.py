"""The Release: how its posts fit where they go, as each channel counts."""

from __future__ import annotations

from typing import Any

import pytest

from state.channels import RULES
from state.contracts.fitting import (
    articles_have_a_name,
    images_have_alt_text,
    images_suit_their_channel,
    posts_can_be_parted,
    posts_fit_their_channel,
)
from state.contracts.release import Image, Release, nothing_is_left_over
from state.limits import rules_of
from state.settings import ChannelSettings
from tests.state.pieces import SETTINGS, Chain, Known, broken, fails, told, vary

FAMILY = "👨‍👩‍👧‍👦"
KSHA = "क्ष"
"""Two consonants joined: one cluster, three code points, nine bytes."""
ALEF = "א"


def elsewhere(made: Chain, post: str, channel: str, **fields: Any) -> Release:
    """The Release with one of its posts on another channel."""
    return made.posting(post, channel=channel, **fields)


def limited(made: Chain, **limits: int) -> Known:
    """The Facts of a workspace whose servers named limits of their own."""
    channels = tuple(ChannelSettings(name=name, limit=limit) for name, limit in limits.items())
    return made.knowing(settings=vary(SETTINGS, channels=channels))


def test_a_channel_without_rules(made: Chain) -> None:
    """A post that nobody can measure is named."""
    violation = broken(posts_fit_their_channel, made.posting("bluesky-1", channel="gopher"), made.facts)
    assert told(violation) == fails("release.channel", "post bluesky-1")


@pytest.mark.parametrize(
    ("post", "text", "fits"),
    [
        ("bluesky-1", "x" * 300, True),
        ("bluesky-1", "x" * 301, False),
        ("bluesky-1", FAMILY * 120, True),
        ("bluesky-1", FAMILY * 121, False),
        ("bluesky-1", KSHA * 300, True),
        ("bluesky-1", KSHA * 301, False),
        ("bluesky-1", ALEF * 300, True),
        ("bluesky-1", ALEF * 301, False),
        ("bluesky-2", f"{'x' * 240}{{canonical}}", True),
        ("bluesky-2", f"{'x' * 241}{{canonical}}", False),
        ("mastodon-1", FAMILY * 500, True),
        ("mastodon-1", FAMILY * 501, False),
        ("mastodon-1", KSHA * 500, True),
        ("mastodon-1", KSHA * 501, False),
        ("mastodon-1", f"{'x' * 476} {{canonical}}", True),
        ("mastodon-1", f"{'x' * 478} {{canonical}}", False),
    ],
)
def test_a_post_that_is_too_long(post: str, text: str, fits: bool, made: Chain) -> None:
    """Each channel counts in its own way, clusters as one where it does, with each slot as long as it can get."""
    found = posts_fit_their_channel(made.posting(post, text), made.facts)
    assert [told(v) for v in found] == ([] if fits else [fails("release.too-long", f"post {post}")])


def test_what_to_cut(made: Chain) -> None:
    """What is too long says by how much, in the channel's own unit, and names a sentence without which it would fit."""
    text = f"It pays to look. {'x' * 284} Nobody had held a gauge to it."
    violation = broken(posts_fit_their_channel, made.posting("bluesky-1", text), made.facts)
    assert violation.message == "bluesky counts 332 graphemes of at most 300."
    assert violation.fix.startswith("Cut 32: leaving out “")
    assert violation.fix.endswith("would do, or move a sentence to the next post.")
    heavy = broken(posts_fit_their_channel, made.posting("bluesky-1", FAMILY * 125), made.facts)
    assert (heavy.message, heavy.fix) == (
        "bluesky counts 3125 bytes of at most 3000.",
        "Cut 125, or move a sentence to the next post.",
    )


def test_a_post_alone_has_no_next(made: Chain) -> None:
    """Where there are no threads, nobody is told to move a sentence on."""
    release = elsewhere(made, "mastodon-1", "linkedin", text="x" * 3001)
    assert broken(posts_fit_their_channel, release, made.facts).fix == "Cut 1."


@pytest.mark.parametrize(("limit", "length", "fits"), [(5000, 5000, True), (5000, 5001, False), (240, 241, False)])
def test_a_server_with_a_limit_of_its_own(limit: int, length: int, fits: bool, made: Chain) -> None:
    """What the server said when the piece began holds, be it more or less than the channel's rules."""
    found = posts_fit_their_channel(made.posting("mastodon-1", "x" * length), limited(made, mastodon=limit))
    assert [v.code for v in found] == ([] if fits else ["release.too-long"])


def test_only_what_a_server_said_is_other(made: Chain) -> None:
    """The rules of the rest, and the rest of the rules, stay."""
    settings = limited(made, mastodon=5000).settings
    assert rules_of(settings, "mastodon") == vary(RULES["mastodon"], limit=5000)
    assert rules_of(settings, "bluesky") == RULES["bluesky"]
    with pytest.raises(KeyError):
        rules_of(settings, "gopher")


@pytest.mark.parametrize("fields", [{"title": None}, {"slug": None}])
def test_an_article_without_a_name(fields: dict[str, None], made: Chain) -> None:
    """An article has a title and a slug; a short post needs neither."""
    violation = broken(articles_have_a_name, made.posting("site", **fields), made.facts)
    assert told(violation) == fails("release.untitled", "post site")


@pytest.mark.parametrize(("channel", "most"), [("devto", 128), ("email", 200), ("ghost", 255)])
def test_a_title_that_is_too_long(channel: str, most: int, made: Chain) -> None:
    """A title is held to what the channel takes of one; the site takes any."""
    fits = elsewhere(made, "site", channel, title="t" * most)
    assert articles_have_a_name(fits, made.facts) == ()
    violation = broken(articles_have_a_name, elsewhere(made, "site", channel, title="t" * (most + 2)), made.facts)
    assert told(violation) == fails("release.title-too-long", "post site")
    assert "Cut 2" in violation.fix
    assert articles_have_a_name(made.posting("site", title="t" * 999), made.facts) == ()


def test_a_line_that_parts_posts(made: Chain) -> None:
    """The line that parts posts in a review can't stand in one."""
    violation = broken(posts_can_be_parted, made.posting("bluesky-1", "It pays.\n\n-----\n\nTo look."), made.facts)
    assert told(violation) == fails("release.separator", "post bluesky-1")


@pytest.mark.parametrize(
    ("path", "alt", "good"),
    [
        ("media/bridge.jpg", "A bridge from below", True),
        ("media/bridge.jpg", " ", False),
        ("media/other.jpg", "A bridge", False),
        ("media/../secret.jpg", "A bridge", False),
    ],
)
def test_an_image_that_says_nothing(path: str, alt: str, good: bool, made: Chain) -> None:
    """An image lies in media/ and is described."""
    found = images_have_alt_text(made.posting("bluesky-1", images=[Image(path=path, alt=alt).model_dump()]), made.facts)
    assert [told(v) for v in found] == ([] if good else [fails("release.image", "post bluesky-1")])


@pytest.mark.parametrize(("channel", "most"), [("bluesky", 4), ("mastodon", 4), ("linkedin", 1), ("email", 0)])
def test_more_images_than_a_post_carries(channel: str, most: int, made: Chain) -> None:
    """Each channel takes so many images with a post, or none."""
    image = Image(path="media/bridge.jpg", alt="A bridge from below").model_dump()
    assert images_suit_their_channel(elsewhere(made, "mastodon-1", channel, images=[image] * most), made.facts) == ()
    more = elsewhere(made, "mastodon-1", channel, images=[image] * (most + 1))
    assert told(broken(images_suit_their_channel, more, made.facts)) == fails("release.images", "post mastodon-1")


def test_a_post_that_would_be_read_as_its_picture(made: Chain) -> None:
    """A short post doesn't begin as the line that names a picture in the review's text."""
    found = posts_can_be_parted(made.posting("bluesky-1", text="Image: a | b"), made.facts)
    assert [told(v) for v in found] == [fails("release.separator", "post bluesky-1")]


@pytest.mark.parametrize(("channel", "most"), [("mastodon", 1500), ("x", 1000), ("ghost", 191)])
def test_a_description_that_is_too_long(channel: str, most: int, made: Chain) -> None:
    """Of an image's description each takes so many characters."""
    for length, said in ((most, []), (most + 1, [fails("release.alt-too-long", "post mastodon-1")])):
        image = Image(path="media/bridge.jpg", alt="x" * length).model_dump()
        found = images_suit_their_channel(elsewhere(made, "mastodon-1", channel, images=[image]), made.facts)
        assert [told(v) for v in found] == said


@pytest.mark.parametrize("text", ["הגשר מזהיר שנים לפני שהוא נופל", "الجسر ينذر قبل سقوطه بسنوات", "پل می‌گوید"])
def test_a_text_from_right_to_left(text: str, made: Chain) -> None:
    """Letters that are read from right to left, and the joiners that spell Persian, are text like any other."""
    release = made.posting("bluesky-1", text)
    assert posts_fit_their_channel(release, made.facts) == ()
    assert nothing_is_left_over(release, made.facts) == ()
