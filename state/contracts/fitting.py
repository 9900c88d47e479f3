"""How a Release's posts fit where they go: lengths as the channel counts, titles, images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from state.channels import RULES, ChannelRules, measure
from state.contracts.tracing import FURNITURE
from state.facts import Facts
from state.limits import rules_of
from state.violations import Violation

if TYPE_CHECKING:
    from state.contracts.release import Post, Release

SLOT = re.compile(r"\{(canonical|parent)\}")
SEPARATOR = "-----"
"""Stands alone on a line between the posts of one channel in the review's text."""
IMAGE = "Image:"
"""Begins a line of the review's text that names an image, and says what it shows."""
WINDOW = "Window:"
"""Begins the one that says from when to when a channel's posts may go out."""
HEAD = (IMAGE, WINDOW)
"""What the lines above a short post begin with."""
_SEPARATING = re.compile(rf"^{SEPARATOR}\s*$", re.MULTILINE)


def _ruled(release: Release, facts: Facts) -> Iterator[tuple[Post, ChannelRules]]:
    """Each post with the rules of its channel; those of no channel of ours left out."""
    yield from ((p, rules_of(facts.settings, p.channel)) for p in release.posts if p.channel in RULES)


def posts_fit_their_channel(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Within the limits as the channel counts, each slot at its full length; a channel without rules can't be measured against."""
    strangers = [
        Violation(
            code="release.channel",
            where=f"post {p.id}",
            message=f"No rules for {p.channel!r}.",
            fix="Drop the channel.",
        )
        for p in release.posts
        if p.channel not in RULES
    ]
    return (*strangers, *(v for post, rules in _ruled(release, facts) for v in _too_long(post, rules)))


def _too_long(post: Post, rules: ChannelRules) -> Iterator[Violation]:
    """By the limit that it is over by most, with what to cut."""
    text = filled(post)
    sizes = (
        (measure(text, rules), rules.limit, str(rules.counting)),
        (len(text.encode()), rules.byte_limit, "bytes"),
    )
    over = [(size - limit, size, limit, unit) for size, limit, unit in sizes if limit is not None and size > limit]
    for excess, size, limit, unit in over[:1]:
        yield Violation(
            code="release.too-long",
            where=f"post {post.id}",
            message=f"{post.channel} counts {size} {unit} of at most {limit}.",
            fix=f"Cut {excess}{_for_example(post, rules, excess)}{_or_move(rules)}.",
        )


def _for_example(post: Post, rules: ChannelRules, excess: int) -> str:
    """The shortest sentence without which the post would fit."""
    own = (s.text for s in post.sentences if FURNITURE not in s.sources)
    enough = sorted((size, text) for text in own if (size := measure(text, rules)) >= excess)
    return f": leaving out “{_short(enough[0][1])}” would do" if enough and len(post.sentences) > 1 else ""


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _or_move(rules: ChannelRules) -> str:
    return ", or move a sentence to the next post" if rules.threads else ""


def filled(post: Post) -> str:
    """The text as long as it can get, with a URL where there will be one, as some channels count those in their own way."""
    reserve: dict[str, int] = {s.name: s.reserve for s in post.slots}
    return SLOT.sub(lambda m: stand_in(reserve.get(m[1], 0)), post.text)


def stand_in(length: int) -> str:
    """A URL of so many characters. Its domain is one that there is: X counts no other as a URL."""
    return f"https://example.org/{'x' * length}"[:length]


def articles_have_a_name(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """An article has a title that its channel takes, and a slug."""
    found = []
    for post, rules in _ruled(release, facts):
        if rules.article and not (post.title and post.slug):
            found.append(
                Violation(
                    code="release.untitled",
                    where=f"post {post.id}",
                    message="An article needs a title and a slug.",
                    fix="Give it both.",
                )
            )
        excess = len(post.title or "") - (rules.title_limit or len(post.title or ""))
        if excess > 0:
            found.append(
                Violation(
                    code="release.title-too-long",
                    where=f"post {post.id}",
                    message=f"Its title has {len(post.title or '')} characters, and {post.channel} takes {rules.title_limit}.",
                    fix=f"Cut {excess}: keep the first words of the title, or a whole part of it.",
                )
            )
    return tuple(found)


def posts_can_be_parted(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """No line of a post is the one that stands between posts in a review, and no short one begins as a line above it does."""
    named = tuple(
        Violation(
            code="release.separator",
            where=f"post {post.id}",
            message=f"It begins with {label}, which names {'a picture' if label == IMAGE else 'when it goes out'}.",
            fix="Begin otherwise.",
        )
        for post in release.posts
        for label in HEAD
        if not post.title and post.text.startswith(label)
    )
    return named + tuple(
        Violation(
            code="release.separator", where=f"post {post.id}", message=f"A line is {SEPARATOR}.", fix="Take it out."
        )
        for post in release.posts
        if _SEPARATING.search(post.text)
    )


def images_have_alt_text(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Each image lies in the workspace's media/ and says in words what it shows."""
    return tuple(
        Violation(
            code="release.image",
            where=f"post {post.id}",
            message=f"{image.path} is missing, is no picture, or has no alt text.",
            fix="Put the file into media/ and describe it.",
        )
        for post in release.posts
        for image in post.images
        if image.path not in facts.media or not image.alt.strip()
    )


def images_suit_their_channel(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """No more images than the channel takes with one post, each described in as many characters as it takes."""
    return tuple(v for post, rules in _ruled(release, facts) for v in _images(post, rules))


def _images(post: Post, rules: ChannelRules) -> Iterator[Violation]:
    if len(post.images) > rules.images:
        yield Violation(
            code="release.images",
            where=f"post {post.id}",
            message=f"It has {len(post.images)} images, and {post.channel} takes {rules.images or 'none'}.",
            fix=f"Keep {rules.images}." if rules.images else "Take them out.",
        )
    for image in post.images:
        if rules.alt_limit is not None and len(image.alt) > rules.alt_limit:
            yield Violation(
                code="release.alt-too-long",
                where=f"post {post.id}",
                message=f"{image.path} is described in {len(image.alt)} characters, and {post.channel} takes {rules.alt_limit}.",
                fix=f"Cut {len(image.alt) - rules.alt_limit}.",
            )
