"""Brief: the insight, its evidence, angles and next steps. VOICE works from this and never re-researches."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, get_args

from pydantic import Field, field_validator

from state.base import Frozen, Line, digest_of
from state.contracts.base import Contract
from state.facts import Facts
from state.sources import Snapshot, SourceProblem
from state.text import MARKER, fold, numbers, words
from state.violations import Check, Severity, Violation

REPEAT_OVERLAP = 0.8
"""Share of an insight's words that a published one may hold before it counts as the same."""


AngleKind = Literal["first-hand", "witnesses", "how-to", "history", "dispute", "numbers"]
ANGLE_KINDS: tuple[AngleKind, ...] = get_args(AngleKind)
"""What carries the piece: what the author saw, sources side by side, what to do, how it came about, who disagrees, what it amounts to."""


class Evidence(Frozen):
    """A quote, and where it stands. `start` and `end` are offsets into the snapshot's text."""

    id: str = Field(pattern=r"^e[1-9]\d*$")
    quote: Line
    snapshot: str
    """sha256 of the archived text."""
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    title: str
    origin: str
    url: str | None = None
    author: str | None = None
    published: date | None = None
    retrieved_at: datetime

    @property
    def vouches(self) -> tuple[str, ...]:
        """Everything about it that a sentence may repeat: the quote, who said it, where and when."""
        return tuple(p for p in (self.quote, self.title, self.author, self.origin, str(self.published or "")) if p)


class Angle(Frozen):
    title: Line
    """Could stand above the piece."""
    approach: Line
    """How to tell it, in a sentence."""
    kind: AngleKind | None = Field(default=None, exclude_if=lambda kind: kind is None)
    """What pieces told alike have in common, so that angles can be learnt about; left out of a dump where it isn't known."""

    @property
    def arm(self) -> str:
        """By which it is learnt about: a title is hardly ever used twice."""
        return self.kind or self.title


class Insight(Frozen):
    text: Line
    """The one thing a reader takes away."""
    evidence: tuple[str, ...] = Field(min_length=1)
    """Ids of the evidence that it rests on."""

    @field_validator("text")
    @classmethod
    def _no_markers(cls, text: str) -> str:
        if MARKER.search(text):
            raise ValueError("cite by `evidence`, not by a marker in the text")
        return text


class Dispute(Frozen):
    """Evidence that can't all be true. It is kept and marked: which side is right is for a person, or for the reader."""

    between: tuple[str, ...] = Field(min_length=2)
    """Ids of the evidence of both sides."""
    about: Line
    """What they disagree about, in a line."""

    @field_validator("about")
    @classmethod
    def _no_markers(cls, about: str) -> str:
        if MARKER.search(about):
            raise ValueError("name the evidence by `between`, not by a marker in the text")
        return about


class Brief(Contract):
    """Its parent is the Assignment."""

    version: Literal["brief/1"] = "brief/1"
    topic: Line
    insight: Insight
    evidence: tuple[Evidence, ...]
    angles: tuple[Angle, ...]
    next_steps: tuple[Line, ...]
    gaps: tuple[SourceProblem, ...] = ()
    """Sources that gave nothing."""
    disputes: tuple[Dispute, ...] = Field(default=(), exclude_if=lambda found: not found)
    """Left out of a dump when there are none, so that a Brief from before there were disputes keeps its digest."""

    def cited(self, ids: tuple[str, ...]) -> tuple[Evidence, ...]:
        return tuple(e for e in self.evidence if e.id in ids)


def comes_from_this_assignment(brief: Brief, facts: Facts) -> tuple[Violation, ...]:
    if facts.assignment is not None and brief.parent == digest_of(facts.assignment):
        return ()
    return (
        Violation(
            code="brief.parent",
            where="parent",
            message="It was not made from this piece's Assignment.",
            fix="Make the brief again.",
        ),
    )


def quotes_are_verbatim(brief: Brief, facts: Facts) -> tuple[Violation, ...]:
    """Each quote is what stands in the archived snapshot at its offsets, to the letter."""
    found = []
    for e in brief.evidence:
        snapshot = facts.snapshots.get(e.snapshot)
        if snapshot is None:
            found.append(
                Violation(
                    code="brief.no-snapshot",
                    where=f"evidence {e.id}",
                    message=f"The text that it quotes ({e.title}) is not in the archive.",
                    fix="Pick a passage of an archived source.",
                )
            )
        elif snapshot.text[e.start : e.end] != e.quote:
            found.append(
                Violation(
                    code="brief.quote-not-verbatim",
                    where=f"evidence {e.id}",
                    message=f"{e.title} does not say “{_short(e.quote)}” there.",
                    fix=f"It says “{_short(snapshot.text[e.start : e.end])}”: shorten the quote, or drop it.",
                )
            )
        elif _about(e) != _about(snapshot):
            found.append(
                Violation(
                    code="brief.wrong-source",
                    where=f"evidence {e.id}",
                    message="Title, origin, link, author or date are not those of the archived source.",
                    fix=f"It is {snapshot.title}, {snapshot.origin}, {snapshot.published or 'no date'}.",
                )
            )
    return tuple(found)


def _about(source: Evidence | Snapshot) -> tuple[object, ...]:
    return source.title, source.origin, source.url, source.author, source.published


def ids_are_unique(brief: Brief, facts: Facts) -> tuple[Violation, ...]:
    """Ids are unique, no passage stands twice, and the insight cites ids that exist."""
    ids = [e.id for e in brief.evidence]
    spans = [(e.snapshot, e.start, e.end) for e in brief.evidence]
    found = [
        Violation(
            code="brief.evidence-twice",
            where=f"evidence {e.id}",
            message="This id or passage stands there twice.",
            fix="Keep one of them.",
        )
        for i, e in enumerate(brief.evidence)
        if e.id in ids[:i] or spans[i] in spans[:i]
    ]
    found += [
        Violation(
            code="brief.unknown-evidence",
            where="insight",
            message=f"It cites {ref}, which isn't in the brief.",
            fix=f"Cite one of {', '.join(ids) or 'none'}.",
        )
        for ref in brief.insight.evidence
        if ref not in ids
    ]
    return tuple(found)


def insight_numbers_have_evidence(brief: Brief, facts: Facts) -> tuple[Violation, ...]:
    """Each number in the insight appears in the evidence that it cites: in the quote, or in who said it and where."""
    cited = brief.cited(brief.insight.evidence)
    known = frozenset[str]().union(*(numbers(part) for e in cited for part in e.vouches))
    return tuple(
        Violation(
            code="brief.number-without-evidence",
            where="insight",
            message=f"No cited quote says {n}.",
            fix="Cite the evidence that does, or leave the number out.",
        )
        for n in sorted(numbers(brief.insight.text) - known)
    )


def disputes_are_between_evidence(brief: Brief, facts: Facts) -> tuple[Violation, ...]:
    """A dispute names different evidence that is there, and each number in its line stands in that evidence."""
    ids = {e.id for e in brief.evidence}
    found = []
    for i, dispute in enumerate(brief.disputes, 1):
        where, sides = f"dispute {i}", set(dispute.between)
        known = frozenset[str]().union(*(numbers(part) for e in brief.cited(dispute.between) for part in e.vouches))
        stray = sorted(numbers(dispute.about) - known)
        if len(sides) < 2 or not sides <= ids:
            found.append(
                Violation(
                    code="brief.dispute-without-sides",
                    where=where,
                    message=f"It stands between {', '.join(dispute.between)}: not two pieces of this evidence.",
                    fix=f"Name two or more of {', '.join(sorted(ids)) or 'none'}, or take the dispute out.",
                )
            )
        elif stray:
            found.append(
                Violation(
                    code="brief.dispute-number",
                    where=where,
                    message=f"Neither side says {', '.join(stray)}.",
                    fix="Say in their own numbers what they disagree about.",
                )
            )
    return tuple(found)


def disputes_are_seen(brief: Brief, facts: Facts) -> tuple[Violation, ...]:
    """Contradicting evidence is a flag: a person decides what the piece makes of it."""
    return tuple(
        Violation(
            code="brief.disputed",
            where=", ".join(f"evidence {ref}" for ref in dispute.between),
            severity=Severity.FLAG,
            waivable=True,
            message=f"They contradict one another: {dispute.about}",
            fix="Let the piece say so, or drop the side that you know to be wrong.",
        )
        for dispute in brief.disputes
    )


def evidence_is_enough(brief: Brief, facts: Facts) -> tuple[Violation, ...]:
    bounds, n = facts.settings.contracts.brief, len(brief.evidence)
    if bounds.min_evidence <= n <= bounds.max_evidence:
        return ()
    return (
        Violation(
            code="brief.evidence-count",
            where="evidence",
            message=f"{n} quotes; the contract wants {bounds.min_evidence} to {bounds.max_evidence}.",
            fix="Find more sources on the topic." if n < bounds.min_evidence else "Keep the strongest.",
        ),
    )


def origins_are_several(brief: Brief, facts: Facts) -> tuple[Violation, ...]:
    """Fewer than two origins (a host, or a file's stated origin) is a flag: one voice is not yet a fact."""
    origins, want = {e.origin for e in brief.evidence}, facts.settings.contracts.brief.min_origins
    if len(origins) >= want:
        return ()
    return (
        Violation(
            code="brief.few-origins",
            where="evidence",
            severity=Severity.FLAG,
            waivable=True,
            message=f"All evidence comes from {', '.join(sorted(origins)) or 'nowhere'}.",
            fix=f"Look for at least {want} origins that don't copy one another.",
        ),
    )


def angles_differ(brief: Brief, facts: Facts) -> tuple[Violation, ...]:
    """Enough angles, and no two that say the same."""
    want = facts.settings.contracts.brief.min_angles
    seen: list[frozenset[str]] = []
    for angle in brief.angles:
        key = frozenset(words(f"{angle.title} {angle.approach}"))
        if any(len(key & other) >= 0.8 * max(len(key | other), 1) for other in seen):
            return (
                Violation(
                    code="brief.angles-alike",
                    where=f"angle {angle.title!r}",
                    message="Two angles say the same thing.",
                    fix="Replace one by another way in.",
                ),
            )
        seen.append(key)
    if len(seen) >= want:
        return ()
    return (
        Violation(
            code="brief.few-angles",
            where="angles",
            message=f"{len(seen)} angles of at least {want}.",
            fix="Add a different way to tell it.",
        ),
    )


def next_steps_tell_voice_what_to_do(brief: Brief, facts: Facts) -> tuple[Violation, ...]:
    """At least one step; each says something (three words or more)."""
    if brief.next_steps and all(len(words(step)) >= 3 for step in brief.next_steps):
        return ()
    return (
        Violation(
            code="brief.vague-steps",
            where="next steps",
            message="VOICE isn't told what to do.",
            fix="Say in whole sentences what to open with, what to stress and what to leave out.",
        ),
    )


def says_something_new(brief: Brief, facts: Facts) -> tuple[Violation, ...]:
    """The insight is not a repeat of what was published."""
    mine = frozenset(words(brief.insight.text))
    return tuple(
        Violation(
            code="brief.repeat",
            where="insight",
            waivable=True,
            message=f"Piece {p.piece} already said this: “{_short(p.insight)}”",
            fix="Take another insight from the evidence.",
        )
        for p in facts.published
        if mine and len(mine & frozenset(words(p.insight))) >= REPEAT_OVERLAP * len(mine)
    )


def sources_were_readable(brief: Brief, facts: Facts) -> tuple[Violation, ...]:
    """Each source that gave nothing is a flag: the piece stands without it, but a person should know."""
    return tuple(
        Violation(code=gap.code, where=gap.source, message=gap.message, fix=gap.fix, severity=Severity.FLAG)
        for gap in brief.gaps
    )


def _short(text: str, length: int = 90) -> str:
    text = fold(text)
    return text if len(text) <= length else text[: length - 1] + "…"


CHECKS: tuple[Check, ...] = (
    comes_from_this_assignment,
    quotes_are_verbatim,
    ids_are_unique,
    insight_numbers_have_evidence,
    disputes_are_between_evidence,
    disputes_are_seen,
    evidence_is_enough,
    origins_are_several,
    angles_differ,
    next_steps_tell_voice_what_to_do,
    says_something_new,
    sources_were_readable,
)
