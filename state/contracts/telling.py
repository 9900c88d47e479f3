"""What a Release's posts say and where they lead, held against the MonetizedDraft. Their shape is judged in release.py."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Protocol

from state.channels import RULES
from state.contracts.draft import RUN
from state.contracts.linking import strange_domains, strange_links
from state.contracts.monetized import MonetizedDraft
from state.contracts.prose import SCARE_QUOTE
from state.contracts.tracing import COUNTER, FURNITURE, PostSentence, is_furniture, listed_sources, own_sentences
from state.facts import Facts
from state.links import link_on, tracked_url
from state.markup import linked, unlinked
from state.offers import Offer
from state.text import (
    holds_verbatim,
    loose_mark,
    names,
    numbers,
    quotations,
    shared_run,
    statements,
    unquoted,
    words,
)
from state.violations import Violation

if TYPE_CHECKING:
    from state.contracts.release import Post, Release

_SLOT = re.compile(r"\{(?:canonical|parent)\}")
SHORTEST = 6
"""Words that a quotation must have to count as somebody's wording when it stands without its marks."""
_SPONSORED = "sponsored"
"""The one title that a link may have: the site makes `rel="sponsored"` of it."""


class Said(Protocol):
    """What a post and a reply have in common."""

    @property
    def text(self) -> str: ...
    @property
    def sentences(self) -> tuple[PostSentence, ...]: ...


def _monetized(facts: Facts) -> MonetizedDraft:
    if facts.monetized is None:
        raise ValueError("a Release is checked against its MonetizedDraft, and there is none")
    return facts.monetized


def sentences_name_their_source(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Each sentence of each post names sentences of the draft that exist; furniture is furniture, a decision was taken."""
    monetized = _monetized(facts)
    known = own_sentences(monetized)
    whole = " ".join(known.values())
    found = []
    for post, counter in _counted(release):
        listed = listed_sources(post.text, monetized)
        if tuple(s.text for s in statements(post.text)) != tuple(s.text for s in post.sentences):
            found.append(
                Violation(
                    code="release.sentences",
                    where=f"post {post.id}",
                    message="Its list of sentences is not its text.",
                    fix="Name a source for each sentence.",
                )
            )
        found += [
            Violation(
                code="release.no-source",
                where=f"post {post.id}",
                message=f"“{s.text[:80]}” comes from nowhere.",
                fix="Use a sentence of the draft.",
            )
            for s in post.sentences
            if not _is_sourced(s, release, known, listed)
        ]
        found += [
            Violation(
                code="release.no-source",
                where=f"post {post.id}",
                message=f"“{part[:80]}” is not in the draft.",
                fix="Use the draft's title, and its first sentences as a summary.",
            )
            for part in (post.title, post.summary)
            if part and part not in release.decided and not holds_verbatim(whole, part)
        ]
        found += [
            Violation(
                code="release.counter",
                where=f"post {post.id}",
                message=f"It says {s.text}, and it is {counter or 'alone'}.",
                fix=f"Write {counter}." if counter else "Take the counter out.",
            )
            for s in post.sentences
            if COUNTER.fullmatch(s.text) and s.text != counter
        ]
    return tuple(found)


def _counted(release: Release) -> Iterator[tuple[Post, str]]:
    """Each post with its place in its channel's thread: `2/3`; empty for one that is alone."""
    total, place = Counter(p.channel for p in release.posts), Counter[str]()
    for post in release.posts:
        place[post.channel] += 1
        many = total[post.channel] > 1
        yield post, f"{place[post.channel]}/{total[post.channel]}" if many else ""


def _is_sourced(s: PostSentence, release: Release, known: Container[str], listed: frozenset[str]) -> bool:
    return all(
        ref in known
        or (ref == "furniture" and is_furniture(s.text, listed))
        or (ref == "decision" and s.text in release.decided)
        for ref in s.sources
    )


def says_no_more_than_the_draft(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """No number that isn't in the sentences it comes from, no name or quotation that the MonetizedDraft hasn't."""
    monetized = _monetized(facts)
    told = own_sentences(monetized)
    quoted, whole = tuple(quoted_in(monetized, told.values())), " \n ".join(told.values()).casefold()

    @cache  # an article says the same on every channel
    def more(s: PostSentence) -> tuple[str, ...]:
        sources = told.values() if "decision" in s.sources else [told[ref] for ref in s.sources if ref in told]
        return (*added(unlinked(s.text), sources, whole), *misquoted(s.text, quoted, told.values()))

    heads = (
        (post, PostSentence(text=part, sources=("decision",)))
        for post in release.posts
        for part in (post.title, post.summary)
        if part in release.decided
    )
    told_of = (*((post, s) for post in release.posts for s in post.sentences), *heads)
    return tuple(
        Violation(
            code="release.new-claim",
            where=f"post {post.id}",
            message=f"The draft doesn't say {', '.join(more(s))} where “{s.text[:60]}” comes from.",
            fix="Say only what the draft says, and name the sentences that say it.",
        )
        for post, s in told_of
        if FURNITURE not in s.sources and more(s)
    )


def quotes_stay_quoted(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """What the draft quotes stands in a post in quotation marks, or not at all: a post is no way to make it the author's own words."""
    monetized = _monetized(facts)
    own = unmarked(s.text for s in statements(monetized.body) if s.kind != "quote")
    quoted = tuple(q for q in quoted_in(monetized, own_sentences(monetized).values()) if len(words(q)) >= SHORTEST)
    return tuple(
        Violation(
            code="release.unquoted",
            where=f"post {post.id}",
            message=f"“{run}” is somebody else's, and stands there as the author's own words.",
            fix="Put it in quotation marks and say who said it, as the draft does.",
        )
        for post in release.posts
        for run in bared(post, quoted, own)
    )


def bared(said: Said, quoted: Iterable[str], own: str) -> Iterator[str]:
    """The first run of each quotation, whole or of `RUN` words, that stands in what is said without its marks, and not so in `own`."""
    furniture = {s.text for s in said.sentences if "furniture" in s.sources}
    told = unmarked(s.text for s in statements(said.text) if s.kind != "quote" and s.text not in furniture)
    for q in dict.fromkeys(quoted):
        length = min(RUN, len(words(q)))
        run = shared_run(told, q, length)
        if run and not shared_run(own, q, length):
            yield run


def unmarked(texts: Iterable[str]) -> str:
    return "\n\n".join(unquoted(text, SCARE_QUOTE) for text in texts)


def quoted_in(monetized: MonetizedDraft, told: Iterable[str]) -> Iterator[str]:
    yield from (q for text in told for q in quotations(text))
    yield from (s.text for s in statements(monetized.body) if s.kind == "quote")


def added(text: str, sources: Iterable[str], whole: str) -> Iterator[str]:
    """Numbers that the sources don't state, names that the whole draft, in lower case, doesn't hold."""
    yield from sorted(numbers(text) - frozenset[str]().union(*map(numbers, sources)))
    yield from (n for n in sorted(names(text)) if n.casefold() not in whole)


def misquoted(text: str, quoted: Iterable[str], told: Iterable[str]) -> Iterator[str]:
    """Quotations that the draft doesn't quote; a word or two in quotation marks need only be there."""
    known, whole = tuple(quoted), tuple(told)
    for q in quotations(text):
        if not any(holds_verbatim(k, q) for k in (known if len(words(q)) >= SCARE_QUOTE else whole)):
            yield f"“{q}”"
    mark = loose_mark(text)
    if mark:
        yield f"what the {mark} opens or closes"


def links_are_allowed(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Each link is evidence's, an offer's tracked one, the author's own, a slot or a place in the text.

    A short post names no domain but theirs, since apps make links of them.
    """
    monetized = _monetized(facts)
    identity, citations = facts.settings.identity, monetized.citations
    places = {"#", *(f"#source-{n}" for n in range(1, len(citations) + 1))}
    found = []
    for post in release.posts:
        text = _SLOT.sub("#", post.text)
        offers = {link_in(o, post, facts) for i in monetized.insertions if (o := facts.offers.get(i.offer))}
        strange = strange_links(text, citations, identity, offers | places)
        rules = RULES.get(post.channel)
        if rules is None or not rules.markdown:
            strange += strange_domains(text, citations, identity)
        found += [
            Violation(
                code="release.link",
                where=f"post {post.id}",
                message=f"{url} is neither evidence, offer nor the author's.",
                fix="Take it out, or add the host to [identity] domains in flywheel.toml.",
            )
            for url in strange
        ]
        if linked(text).images or linked(text).definitions or set(linked(text).titles) - {_SPONSORED}:
            found.append(
                Violation(
                    code="release.markup",
                    where=f"post {post.id}",
                    message="It holds an image, a link's title, or a link that is defined apart from where it stands.",
                    fix="Write `[words](address)`; images are listed beside the text.",
                )
            )
    return tuple(found)


def link_in(offer: Offer, post: Post, facts: Facts) -> str:
    """The offer's link in this post. A redirect stays below the base that it was placed with."""
    placed = next((i for i in _monetized(facts).insertions if i.offer == offer.id), None)
    if placed and placed.landing:
        return link_on(placed, facts.piece, post.channel)
    base, variant = ("", placed.variant) if placed else (facts.settings.tracking.url, "")
    return tracked_url(offer, facts.piece, post.channel, base, variant)
