"""Release: the exact posts for each channel. A template: publishing fills the declared slots and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from pydantic import Field

from state.base import Frozen, Line, Prose, digest_of
from state.channels import RULES
from state.choices import Choice
from state.contracts.base import Contract
from state.contracts.disclosing import offers_keep_their_disclosure
from state.contracts.fitting import (
    SEPARATOR,
    SLOT,
    articles_have_a_name,
    images_have_alt_text,
    images_suit_their_channel,
    posts_can_be_parted,
    posts_fit_their_channel,
)
from state.contracts.linking import own_hosts
from state.contracts.monetized import MonetizedDraft
from state.contracts.telling import (
    links_are_allowed,
    quotes_stay_quoted,
    says_no_more_than_the_draft,
    sentences_name_their_source,
)
from state.contracts.tracing import PostSentence
from state.contracts.windows import windows_can_be_met
from state.facts import Facts
from state.markup import raw_html
from state.text import markers
from state.typography import hidden
from state.violations import Check, Violation

__all__ = [
    "CHECKS",
    "SEPARATOR",
    "SLOT",
    "Image",
    "Post",
    "PostSentence",
    "Release",
    "Slot",
    "Window",
    "articles_have_a_name",
    "home_of",
    "images_have_alt_text",
    "images_suit_their_channel",
    "is_addressed",
    "links_are_allowed",
    "offers_keep_their_disclosure",
    "own_hosts",
    "posts_can_be_parted",
    "posts_fit_their_channel",
    "says_no_more_than_the_draft",
    "sentences_name_their_source",
    "windows_can_be_met",
]

SlotName = Literal["canonical", "parent"]
_BRACES = re.compile(r"\{\w*\}")
_REFERENCE_LIKE = re.compile(r"\[\[(\d+)\]\]\(#source-(\d+)\)")


class Slot(Frozen):
    """A place that publishing fills. `reserve` is how many characters it may take."""

    name: SlotName
    reserve: int = Field(gt=0)


class Image(Frozen):
    path: str
    """Below the workspace's media/."""
    alt: str
    sha256: str = Field(default="", exclude_if=lambda digest: not digest)
    """Of the file as it was when a person named it; another that lies there when the post goes out was approved by nobody."""


class Window(Frozen):
    """When a post may go out; moving it inside voids no approval. None is open."""

    not_before: datetime | None = None
    not_after: datetime | None = None


class Post(Frozen):
    id: str = Field(pattern=r"^[a-z]+(-\d+)?$")
    channel: str
    title: Line | None = None
    slug: str | None = Field(default=None, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    summary: Line | None = None
    text: Prose
    sentences: tuple[PostSentence, ...]
    slots: tuple[Slot, ...] = ()
    depends_on: tuple[str, ...] = ()
    """Posts that must be out before it. An article that waits for another is a copy of it, and names it as the original."""
    reply_to: str | None = None
    """The post of this release that it answers."""
    window: Window = Window()
    images: tuple[Image, ...] = ()


class Release(Contract):
    """Its parent is the MonetizedDraft."""

    version: Literal["release/1"] = "release/1"
    piece: str
    posts: tuple[Post, ...] = Field(min_length=1)
    dropped: tuple[str, ...] = ()
    """Channels that a reviewer took out."""
    decided: tuple[str, ...] = ()
    """Sentences, titles and summaries that a reviewer wrote. Nobody else can put one here."""
    amends: str = Field(default="", exclude_if=lambda digest: not digest)
    """Digest of the published Release that this one takes the place of; empty, and left out of a dump, for a piece's first."""
    choices: tuple[Choice, ...] = Field(default=(), exclude_if=lambda choices: not choices)
    """The times of day that were drawn by what paid, and what is known of the channels. Left out of a dump when there are none."""


def _monetized(facts: Facts) -> MonetizedDraft:
    if facts.monetized is None:
        raise ValueError("a Release is checked against its MonetizedDraft, and there is none")
    return facts.monetized


def comes_from_this_draft(release: Release, facts: Facts) -> tuple[Violation, ...]:
    if release.parent == digest_of(_monetized(facts)) and release.piece == facts.piece:
        return ()
    return (
        Violation(
            code="release.parent",
            where="parent",
            message="It was not made from the MonetizedDraft as it stands.",
            fix="Make it again from there.",
        ),
    )


def posts_hang_together(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Ids are unique; a post waits for posts of this release that stand before it, and answers one of its own channel; every
    channel has its posts.
    """
    found: list[Violation] = []
    seen: dict[str, str] = {}
    for post in release.posts:
        needs = {*post.depends_on, *((post.reply_to,) if post.reply_to else ())}
        stray = post.reply_to is not None and seen.get(post.reply_to) != post.channel
        if post.id in seen or stray or not needs <= set(seen):
            found.append(
                Violation(
                    code="release.order",
                    where=f"post {post.id}",
                    message="Its id is taken, or it waits for a post that isn't before it, or answers one elsewhere.",
                    fix="Number the posts in the order in which they go out.",
                )
            )
        seen[post.id] = post.channel
    wanted = facts.assignment.channels if facts.assignment else ()
    have = {p.channel for p in release.posts}
    found += [
        Violation(
            code="release.channel-missing", where=f"channel {c}", message="There is no post for it.", fix="Write one."
        )
        for c in wanted
        if c not in have and c not in release.dropped
    ]
    found += [
        Violation(
            code="release.channel-unasked",
            where=f"channel {c}",
            message="The Assignment doesn't name it.",
            fix="Leave it out.",
        )
        for c in sorted(have)
        if c not in wanted
    ]
    found += [
        Violation(
            code="release.thread-length", where=f"channel {c}", message=f"More than {most} posts.", fix="Say less."
        )
        for c in sorted(have)
        if sum(p.channel == c for p in release.posts) > (most := _most(c, facts))
    ]
    return tuple(found)


def _most(channel: str, facts: Facts) -> int:
    """Posts that a channel may have: one, where it has no threads."""
    single = channel in RULES and not RULES[channel].threads
    return 1 if single else facts.settings.contracts.release.max_parts


def slots_are_declared(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Each slot in a text is declared, and there is a post before it that will fill it; a short post has no other braces."""
    found = []
    for post in release.posts:
        used, declared = set(SLOT.findall(post.text)), {s.name for s in post.slots}
        fillable = "canonical" not in used or home_of(post, release.posts) is not None
        if not fillable and used == declared:
            found.append(
                Violation(
                    code="release.slot",
                    where=f"post {post.id}",
                    message="It links to the article, and this release has none that goes out before it.",
                    fix="Take {canonical} out of it, or keep the article.",
                )
            )
        elif used != declared or ("parent" in used and not post.reply_to):
            found.append(
                Violation(
                    code="release.slot",
                    where=f"post {post.id}",
                    message=f"It uses {sorted(used)} and declares {sorted(declared)}.",
                    fix="Declare each slot that it uses, and the post that fills it.",
                )
            )
        stray = None if _is_article(post) else _BRACES.search(SLOT.sub("", post.text))
        if stray:
            found.append(
                Violation(
                    code="release.slot",
                    where=f"post {post.id}",
                    message=f"{stray.group()} is no slot, and would be published as it stands.",
                    fix="Use {canonical} or {parent}, or take it out.",
                )
            )
    return tuple(found)


def _is_article(post: Post) -> bool:
    return post.channel in RULES and RULES[post.channel].article


def is_addressed(post: Post) -> bool:
    """Whether it is an article at an address that others can link to."""
    return _is_article(post) and RULES[post.channel].addressed


def home_of(post: Post, posts: Iterable[Post]) -> Post | None:
    """The article that `post` leads to or, itself an article, is a copy of: the addressed one that it depends on.

    Its URL is what `{canonical}` becomes, and a copy's canonical address. None for the home itself.
    """
    return next((p for p in posts if p.id in post.depends_on and is_addressed(p)), None)


def nothing_is_left_over(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """No marker, no HTML, nothing that a reader can't see; a reference in an article leads to its list of sources."""
    sources = {str(n) for n in range(1, len(_monetized(facts).citations) + 1)}
    return tuple(
        Violation(
            code="release.left-over",
            where=f"post {post.id}",
            message=f"There is {what} in it.",
            fix="Take it out: it means nothing to a reader, or something else than was checked.",
        )
        for post in release.posts
        for what in _left_over(post, sources if _is_article(post) else set())
    )


def _left_over(post: Post, sources: set[str]) -> Iterator[str]:
    whole = "\n\n".join(t for t in (post.title, post.summary, post.text) if t)
    yield from (f"the marker [{ref}]" for ref in markers(whole))
    yield from (
        f"the reference {m.group()}" for m in _REFERENCE_LIKE.finditer(whole) if m[1] != m[2] or m[1] not in sources
    )
    unseen, html = (
        hidden("\n\n".join([whole, *(i.alt for i in post.images)])),
        raw_html(whole) if _is_article(post) else None,
    )
    if unseen:
        yield f"a hidden {unseen}"
    if html:
        yield f"HTML, `{html}`,"


def offers_are_live(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Each offer that a post links to is live today, and no other piece was approved with the last of it before. A correction of what
    is published long since may keep its link.
    """
    return () if release.amends else tuple(_expired(release, facts))


def _expired(release: Release, facts: Facts) -> Iterator[Violation]:
    for insertion in _monetized(facts).insertions:
        offer = facts.offers.get(insertion.offer)
        if offer is None or not offer.live_on(facts.now.date()):
            yield Violation(
                code="release.offer-expired",
                where=f"offer {insertion.offer}",
                message="It is not live today.",
                fix="Send the piece back to REVENUE, or change the dates in offers.toml.",
            )
        elif offer.left_over(facts.placed.get(offer.id, ()), facts.now) == 0:
            yield Violation(
                code="release.offer-used-up",
                where=f"offer {insertion.offer}",
                message="Other pieces were approved with it before this one, as often as may be.",
                fix="Send the piece back to REVENUE, or raise its bound in offers.toml.",
            )


CHECKS: tuple[Check, ...] = (
    comes_from_this_draft,
    posts_hang_together,
    posts_fit_their_channel,
    articles_have_a_name,
    posts_can_be_parted,
    slots_are_declared,
    nothing_is_left_over,
    sentences_name_their_source,
    says_no_more_than_the_draft,
    quotes_stay_quoted,
    links_are_allowed,
    offers_keep_their_disclosure,
    offers_are_live,
    images_have_alt_text,
    images_suit_their_channel,
    windows_can_be_met,
)
