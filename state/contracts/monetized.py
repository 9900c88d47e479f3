"""MonetizedDraft: the draft, untouched, plus insertions: an offer, its tracked link, its disclosure."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from pydantic import Field

from state.base import Frozen, Line, OptionalLine, Prose, digest_of
from state.choices import Choice
from state.contracts.base import Contract
from state.contracts.draft import AuthorNote, Citation
from state.contracts.pricing import prices_are_the_offers
from state.disclosures import Form, asked, disclosure_for
from state.facts import Facts
from state.links import landing_url, tracked_url
from state.markup import domains, links, raw_html
from state.offers import Offer
from state.placements import allowed, block_before, words_between
from state.text import blocks, fold, loose_mark, markers, numbers, quotations, split_sentences, word_count, words
from state.typography import hidden
from state.violations import Check, Violation

LEAD_WORDS = 25
"""How long an insertion's own lead-in may be."""
_CLAIMS = re.compile(
    r"\b(best|guarantee\w*|free|cheap\w*|discount|only|never|always|proven|results?|save[sd]?)\b|[%$£€]", re.IGNORECASE
)


class Insertion(Frozen):
    """An offer, placed. `at` is the offset in the draft's body where a block starts, or its end."""

    at: int = Field(ge=0)
    offer: str = Field(pattern=r"^[a-z0-9-]+$")
    disclosure: OptionalLine = ""
    lead: OptionalLine = ""
    """Leads from the piece to the offer: no number, no promise."""
    text: Line
    """The offer's own words."""
    label: Line
    url: str = Field(pattern=r"^https?://[^\s<>]+$")
    landing: str = Field(default="", pattern=r"^(https?://[^\s<>]+)?$", exclude_if=lambda url: not url)
    """Where `url` leads, if it is a redirect of ours. Approved with it, so that no later change of the offer leads readers elsewhere."""
    variant: str = Field(default="", pattern=r"^[a-z0-9-]*$", exclude_if=lambda name: not name)
    """Of two ways to place one offer, which. Like `landing`, left out of a dump when empty: so older digests stand."""


class Considered(Frozen):
    """An offer that was weighed."""

    offer: str
    fit: float
    """0 to 1: half the share of its keywords that the piece speaks of, half how alike the two are. 0 where no keyword is spoken of."""


class MonetizedDraft(Contract):
    """Its parent is the Draft; title, body, citations and notes are the Draft's, byte for byte."""

    version: Literal["monetized/1"] = "monetized/1"
    title: Line
    body: Prose
    citations: tuple[Citation, ...]
    notes: tuple[AuthorNote, ...] = ()
    insertions: tuple[Insertion, ...] = ()
    reason: str
    """Why these offers, or why none."""
    considered: tuple[Considered, ...] = ()
    choices: tuple[Choice, ...] = Field(default=(), exclude_if=lambda choices: not choices)
    """How the offer and its place were drawn by what paid. Left out of a dump when there are none."""


def comes_from_this_draft(monetized: MonetizedDraft, facts: Facts) -> tuple[Violation, ...]:
    draft = facts.draft
    if (
        draft is not None
        and monetized.parent == digest_of(draft)
        and monetized.citations == draft.citations
        and monetized.notes == draft.notes
    ):
        return ()
    return (
        Violation(
            code="offer.parent",
            where="parent",
            message="It was not made from the Draft as it stands.",
            fix="Make it again from the Draft.",
        ),
    )


def text_is_untouched(monetized: MonetizedDraft, facts: Facts) -> tuple[Violation, ...]:
    """Without its insertions it is the draft, byte for byte."""
    draft = facts.draft
    if draft is not None and (monetized.title, monetized.body) == (draft.title, draft.body):
        return ()
    return (
        Violation(
            code="offer.text-changed",
            where="body",
            message="The author's text is not the draft's any more.",
            fix="Only insertions may change here: send a typo back to VOICE.",
        ),
    )


def insertions_stand_between_blocks(monetized: MonetizedDraft, facts: Facts) -> tuple[Violation, ...]:
    """Between two blocks or at the end, never above the first."""
    places = {b.start for b in blocks(monetized.body)[1:]} | {len(monetized.body)}
    return tuple(
        Violation(
            code="offer.place",
            where=f"offer {i.offer}",
            message="It would cut a paragraph, or open the piece.",
            fix="Place it between two paragraphs, or at the end.",
        )
        for i in monetized.insertions
        if i.at not in places
    )


def offers_are_few(monetized: MonetizedDraft, facts: Facts) -> tuple[Violation, ...]:
    """One for every so many words, up to the contract's bound, and one in a piece that is shorter."""
    bounds, body = facts.settings.contracts.offer, monetized.body
    most = allowed(body, bounds.max_insertions, bounds.words_per_insertion)
    if len(monetized.insertions) <= most:
        return ()
    length = f" in {word_count(body)} words, one for every {bounds.words_per_insertion}" if most else ""
    return (
        Violation(
            code="offer.too-many",
            where="insertions",
            message=f"{len(monetized.insertions)} offers; at most {most}{length}.",
            fix="Keep the one that fits best."
            if most == 1
            else f"Keep the {most} that fit best."
            if most
            else "Take it out.",
        ),
    )


def offers_stand_apart(monetized: MonetizedDraft, facts: Facts) -> tuple[Violation, ...]:
    """As many words between two as a piece needs for each."""
    body, apart = monetized.body, facts.settings.contracts.offer.words_per_insertion
    there = sorted(monetized.insertions, key=lambda i: i.at)
    return tuple(
        Violation(
            code="offer.too-close",
            where="insertions",
            message=f"{one.offer} and {other.offer} stand {between} words apart; at least {apart} have to be between two offers.",
            fix="Move one of them, or take it out.",
        )
        for one, other in pairwise(there)
        if (between := words_between(body, block_before(body, one.at), block_before(body, other.at))) < apart
    )


def offers_are_live_and_fit(monetized: MonetizedDraft, facts: Facts) -> tuple[Violation, ...]:
    """Each offer exists, is live today, and the piece speaks of at least one of its keywords."""
    found = []
    for i in monetized.insertions:
        offer = facts.offers.get(i.offer)
        if offer is None:
            found.append(
                Violation(
                    code="offer.unknown",
                    where=f"offer {i.offer}",
                    message="offers.toml has no such offer.",
                    fix=f"Use one of {', '.join(facts.offers) or 'none'}.",
                )
            )
        elif not offer.live_on(facts.now.date()):
            found.append(
                Violation(
                    code="offer.expired",
                    where=f"offer {i.offer}",
                    message=f"It is live from {offer.live_from} until {offer.live_until}; today is {facts.now.date()}.",
                    fix="Take another offer, or none; or change its dates in offers.toml.",
                )
            )
        elif not spoken_of(offer, f"{monetized.title} {monetized.body}"):
            found.append(
                Violation(
                    code="offer.no-fit",
                    where=f"offer {i.offer}",
                    message="The piece has nothing to do with it.",
                    fix="Take an offer that fits, or none.",
                )
            )
    return tuple(found)


def offers_are_not_used_up(monetized: MonetizedDraft, facts: Facts) -> tuple[Violation, ...]:
    """No more pieces in a week than an offer's cap, and no more than a sponsor paid for; those approved with it count."""
    found = []
    for i in monetized.insertions:
        offer = facts.offers.get(i.offer)
        placed = facts.placed.get(i.offer, ())
        if offer is not None and offer.left_over(placed, facts.now) == 0:
            found.append(
                Violation(
                    code="offer.used-up",
                    where=f"offer {i.offer}",
                    message=f"Other pieces carry it already: {offer.bounds_text}.",
                    fix="Take another offer, or none; or raise its bound in offers.toml.",
                )
            )
    return tuple(found)


def spoken_of(offer: Offer, text: str) -> float:
    """Share (0 to 1) of the offer's keywords that `text` speaks of, plural forms included. The floor: at 0 nothing else counts."""
    stems = {_stem(w) for w in words(text)}
    hits = sum(all(_stem(w) in stems for w in words(keyword)) for keyword in offer.keywords)
    return hits / len(offer.keywords)


@lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    """A word without the endings that a keyword shouldn't depend on, as long as enough of it is left."""
    return re.sub(r"(?<=\w{4})(?:ing|ed)$|(?<=\w{3})(?:'s|ies|es|(?<!s)s|e|y)$", "", word)


def words_are_the_offers(monetized: MonetizedDraft, facts: Facts) -> tuple[Violation, ...]:
    """Prices and promises are word for word the offer's; a lead-in says nothing that could be one."""
    found = []
    for i in monetized.insertions:
        offer = facts.offers.get(i.offer)
        if offer is None:
            continue
        allowed = {
            fold(s) for source in (offer.pitch_text, *offer.promises) for s in (source, *split_sentences(source))
        }
        strange = [s for s in split_sentences(i.text) if fold(s) not in allowed]
        if strange or fold(i.label) not in {fold(offer.name), *map(fold, offer.promises)}:
            found.append(
                Violation(
                    code="offer.words",
                    where=f"offer {i.offer}",
                    message=f"The offer doesn't say “{(strange or [i.label])[0]}”.",
                    fix=f"Use its own words: “{offer.pitch_text}”, linked as “{offer.name}”.",
                )
            )
        if _says_too_much(i.lead):
            found.append(
                Violation(
                    code="offer.lead",
                    where=f"offer {i.offer}",
                    message=f"The lead-in “{i.lead}” is long, promises, quotes or leads elsewhere.",
                    fix=f"At most {LEAD_WORDS} plain words: no number, no price, no promise, no quotation, no link.",
                )
            )
    return tuple(found)


def _says_too_much(lead: str) -> bool:
    """Nothing vouches for a lead-in, so it may state nothing that somebody would have to vouch for."""
    plain = fold(lead)
    states = numbers(plain) or _CLAIMS.search(plain) or quotations(lead) or loose_mark(lead)
    leads = links(lead) or domains(lead) or raw_html(lead) or hidden(lead) or markers(lead)
    return bool(len(words(plain)) > LEAD_WORDS or states or leads)


def disclosure_stands_before_the_link(monetized: MonetizedDraft, facts: Facts) -> tuple[Violation, ...]:
    """The words that the offer's class wants, whole, in the readers' language; their place before the link is the form's."""
    language = facts.settings.identity.language
    return tuple(
        _undisclosed(offer, words)
        for i in monetized.insertions
        if (offer := facts.offers.get(i.offer))
        for words in (disclosure_for(offer.disclosure, Form.WHOLE, language),)
        if i.disclosure != words
    )


def _undisclosed(offer: Offer, words: str) -> Violation:
    """`words` are those that should stand there; none, where there is nothing to say."""
    return Violation(
        code="offer.disclosure",
        where=f"offer {offer.id}",
        message=f"An offer of class {offer.disclosure} must say so: {asked(offer.disclosure)}."
        if words
        else "Nobody earns by it, and it says that somebody does.",
        fix=f"Put “{words}” there." if words else "Leave the line empty, or change its disclosure in offers.toml.",
    )


def links_are_tracked(monetized: MonetizedDraft, facts: Facts) -> tuple[Violation, ...]:
    """The link is the one of this piece, offer and variant; a redirect says where it leads, and that is the offer's own address."""
    return tuple(
        Violation(
            code="offer.link",
            where=f"offer {i.offer}",
            message=f"{i.url}{f', which leads to {i.landing},' if i.landing else ''} is not the offer's tracked link.",
            fix=f"Use {url}{f', which leads to {landing}' if landing else ''}",
        )
        for i in monetized.insertions
        if (offer := facts.offers.get(i.offer))
        for url, landing in (_link(offer, i.variant, facts),)
        if (i.url, i.landing) != (url, landing)
    )


def _link(offer: Offer, variant: str, facts: Facts) -> tuple[str, str]:
    base = facts.settings.tracking.url
    url = tracked_url(offer, facts.piece, "site", base, variant)
    return url, landing_url(offer, facts.piece, "site", variant) if base else ""


def offers_stand_once(monetized: MonetizedDraft, facts: Facts) -> tuple[Violation, ...]:
    counts = Counter(i.offer for i in monetized.insertions)
    return tuple(
        Violation(code="offer.twice", where=f"offer {name}", message="It is placed twice.", fix="Place it once.")
        for name, n in counts.items()
        if n > 1
    )


CHECKS: tuple[Check, ...] = (
    comes_from_this_draft,
    text_is_untouched,
    insertions_stand_between_blocks,
    offers_are_few,
    offers_stand_apart,
    offers_are_live_and_fit,
    offers_are_not_used_up,
    words_are_the_offers,
    prices_are_the_offers,
    disclosure_stands_before_the_link,
    links_are_tracked,
    offers_stand_once,
)
