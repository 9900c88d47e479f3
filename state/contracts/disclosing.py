"""That a post says of an offer that it is one: in the words of its class, before the reader meets anything of the offer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from state.channels import RULES
from state.contracts.linking import same_page
from state.contracts.monetized import Insertion
from state.contracts.telling import SHORTEST, link_in
from state.disclosures import Form, asked, enough, form_on
from state.facts import Facts
from state.links import is_redirect
from state.markup import links, normal_url
from state.offers import Offer
from state.text import plain, split_sentences, words
from state.violations import Violation

if TYPE_CHECKING:
    from state.contracts.release import Post, Release

_PAID = ("affiliate", "sponsored")
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|~~.*?~~|!\[[^\]]*\](?:\([^)]*\))?|^ {0,3}\[[^\]\n]+\]:[^\n]*|^ {0,3}(?:```|~~~)[^\n]*",
    re.DOTALL | re.MULTILINE,
)
"""What stands in the text and is read by nobody, or as taken back: comments, what is struck out, what an image is described by, a link's definition,
what a block of code is called.
"""
_BRACKETS = re.compile(r"\[[^\[\]]*\]\(<?\Z|<\Z")
"""A link's own words, up to its address."""
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n")
_NEAR = 2
"""Paragraphs: the one that an offer is met in, and the one above."""


def offers_keep_their_disclosure(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Where a post leads to an offer's page, it is by the tracked link. Before that link, and before the offer's own words, stand the words
    that its class wants: the form of the channel, or the whole sentence. In an article, a link that is paid for is marked as one.
    """
    return tuple(v for post in release.posts for v in (*_untracked(post, facts), *_undisclosed(post, facts)))


def _untracked(post: Post, facts: Facts) -> Iterator[Violation]:
    tracked = {normal_url(link_in(o, post, facts)) for o in facts.offers.values()}
    for url in links(post.text):
        there = [o for o in facts.offers.values() if same_page(url, o.url)]
        stray = there or is_redirect(url, facts.settings.tracking.url)
        if stray and normal_url(url) not in tracked:
            yield Violation(
                code="release.untracked",
                where=f"post {post.id}",
                message=f"{url} leads to {there[0].name if there else 'an offer'}, and not by its tracked link.",
                fix=f"Use {link_in(there[0], post, facts)}"
                if there
                else "Take it out: it is the link of another post.",
            )


def _undisclosed(post: Post, facts: Facts) -> Iterator[Violation]:
    placed = {i.offer: i for i in facts.monetized.insertions} if facts.monetized else {}
    by_offer = {o.id: link_in(o, post, facts) for o in facts.offers.values()}
    led_to = set(map(normal_url, links(post.text)))
    article = post.channel in RULES and RULES[post.channel].article
    form = form_on(RULES[post.channel]) if post.channel in RULES else Form.WHOLE
    for offer in facts.offers.values():
        link, i = by_offer[offer.id], placed.get(offer.id)
        leads = normal_url(link) in led_to
        wanted = enough(offer.disclosure, form, facts.settings.identity.language, i.disclosure if i else "")
        met = [*([_place(link, post.text)] if leads else []), *_told(i, post, facts)]
        others = [url for name, url in by_offer.items() if name != offer.id]
        if wanted and met and not _says(_lead_up(post.text, min(met), others), wanted):
            yield _missing(offer, post, wanted[0])
        elif article and leads and offer.disclosure in _PAID and not _marked(link, post.text):
            yield Violation(
                code="release.sponsored",
                where=f"post {post.id}",
                message=f"The link to {offer.name} is paid for, and isn't marked as such for search engines.",
                fix=f'Write [{offer.name}]({link} "sponsored").',
            )


def _missing(offer: Offer, post: Post, wanted: str) -> Violation:
    return Violation(
        code="release.disclosure",
        where=f"post {post.id}",
        message=f"The offer {offer.name} is not disclosed before the reader meets it: {asked(offer.disclosure)}.",
        fix=f"Put “{wanted}” first in its paragraph, before its words and its link.",
    )


def _place(link: str, text: str) -> int:
    """Where a link stands; at the very beginning where it is spelled in another way, so that nothing stands before it."""
    found = re.search(rf"{re.escape(link)}(?![\w%&=-]|\.\w)", text)
    return found.start() if found else 0


def _told(i: Insertion | None, post: Post, facts: Facts) -> Iterator[int]:
    """Where sentences of the offer's own stand that are long enough to be nobody else's, and that the piece itself hasn't."""
    body = facts.monetized.body if facts.monetized else ""
    for said in split_sentences(i.text) if i else ():
        at = post.text.find(said)
        if at >= 0 and said not in body and len(words(said)) >= SHORTEST:
            yield at


def _lead_up(text: str, at: int, others: Iterable[str]) -> str:
    """What a reader has just read at `at`: the paragraph so far and the one above; of another offer, only what stands behind its link."""
    near = "\n\n".join(_PARAGRAPH.split(_BRACKETS.sub("", text[:at]))[-_NEAR:])
    ends = (near.rfind(url) + len(url) for url in others if url in near)
    return plain(_UNSEEN.sub("", near[max(ends, default=0) :]))


def _says(text: str, wanted: Iterable[str]) -> bool:
    """Whether one of them stands there at the beginning of a sentence: `not an ad` is none."""
    return any(re.search(rf"(?:^|[.!?:…\n])[^\w\n]{{0,9}}{_spaced(said)}", text) for said in wanted)


def _spaced(said: str) -> str:
    """A pattern of the words, with whatever white space an editor put between them."""
    return r"\s+".join(map(re.escape, plain(said).split()))


def _marked(link: str, text: str) -> bool:
    """Google's `rel="sponsored"` for links that are paid for, which channels make of this title."""
    return re.search(rf"""{re.escape(link)}>?\s+(["'])sponsored\1\s*\)""", text) is not None
