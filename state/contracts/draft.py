"""Draft: the piece in the author's voice, each claim tied to evidence or to a note of the author's."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pydantic import Field

from state.base import Frozen, Line, Prose, digest_of
from state.contracts.base import Contract
from state.contracts.brief import Brief, Evidence
from state.facts import Facts
from state.text import (
    ATTEST,
    Statement,
    blocks,
    fold,
    holds_verbatim,
    markers,
    names,
    numbers,
    quotations,
    shared_run,
    statements,
    unquoted,
    words,
)
from state.violations import Check, Severity, Violation

RUN = 12
"""Words in a row of somebody else's, outside quotation marks, that count as copying."""
SCARE_QUOTE = 3
"""Fewer words than this in quotation marks are a manner of speaking, not a quotation."""


class Citation(Frozen):
    """What a marker points to, for a reader."""

    id: str
    title: str
    origin: str
    url: str | None = None
    author: str | None = None
    published: date | None = None

    @classmethod
    def of(cls, e: Evidence) -> Citation:
        return cls(id=e.id, title=e.title, origin=e.origin, url=e.url, author=e.author, published=e.published)


class AuthorNote(Frozen):
    """Something the author vouches for: a paragraph of a note, or a sentence attested by a decision."""

    id: str = Field(pattern=r"^n[1-9]\d*$")
    text: str = Field(min_length=1)
    origin: str
    """Path of the note in the workspace, or `decision:POINT`."""


class Draft(Contract):
    """Its parent is the Brief. `body` is Markdown; `[e3]` and `[n1]` behind a sentence say what it rests on."""

    version: Literal["draft/1"] = "draft/1"
    title: Line
    body: Prose
    angle: str = ""
    """Title of the angle that was taken."""
    citations: tuple[Citation, ...]
    """One for each evidence of the Brief, cited or not."""
    notes: tuple[AuthorNote, ...] = ()


def _brief(facts: Facts) -> Brief:
    if facts.brief is None:
        raise ValueError("a Draft is checked against its Brief, and there is none")
    return facts.brief


def comes_from_this_brief(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """Made from the Brief as it stands, and its citations are the Brief's evidence."""
    brief = _brief(facts)
    if draft.parent == digest_of(brief) and draft.citations == tuple(Citation.of(e) for e in brief.evidence):
        return ()
    return (
        Violation(
            code="draft.parent",
            where="parent",
            message="It was not made from the Brief as it stands.",
            fix="Make the draft again from the Brief.",
        ),
    )


def markers_resolve(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    known = {c.id for c in draft.citations} | {n.id for n in draft.notes}
    found = [
        Violation(
            code="draft.unknown-marker",
            where=f"[{ref}]",
            message=f"Nothing is called {ref}.",
            fix=f"Cite one of {', '.join(sorted(known))}.",
        )
        for ref in markers(draft.body)
        if ref not in known
    ]
    if ATTEST in draft.body:
        found.append(
            Violation(
                code="draft.stray-attest",
                where=ATTEST,
                message=f"Only a reviewer may write {ATTEST}.",
                fix="Cite evidence, or leave the claim out.",
            )
        )
    return tuple(found)


def notes_are_the_authors(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """Each note stands in a file of the workspace, or was attested by a decision."""
    return tuple(
        Violation(
            code="draft.unknown-note",
            where=f"note {n.id}",
            message=f"{n.origin} doesn't say this.",
            fix="Take the note's own words.",
        )
        for n in draft.notes
        if n.text not in facts.attested and not holds_verbatim(facts.notes.get(n.origin, ""), n.text)
    )


def claims_are_traceable(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """Each number, date and quotation stands in the evidence or the note that its sentence cites."""
    brief = _brief(facts)
    vouchers = {e.id: _vouches(e) for e in brief.evidence} | {n.id: n.text for n in draft.notes}
    found: list[Violation] = []
    for s in statements(draft.body):
        cited = " \n ".join(vouchers.get(ref, "") for ref in s.cites)
        missing = sorted(numbers(s.text) - numbers(cited))
        if missing:
            found.append(_untraceable(s, f"the number {', '.join(missing)}", frozenset(missing), vouchers))
        found += [
            _untraceable(s, f"the words “{q}”", frozenset({q}), vouchers)
            for q in _claimed_quotations(s)
            if not holds_verbatim(cited, q)
        ]
    loose = numbers(draft.title) - numbers(" ".join(vouchers[m] for m in markers(draft.body) if m in vouchers))
    if loose:
        found.append(
            Violation(
                code="draft.untraceable",
                where="title",
                message=f"Nothing cited says {', '.join(sorted(loose))}.",
                fix="Take the number out of the title.",
            )
        )
    return tuple(found)


def _vouches(e: Evidence) -> str:
    """Everything about a piece of evidence that a sentence may repeat."""
    when = e.published.strftime("%d %B %Y") if e.published else ""
    return f"{e.quote} \n {e.title} \n {e.author or ''} \n {e.origin} \n {when}"


def _claimed_quotations(s: Statement) -> tuple[str, ...]:
    if s.kind == "quote":
        return quotations(s.text) or (s.text,)
    return tuple(q for q in quotations(s.text) if len(words(q)) >= SCARE_QUOTE)


def _untraceable(s: Statement, what: str, claim: frozenset[str], vouchers: dict[str, str]) -> Violation:
    """A violation that names the evidence that would vouch, if any does."""
    holds = [
        ref for ref, text in vouchers.items() if claim <= numbers(text) or all(holds_verbatim(text, q) for q in claim)
    ]
    fix = f"Cite [{holds[0]}], which says so." if holds else "Leave it out, or say what the evidence says."
    cites = ", ".join(s.cites) or "nothing"
    return Violation(
        code="draft.untraceable",
        where=s.id,
        message=f"“{_short(s.text)}” cites {cites}, which doesn't hold {what}.",
        fix=f"{fix} A reviewer who knows it first hand writes {ATTEST} behind the sentence.",
    )


def insight_is_told(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """The piece cites at least one piece of the evidence that the insight rests on."""
    brief = _brief(facts)
    if set(markers(draft.body)) & set(brief.insight.evidence):
        return ()
    return (
        Violation(
            code="draft.insight-missing",
            where="body",
            message="The Brief's insight is not in the piece.",
            fix=f"Tell it, citing {' or '.join(f'[{e}]' for e in brief.insight.evidence)}.",
        ),
    )


def names_are_vouched_for(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """Named things outside the evidence, the glossary and the notes are flags."""
    brief = _brief(facts)
    known = fold(
        " ".join(
            [
                brief.topic,
                *(_vouches(e) for e in brief.evidence),
                *(n.text for n in draft.notes),
                *facts.notes.values(),
                *facts.glossary,
                facts.settings.identity.author,
                facts.settings.identity.name,
            ]
        )
    ).casefold()
    found: dict[str, Violation] = {}
    for s in statements(draft.body):
        if s.kind == "heading":
            continue
        for name in sorted(names(s.text)):
            if name.casefold() not in known and name not in found:
                found[name] = Violation(
                    code="draft.unknown-name",
                    where=s.id,
                    severity=Severity.FLAG,
                    waivable=True,
                    message=f"Nothing vouches for the name {name!r}.",
                    fix="Check it; if it is right, put it into voice/glossary.txt.",
                )
    return tuple(found.values())


def words_are_its_own(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """No run of 12 or more words of a source outside quotation marks."""
    own = unquoted(draft.body)
    found = []
    for snapshot in facts.snapshots.values():
        run = shared_run(own, snapshot.text, RUN)
        if run:
            found.append(
                Violation(
                    code="draft.copied",
                    where=snapshot.title,
                    message=f"“{run}” is {snapshot.title}'s wording.",
                    fix="Quote it in quotation marks, or say it in the author's words.",
                )
            )
    return tuple(found)


def length_fits(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    bounds, n = facts.settings.contracts.draft, len(words(" ".join(s.text for s in statements(draft.body))))
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
    """Enough paragraphs, prose at both ends, no line that our own forms reserve, no raw HTML."""
    found = []
    parts = blocks(draft.body)
    want = facts.settings.contracts.draft.min_paragraphs
    if sum(b.kind != "heading" for b in parts) < want:
        found.append(
            Violation(
                code="draft.structure",
                where="body",
                waivable=True,
                message=f"Fewer than {want} paragraphs.",
                fix="Break the piece where its thought turns.",
            )
        )
    if parts and "heading" in (parts[-1].kind,):
        found.append(
            Violation(
                code="draft.no-end", where="body", message="It ends on a heading.", fix="Write its last paragraph."
            )
        )
    if re.search(r"^(:::|-----\s*$|=== )", draft.body, re.MULTILINE):
        found.append(
            Violation(
                code="draft.reserved",
                where="body",
                message="A line starts with `:::`, `=== ` or is `-----`.",
                fix="Those lines separate parts in a review; write something else.",
            )
        )
    if re.search(r"<(?:[a-zA-Z/!])", draft.body):
        found.append(Violation(code="draft.html", where="body", message="There is HTML in it.", fix="Write Markdown."))
    return tuple(found)


def says_nothing_twice(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
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
                    message=f"“{_short(s.text)}” stands there twice.",
                    fix="Keep one of them.",
                )
            )
        seen.add(key)
    return tuple(found)


def phrases_are_kept(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """No banned phrase outside quotations; every required one is there."""
    bounds = facts.settings.contracts.draft
    own, whole = f" {' '.join(words(unquoted(draft.body)))} ", f" {' '.join(words(draft.title + ' ' + draft.body))} "
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
            message=f"Distance {reading.distance:.2f} from the author; their own spread is {reading.threshold:.2f}.",
            fix=" ".join(reading.notes) or "Write it the way the samples are written.",
        ),
    )


def _short(text: str, length: int = 80) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


CHECKS: tuple[Check, ...] = (
    comes_from_this_brief,
    markers_resolve,
    notes_are_the_authors,
    claims_are_traceable,
    insight_is_told,
    names_are_vouched_for,
    words_are_its_own,
    length_fits,
    structure_stands,
    says_nothing_twice,
    phrases_are_kept,
    sounds_like_the_author,
)
