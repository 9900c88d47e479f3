"""Draft: the piece in the author's voice, each claim tied to evidence or to a note of the author's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

from pydantic import Field

from state.base import Frozen, Line, Prose, digest_of
from state.choices import Choice
from state.contracts.base import Contract
from state.contracts.brief import Brief, Evidence
from state.contracts.citing import markers_are_kept, names_are_cited, names_are_vouched_for
from state.contracts.habits import rules_are_kept
from state.contracts.prose import (
    SCARE_QUOTE,
    length_fits,
    links_lead_to_evidence,
    nothing_is_hidden,
    phrases_are_kept,
    says_nothing_twice,
    short,
    sounds_like_the_author,
    structure_stands,
)
from state.facts import Facts
from state.text import (
    ATTEST,
    Statement,
    holds_verbatim,
    loose_mark,
    markers,
    numbers,
    quotations,
    shared_run,
    statements,
    unquoted,
    words,
)
from state.violations import Check, Violation

RUN = 12
"""Words in a row of somebody else's, outside quotation marks, that count as copying."""
_MARKER_LIKE = re.compile(r"<<[^<>\n]{1,12}>>|[\[【]\s*[en]\s*\d+(?:\s*[,;–-]\s*[en]?\s*\d+)*\s*[\]】]", re.IGNORECASE)
"""What a writer takes for a marker: `[e1, e2]`, `[E1]`, `<<e9>>`. A reader would see it."""
_ATTRIBUTION = re.compile(r"(.*\S)\s+[—–-]{1,2}\s*((?:[^—–.!?]|\.(?=\w)){1,80})", re.DOTALL)
"""A block quote and, behind a dash, who said it."""


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


class Pass(Frozen):
    """One time that VOICE went over its text, and what became of that."""

    name: Literal["draft", "edit", "polish"]
    kept: bool
    """Whether the text that it made stands; if not, the one before does."""
    before: float | None = None
    """Distance to the author of the text that it began with; None where nothing measures it."""
    after: float | None = None
    """The same of the text that it made."""
    reason: str = ""
    """Why it wasn't kept."""


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
    passes: tuple[Pass, ...] = Field(default=(), exclude_if=lambda passes: not passes)
    """How VOICE came to these words, in order; a person's words have none. Left out of the dump where there are none, so
    that a Draft from before there were any keeps its digest."""
    choices: tuple[Choice, ...] = Field(default=(), exclude_if=lambda choices: not choices)
    """How its angle and the kind of its opening were drawn by what paid. Left out of a dump when there are none."""


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
    """Each marker points to something, none stands in the title, and nothing half looks like one."""
    return bad_markers(draft)


def bad_markers(draft: Draft) -> tuple[Violation, ...]:
    known = {c.id for c in draft.citations} | {n.id for n in draft.notes}
    found = [
        _bad_marker(f"[{ref}]", f"Nothing is called {ref}.", f"Cite one of {', '.join(sorted(known))}.")
        for ref in markers(draft.body)
        if ref not in known
    ]
    found += [
        _bad_marker(text, f"{text} is no marker.", "Write one after the other: [e1] [e2].")
        for text in dict.fromkeys(_MARKER_LIKE.findall(draft.body))
        if not markers(text) or text != f"[{markers(text)[0]}]"
    ]
    if markers(draft.title) or _MARKER_LIKE.search(draft.title):
        found.append(_bad_marker("title", "A marker stands in the title.", "A title is published as it stands."))
    if ATTEST in f"{draft.title} {draft.body}":
        found.append(
            Violation(
                code="draft.stray-attest",
                where=ATTEST,
                message=f"Only a reviewer may write {ATTEST}.",
                fix="Cite evidence, or leave the claim out.",
            )
        )
    return tuple(found)


def _bad_marker(where: str, message: str, fix: str) -> Violation:
    return Violation(code="draft.unknown-marker", where=where, message=message, fix=fix)


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
    """Each number, date and quotation stands in the evidence or the note that its sentence cites; the title's in any that is cited."""
    return untraceable(draft, _brief(facts))


def untraceable(draft: Draft, brief: Brief) -> tuple[Violation, ...]:
    vouchers = {e.id: e.vouches for e in brief.evidence} | {n.id: (n.text,) for n in draft.notes}
    title = Statement(id="title", text=draft.title, cites=markers(draft.body), kind="heading", block=0)
    return tuple(v for s in (title, *statements(draft.body)) for v in _untraceable(s, vouchers))


def _untraceable(s: Statement, vouchers: Mapping[str, tuple[str, ...]]) -> Iterator[Violation]:
    cited = [part for ref in s.cites for part in vouchers.get(ref, ())]
    missing = numbers(s.text) - _stated(cited)
    if missing:
        holders = [ref for ref, parts in vouchers.items() if missing <= _stated(parts)]
        yield _unvouched(s, f"the number {', '.join(sorted(missing))}", holders)
    for q in _claimed_quotations(s):
        if not _said(cited, q):
            yield _unvouched(s, f"the words “{q}”", [ref for ref, parts in vouchers.items() if _said(parts, q)])
    mark = loose_mark(s.text)
    if mark:
        yield Violation(
            code="draft.open-quote",
            where=s.id,
            message=f"A {mark} in “{short(s.text)}” has no partner, so nobody can tell what is quoted.",
            fix="Open and close each quotation with the same kind of marks; quote several paragraphs with `> `.",
        )


def _stated(parts: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*map(numbers, parts))


def _said(parts: Iterable[str], words: str) -> bool:
    return any(holds_verbatim(part, words) for part in parts)


def _claimed_quotations(s: Statement) -> tuple[str, ...]:
    """What a sentence says that somebody said. A block quote says so of all its words, and of who said them."""
    if s.kind != "quote":
        return tuple(q for q in quotations(s.text) if len(words(q)) >= SCARE_QUOTE)
    attributed = _ATTRIBUTION.fullmatch(s.text)
    said, who = (attributed[1], attributed[2]) if attributed else (s.text, "")
    bare = len(words(unquoted(said))) < SCARE_QUOTE
    return (*(quotations(said) if bare and quotations(said) else (said,)), *filter(words, who.split(",")))


def _unvouched(s: Statement, what: str, holders: Sequence[str]) -> Violation:
    """A violation that names the evidence that would vouch, if any does."""
    if s.id == "title":
        fix = "Take it out of the title, or cite in the body what says so."
    elif holders:
        fix = f"Cite [{holders[0]}], which says so."
    else:
        fix = "Leave it out, or say what the evidence says."
    cites = ", ".join(s.cites) or "nothing"
    return Violation(
        code="draft.untraceable",
        where=s.id,
        message=f"“{short(s.text)}” cites {cites}, which doesn't hold {what}.",
        fix=f"{fix} A reviewer who knows it first hand writes {ATTEST} behind the sentence.",
    )


def insight_is_told(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """The piece cites at least one piece of the evidence that the insight rests on."""
    return untold(draft, _brief(facts))


def untold(draft: Draft, brief: Brief) -> tuple[Violation, ...]:
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


def words_are_its_own(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """No run of 12 or more words of a source outside quotation marks. Too short a quotation is no excuse."""
    return copied(draft, ((snapshot.title, snapshot.text) for snapshot in facts.snapshots.values()))


def copied(draft: Draft, sources: Iterable[tuple[str, str]]) -> tuple[Violation, ...]:
    """`sources` are (title, text)."""
    told = (s.text for s in statements(draft.body) if s.kind != "quote")
    own = " ".join(unquoted(text, SCARE_QUOTE) for text in (f"{draft.title}.", *told))
    found = []
    for title, text in sources:
        run = shared_run(own, text, RUN)
        if run:
            found.append(
                Violation(
                    code="draft.copied",
                    where=title,
                    message=f"“{run}” is {title}'s wording.",
                    fix="Quote it in quotation marks, or say it in the author's words.",
                )
            )
    return tuple(found)


CHECKS: tuple[Check, ...] = (
    comes_from_this_brief,
    markers_resolve,
    notes_are_the_authors,
    claims_are_traceable,
    insight_is_told,
    names_are_vouched_for,
    names_are_cited,
    markers_are_kept,
    words_are_its_own,
    length_fits,
    structure_stands,
    nothing_is_hidden,
    links_lead_to_evidence,
    says_nothing_twice,
    phrases_are_kept,
    rules_are_kept,
    sounds_like_the_author,
)
