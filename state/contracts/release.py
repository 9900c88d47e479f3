"""Release: the exact posts for each channel. A template: publishing fills the declared slots and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field

from state.base import Frozen, Line, Prose, digest_of
from state.channels import RULES, over_limit
from state.contracts.base import Contract
from state.contracts.monetized import MonetizedDraft
from state.contracts.tracing import PostSentence, is_furniture, own_sentences
from state.facts import Facts
from state.offers import DISCLOSURES, tracked_url
from state.settings import Identity
from state.text import holds_verbatim, links, names, numbers, quotations, statements
from state.violations import Check, Violation

SlotName = Literal["canonical", "parent"]
SLOT = re.compile(r"\{(canonical|parent)\}")
SEPARATOR = "-----"
"""Stands alone on a line between the posts of one channel in the review's text."""


class Slot(Frozen):
    """A place that publishing fills. `reserve` is how many characters it may take."""

    name: SlotName
    reserve: int = Field(gt=0)


class Image(Frozen):
    path: str
    """Below the workspace's media/."""
    alt: str


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
    """Ids are unique; a post waits for posts of this release that stand before it; every channel has its posts."""
    found: list[Violation] = []
    seen: list[str] = []
    for post in release.posts:
        needs = {*post.depends_on, *((post.reply_to,) if post.reply_to else ())}
        if post.id in seen or not needs <= set(seen):
            found.append(
                Violation(
                    code="release.order",
                    where=f"post {post.id}",
                    message="Its id is taken, or it waits for a post that isn't before it.",
                    fix="Number the posts in the order in which they go out.",
                )
            )
        seen.append(post.id)
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
    most = facts.settings.contracts.release.max_parts
    found += [
        Violation(
            code="release.thread-length", where=f"channel {c}", message=f"More than {most} posts.", fix="Say less."
        )
        for c in sorted(have)
        if sum(p.channel == c for p in release.posts) > most
    ]
    return tuple(found)


def posts_fit_their_channel(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Within the limit as the channel counts, each slot at its full length; an article has title and slug."""
    found = []
    for post in release.posts:
        rules = RULES.get(post.channel)
        if rules is None:
            found.append(
                Violation(
                    code="release.channel",
                    where=f"post {post.id}",
                    message=f"No rules for {post.channel!r}.",
                    fix="Drop it.",
                )
            )
            continue
        too_long = over_limit(_filled(post), rules)
        if too_long:
            found.append(
                Violation(
                    code="release.too-long",
                    where=f"post {post.id}",
                    message=f"{post.channel} counts {too_long}.",
                    fix="Shorten it, or move a sentence to the next post.",
                )
            )
        if rules.article and not (post.title and post.slug):
            found.append(
                Violation(
                    code="release.untitled",
                    where=f"post {post.id}",
                    message="An article needs a title and a slug.",
                    fix="Give it both.",
                )
            )
        if re.search(rf"^{SEPARATOR}\s*$", post.text, re.MULTILINE):
            found.append(
                Violation(
                    code="release.separator",
                    where=f"post {post.id}",
                    message=f"A line is {SEPARATOR}.",
                    fix="Take it out.",
                )
            )
    return tuple(found)


def _filled(post: Post) -> str:
    """The text as long as it can get."""
    reserve: dict[str, int] = {s.name: s.reserve for s in post.slots}
    return SLOT.sub(lambda m: "https://" + "x" * max(0, reserve.get(m[1], 0) - 8), post.text)


def slots_are_declared(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Each slot in a text is declared, and there is a post before it that will fill it."""
    found = []
    for post in release.posts:
        used, declared = set(SLOT.findall(post.text)), {s.name for s in post.slots}
        fillable = bool(post.depends_on) if "canonical" in used else True
        if used != declared or not fillable or ("parent" in used and not post.reply_to):
            found.append(
                Violation(
                    code="release.slot",
                    where=f"post {post.id}",
                    message=f"It uses {sorted(used)} and declares {sorted(declared)}.",
                    fix="Declare each slot that it uses, and the post that fills it.",
                )
            )
    return tuple(found)


def sentences_name_their_source(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Each sentence of each post names sentences of the draft that exist; furniture is furniture."""
    monetized = _monetized(facts)
    known = {*own_sentences(monetized), "furniture", "decision"}
    found = []
    for post in release.posts:
        if tuple(s.text for s in statements(post.text)) != tuple(s.text for s in post.sentences):
            found.append(
                Violation(
                    code="release.sentences",
                    where=f"post {post.id}",
                    message="Its list of sentences is not its text.",
                    fix="Name a source for each sentence.",
                )
            )
        for s in post.sentences:
            strange = [ref for ref in s.sources if ref not in known]
            if strange or ("furniture" in s.sources and not is_furniture(s.text, monetized)):
                found.append(
                    Violation(
                        code="release.no-source",
                        where=f"post {post.id}",
                        message=f"“{s.text[:80]}” comes from nowhere.",
                        fix="Use a sentence of the draft.",
                    )
                )
        whole = " ".join(own_sentences(monetized).values())
        for part in (post.title, post.summary):
            if part and not holds_verbatim(whole, part):
                found.append(
                    Violation(
                        code="release.no-source",
                        where=f"post {post.id}",
                        message=f"“{part[:80]}” is not in the draft.",
                        fix="Use the draft's title, and its first sentences as a summary.",
                    )
                )
    return tuple(found)


def says_no_more_than_the_draft(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """No number, name or quotation that the MonetizedDraft hasn't; declared furniture aside."""
    monetized = _monetized(facts)
    told = " \n ".join(own_sentences(monetized).values())
    known_numbers, folded = numbers(told), told.casefold()
    found = []
    for post in release.posts:
        for s in post.sentences:
            if "furniture" in s.sources:
                continue
            more = sorted(numbers(s.text) - known_numbers)
            more += [n for n in sorted(names(s.text)) if n.casefold() not in folded and n not in told]
            more += [q for q in quotations(s.text) if not holds_verbatim(told, q)]
            if more:
                found.append(
                    Violation(
                        code="release.new-claim",
                        where=f"post {post.id}",
                        message=f"The draft doesn't say {', '.join(more)}.",
                        fix="Say only what the draft says.",
                    )
                )
    return tuple(found)


def links_are_allowed(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Each link is evidence's, an offer's tracked one, the author's own, a slot or a place in the text."""
    monetized = _monetized(facts)
    cited = {c.url for c in monetized.citations if c.url}
    hosts = own_hosts(facts.settings.identity)
    found = []
    for post in release.posts:
        offers = {
            tracked_url(o, facts.piece, post.channel) for i in monetized.insertions if (o := facts.offers.get(i.offer))
        }
        found += [
            Violation(
                code="release.link",
                where=f"post {post.id}",
                message=f"{url} is neither evidence, offer nor the author's.",
                fix="Take it out, or add the host to [identity] domains in flywheel.toml.",
            )
            for url in links(post.text)
            if url not in cited | offers
            and not url.startswith(("#source-", "{"))
            and urlsplit(url).hostname not in hosts
        ]
    return tuple(found)


def own_hosts(identity: Identity) -> frozenset[str | None]:
    return frozenset({urlsplit(identity.url).hostname, *identity.domains})


def offers_keep_their_disclosure(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Where a post links to an offer, the words that its class wants stand before the link."""
    found = []
    for post in release.posts:
        for offer in facts.offers.values():
            at, needed = post.text.find(tracked_url(offer, facts.piece, post.channel)), DISCLOSURES[offer.disclosure]
            if at >= 0 and needed not in post.text[:at]:
                found.append(
                    Violation(
                        code="release.disclosure",
                        where=f"post {post.id}",
                        message=f"The link to {offer.name} is not disclosed.",
                        fix=f"Put “{needed}” before it.",
                    )
                )
    return tuple(found)


def offers_are_live(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Each offer that a post links to is live today."""
    return tuple(_expired(release, facts))


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


def images_have_alt_text(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Each image lies in the workspace's media/ and says in words what it shows."""
    return tuple(
        Violation(
            code="release.image",
            where=f"post {post.id}",
            message=f"{image.path} is missing, or has no alt text.",
            fix="Put the file into media/ and describe it.",
        )
        for post in release.posts
        for image in post.images
        if image.path not in facts.media or not image.alt.strip()
    )


CHECKS: tuple[Check, ...] = (
    comes_from_this_draft,
    posts_hang_together,
    posts_fit_their_channel,
    slots_are_declared,
    sentences_name_their_source,
    says_no_more_than_the_draft,
    links_are_allowed,
    offers_keep_their_disclosure,
    offers_are_live,
    images_have_alt_text,
)
