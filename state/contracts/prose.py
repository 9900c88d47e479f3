"""How a Draft is written: its length, structure, markup, phrases and voice. What it says is judged in draft.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from state.contracts.linking import strange_domains, strange_links
from state.facts import Facts
from state.markup import linked, raw_html
from state.text import FENCE, statements, unquoted, word_count, words
from state.typography import hidden
from state.violations import Severity, Violation
from state.voice import ENOUGH_SAMPLES, ENOUGH_TEXT, VoiceReading

if TYPE_CHECKING:
    from state.contracts.draft import Draft
    from state.settings import DraftBounds

SCARE_QUOTE = 3
"""Fewer words than this in quotation marks are a manner of speaking, not a quotation."""
_RESERVED = re.compile(rf"{FENCE}|^\s*-----\s*$|^=== ", re.MULTILINE)
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]")


def length_fits(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    return off_length(draft, facts.settings.contracts.draft)


def off_length(draft: Draft, bounds: DraftBounds) -> tuple[Violation, ...]:
    n = word_count(draft.body)
    if bounds.min_words <= n <= bounds.max_words:
        return ()
    return (
        Violation(
            code="draft.length",
            where="body",
            waivable=True,
            message=f"{n} words; the contract wants {bounds.min_words} to {bounds.max_words}.",
            fix="Say more of what the evidence holds." if n < bounds.min_words else "Cut what says least.",
        ),
    )


def structure_stands(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """Enough paragraphs, prose at the end, no line that our own forms reserve, no raw HTML."""
    return off_structure(draft, facts.settings.contracts.draft)


def off_structure(draft: Draft, bounds: DraftBounds) -> tuple[Violation, ...]:
    found = []
    told = statements(draft.body)
    want = bounds.min_paragraphs
    if len({s.block for s in told if s.kind != "heading"}) < want:
        found.append(
            Violation(
                code="draft.structure",
                where="body",
                waivable=True,
                message=f"Fewer than {want} paragraphs.",
                fix="Break the piece where its thought turns.",
            )
        )
    if not told or told[-1].kind == "heading":
        found.append(
            Violation(
                code="draft.no-end", where="body", message="It ends on a heading.", fix="Write its last paragraph."
            )
        )
    if _RESERVED.search(draft.body):
        found.append(
            Violation(
                code="draft.reserved",
                where="body",
                message=f"There is a `{FENCE}` in it, or a line starts with `=== ` or is `-----`.",
                fix="Those separate parts in a review; write something else.",
            )
        )
    html = raw_html(f"{draft.title}\n\n{draft.body}")
    if html:
        found.append(
            Violation(code="draft.html", where="body", message=f"There is HTML in it: `{html}`.", fix="Write Markdown.")
        )
    return tuple(found)


def nothing_is_hidden(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """A reader sees what was checked: no character that isn't seen, or that turns the order of others."""
    return concealed(draft)


def concealed(draft: Draft) -> tuple[Violation, ...]:
    return tuple(
        Violation(
            code="draft.hidden",
            where=where,
            message=f"There is a hidden {what} in it: a reader would see something else than was checked.",
            fix="Type that word again, in plain letters.",
        )
        for where, text in (("title", draft.title), ("body", draft.body))
        if (what := hidden(text))
    )


def links_lead_to_evidence(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """Links go to evidence or to the author's own hosts, and say no more than their words; a bare domain is a flag."""
    identity = facts.settings.identity
    text = f"{draft.title}\n\n{draft.body}"
    seen = linked(text)
    odd = {
        "an image": seen.images,
        "a link's title": seen.titles,
        "a link that is defined apart from where it stands": seen.definitions,
        "a footnote": _FOOTNOTE.search(text),
    }
    return (
        *(
            Violation(
                code="draft.link",
                where="body",
                message=f"{url} is neither evidence nor the author's.",
                fix="Take the link out: a marker leads to the source, and REVENUE places offers.",
            )
            for url in strange_links(text, draft.citations, identity)
        ),
        *(
            Violation(
                code="draft.markup",
                where="body",
                message=f"There is {what} in it.",
                fix="Write `[words](address)`, and say in the text what there is to say.",
            )
            for what, there in odd.items()
            if there
        ),
        *(
            Violation(
                code="draft.domain",
                where="body",
                severity=Severity.FLAG,
                waivable=True,
                message=f"{domain} is named, and some apps will make a link of it.",
                fix="Look whether it should lead there; no short post may carry it.",
            )
            for domain in strange_domains(text, draft.citations, identity)
        ),
    )


def says_nothing_twice(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    return said_twice(draft)


def said_twice(draft: Draft) -> tuple[Violation, ...]:
    seen: set[tuple[str, ...]] = set()
    found = []
    for s in statements(draft.body):
        key = words(s.text)
        if len(key) > 3 and key in seen:
            found.append(
                Violation(
                    code="draft.twice",
                    where=s.id,
                    waivable=True,
                    message=f"“{short(s.text)}” stands there twice.",
                    fix="Keep one of them.",
                )
            )
        seen.add(key)
    return tuple(found)


def phrases_are_kept(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """No banned phrase outside quotations; every required one is there."""
    return off_phrases(draft, facts.settings.contracts.draft)


def off_phrases(draft: Draft, bounds: DraftBounds) -> tuple[Violation, ...]:
    told = statements(draft.body)
    unsaid = " ".join(
        unquoted(text, SCARE_QUOTE) for text in (draft.title, *(s.text for s in told if s.kind != "quote"))
    )
    whole = f" {' '.join(words(' '.join((draft.title, *(s.text for s in told)))))} "
    own = f" {' '.join(words(unsaid))} "
    banned = [p for p in bounds.banned_phrases if f" {' '.join(words(p))} " in own]
    missing = [p for p in bounds.required_phrases if f" {' '.join(words(p))} " not in whole]
    return (
        *(
            Violation(
                code="draft.banned-phrase",
                where=p,
                waivable=True,
                message=f"The workspace bans “{p}”.",
                fix="Say it another way.",
            )
            for p in banned
        ),
        *(
            Violation(
                code="draft.required-phrase",
                where=p,
                waivable=True,
                message=f"The workspace requires “{p}”.",
                fix="Work it in.",
            )
            for p in missing
        ),
    )


def sounds_like_the_author(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """The distance on unquoted words lies within the author's own spread; advice where there is too little to judge by."""
    reading = facts.voice(draft.body)
    if reading is None:
        return (
            Violation(
                code="draft.no-samples",
                where="voice",
                severity=Severity.FLAG,
                waivable=True,
                message="There are no voice samples, so nothing says how the author sounds.",
                fix="Put three or more essays of your own into voice/.",
            ),
        )
    if reading.distance <= reading.threshold:
        return ()
    severity = Severity.FAIL if reading.gate else Severity.FLAG
    return (
        Violation(
            code="draft.voice",
            where="voice",
            severity=severity,
            waivable=True,
            message=f"Distance {reading.distance:.2f} from the author; their own spread is {reading.threshold:.2f}.{_advice(reading)}",
            fix=" ".join(reading.notes) or "Write it the way the samples are written.",
        ),
    )


def _advice(reading: VoiceReading) -> str:
    """That a reading is advice, and why; nothing where it is a gate."""
    if reading.gate:
        return ""
    wanted = f"{ENOUGH_SAMPLES:,} words of samples and {ENOUGH_TEXT} of the draft's own"
    return f" This is advice: to judge by, it takes {wanted}, and there are {reading.samples:,} and {reading.words:,}."


def short(text: str, length: int = 80) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
