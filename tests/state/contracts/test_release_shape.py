"""The Release: which posts there are, what they wait for, and how they fit where they go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from state.contracts.release import (
    Slot,
    comes_from_this_draft,
    home_of,
    is_addressed,
    nothing_is_left_over,
    offers_are_live,
    posts_hang_together,
    slots_are_declared,
)
from tests.state.pieces import COURSE, Chain, broken, fails, told, vary


@pytest.mark.parametrize("fields", [{"parent": "0" * 64}, {"piece": "piece-2"}])
def test_another_draft_or_piece(fields: dict[str, str], made: Chain) -> None:
    """One that names another parent, or another piece, isn't this one's."""
    violation = broken(comes_from_this_draft, vary(made.release, **fields), made.facts)
    assert told(violation) == fails("release.parent", "parent")


def test_no_draft_at_all(made: Chain) -> None:
    """Without a MonetizedDraft there is nothing to check against, and that is a mistake in the wiring."""
    with pytest.raises(ValueError, match="checked against its MonetizedDraft"):
        comes_from_this_draft(made.release, made.knowing(monetized=None))


@pytest.mark.parametrize(
    ("post", "fields"),
    [
        ("bluesky-2", {"id": "bluesky-1", "reply_to": None}),
        ("bluesky-2", {"reply_to": "bluesky-9"}),
        ("bluesky-1", {"reply_to": "bluesky-2"}),
        ("bluesky-1", {"depends_on": ["mastodon-1"]}),
        ("mastodon-1", {"reply_to": "bluesky-2"}),
        ("mastodon-1", {"depends_on": ["mastodon-1"]}),
    ],
)
def test_posts_out_of_order(post: str, fields: dict[str, Any], made: Chain) -> None:
    """An id that is taken, a wait for what comes later or never, and an answer to another channel are named."""
    violation = broken(posts_hang_together, made.posting(post, **fields), made.facts)
    assert told(violation) == fails("release.order", f"post {fields.get('id', post)}")


def test_a_channel_without_a_post(made: Chain) -> None:
    """A channel that was asked for has a post, unless a reviewer dropped it."""
    release = vary(made.release, posts=[p for p in made.release.posts if p.channel != "mastodon"])
    violation = broken(posts_hang_together, release, made.facts)
    assert told(violation) == fails("release.channel-missing", "channel mastodon")
    assert posts_hang_together(vary(release, dropped=("mastodon",)), made.facts) == ()


def test_two_posts_where_there_are_no_threads(made: Chain) -> None:
    """A channel without threads takes one post: a second would stand alone in front of readers."""
    posts = [p.model_dump() | ({"channel": "linkedin"} if p.channel == "bluesky" else {}) for p in made.release.posts]
    asked = made.knowing(assignment=vary(made.assignment, channels=("site", "linkedin", "mastodon")))
    violation = broken(posts_hang_together, vary(made.release, posts=posts), asked)
    assert told(violation) == fails("release.thread-length", "channel linkedin")


def test_a_channel_that_nobody_asked_for(made: Chain) -> None:
    """A post for a channel that the Assignment doesn't name is named."""
    asked = made.knowing(assignment=vary(made.assignment, channels=("site", "bluesky")))
    violation = broken(posts_hang_together, made.release, asked)
    assert told(violation) == fails("release.channel-unasked", "channel mastodon")


def test_a_thread_that_goes_on(made: Chain) -> None:
    """The workspace says how long a thread may be."""
    violation = broken(posts_hang_together, made.release, made.bounded("release", max_parts=1))
    assert told(violation) == fails("release.thread-length", "channel bluesky")


SLOTS = {
    "not declared": ("bluesky-1", {"text": "Read it all: {canonical}", "depends_on": ["site"]}),
    "declared in vain": ("bluesky-1", {"slots": [Slot(name="canonical", reserve=9).model_dump()]}),
    "nothing to fill it": ("bluesky-2", {"depends_on": []}),
    "filled by what has no page": ("bluesky-2", {"depends_on": ["bluesky-1"]}),
    "filled by a letter": ("bluesky-2", {"depends_on": ["email"]}),
    "a parent that isn't there": (
        "bluesky-1",
        {"text": "See {parent}", "slots": [Slot(name="parent", reserve=9).model_dump()]},
    ),
    "in an article": ("site", {"text": "Read it all: {canonical}"}),
    "no slot at all": ("bluesky-1", {"text": "Buy it for {price}."}),
    "empty braces": ("bluesky-1", {"text": "Buy it for {}."}),
}


@pytest.mark.parametrize(("post", "fields"), SLOTS.values(), ids=SLOTS)
def test_a_slot_that_stays_open(post: str, fields: dict[str, Any], made: Chain) -> None:
    """Each slot is declared and will be filled; what only looks like one would be published as it stands."""
    violation = broken(slots_are_declared, made.posting(post, **fields), made.facts)
    assert told(violation) == fails("release.slot", f"post {post}")


def test_a_letter_leads_to_the_page(made: Chain) -> None:
    """A letter is an article that others can't link to; it can link to the one that they can."""
    online = vary(
        made.release.posts[0],
        id="email",
        channel="email",
        text="[Read it online]({canonical})",
        slots=({"name": "canonical", "reserve": 60},),
        depends_on=("site",),
    )
    posts = (made.release.posts[0], online)
    assert slots_are_declared(vary(made.release, posts=posts), made.facts) == ()
    assert home_of(online, posts) == posts[0]
    assert home_of(posts[0], posts) is None
    assert not is_addressed(online)


def test_braces_in_an_article(made: Chain) -> None:
    """An article may speak of code."""
    assert slots_are_declared(made.posting("site", "Write `{name}` there."), made.facts) == ()


LEFT = {
    "a marker": ("site", "It pays to look [e1].", "[e1]"),
    "a note's marker": ("bluesky-1", "It pays to look [n1].", "[n1]"),
    "a reference in a short post": ("bluesky-1", "It pays to look [[1]](#source-1).", "[[1]](#source-1)"),
    "a reference to another source": ("site", "It pays to look [[1]](#source-2).", "[[1]](#source-2)"),
    "a number that poses as a reference": ("site", "It was in [[2018]](#source-2018).", "[[2018]](#source-2018)"),
    "HTML": ("site", 'See <a href="https://evil.example">this</a>.', '<a href="'),
    "an entity": ("site", "It cost &pound;9.", "&pound;"),
    "a hidden character": ("bluesky-1", "It pa\u200bys to look.", "zero width space"),
}


@pytest.mark.parametrize(("post", "text", "what"), LEFT.values(), ids=LEFT)
def test_what_is_left_over(post: str, text: str, what: str, made: Chain) -> None:
    """What means nothing to a reader, or can't be seen, is named."""
    violation = broken(nothing_is_left_over, made.posting(post, text), made.facts)
    assert told(violation) == fails("release.left-over", f"post {post}")
    assert what in violation.message


def test_what_is_left_over_in_a_summary(made: Chain) -> None:
    """Title and summary are published, too."""
    violation = broken(nothing_is_left_over, made.posting("site", summary="It pays [e1]."), made.facts)
    assert told(violation) == fails("release.left-over", "post site")
    assert nothing_is_left_over(made.posting("bluesky-1", "2 < 3 & so on"), made.facts) == ()


def test_an_offer_that_ended(made: Chain) -> None:
    """An offer that isn't live today, or that is gone, stops the posts."""
    late = made.knowing(now=datetime(2027, 1, 1, tzinfo=UTC))
    assert told(broken(offers_are_live, made.release, late)) == fails("release.offer-expired", "offer bridge-course")
    gone = made.knowing(offers={})
    assert told(broken(offers_are_live, made.release, gone)) == fails("release.offer-expired", "offer bridge-course")


def test_an_offer_that_others_used_up(made: Chain) -> None:
    """An offer whose last place another piece was approved with before stops the posts; a correction keeps its link."""
    capped = vary(COURSE, per_week=1)
    taken = made.knowing(offers={COURSE.id: capped}, placed={COURSE.id: (made.facts.now,)})
    assert told(broken(offers_are_live, made.release, taken)) == fails("release.offer-used-up", "offer bridge-course")
    assert offers_are_live(made.release, made.knowing(offers={COURSE.id: capped})) == ()
    assert offers_are_live(vary(made.release, amends="0" * 64), taken) == ()
