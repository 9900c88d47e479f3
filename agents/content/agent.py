"""CONTENT: an Assignment in, a Brief out. It reads the sources, ranks their sentences, and picks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Protocol

from agents.content import by_rule
from agents.content.disputes import with_opposites
from agents.content.duplicates import distinct
from agents.content.evidence import Index, Passage, passages
from agents.content.proposal import AngleProposal, BriefProposal, Research
from agents.content.sources import (
    FetchLimits,
    Memory,
    Progress,
    Tell,
    open_fetcher,
    open_searches,
    open_sources,
    other_languages,
    read_all,
)
from agents.prompts import prompt, rework_section
from agents.writer import Task, Writer
from state.base import Frozen, digest_of, one_line
from state.contracts.assignment import Assignment
from state.contracts.brief import ANGLE_KINDS, Angle, Brief, Dispute, Evidence, Insight
from state.settings import BriefBounds, SourceSettings
from state.sources import Reading, Snapshot
from state.violations import Refusal, Violation

SHOWN = 30
"""Passages that the writer gets to see, those that contradict one of them not counted."""


class Library(Memory, Protocol):
    """Where source texts are kept for good, what each address held the last time, and who hears how a reading goes."""

    async def archive(self, snapshots: Iterable[Snapshot]) -> None: ...

    def tell(self, progress: Progress) -> None: ...


class ContentInput(Frozen):
    """CONTENT's slice."""

    assignment: Assignment
    workspace: str
    sources: SourceSettings
    bounds: BriefBounds
    language: str = "en"
    """The author's, as a tag: what is in another is flagged."""
    about: str = ""
    """The author's note on this topic, if there is one: what to look for, not something to quote."""
    excluded: tuple[tuple[str, int], ...] = ()
    """(snapshot, start) of passages that failed, or that a person sent back."""
    mend: tuple[str, ...] = ()
    """What was wrong with the last try."""


async def run(given: ContentInput, writer: Writer, library: Library) -> Brief | Refusal:
    """Raises WriterError; everything else that can go wrong with a source is in the Brief's gaps or in a Refusal."""
    reading = await read_sources(
        given.workspace, given.sources, query=given.assignment.topic, memory=library, tell=library.tell
    )
    chosen = await asyncio.to_thread(_ranked, given, reading.snapshots)
    if not chosen:
        return _nothing_found(given, reading)
    await library.archive(dict.fromkeys(p.source for p in chosen))
    research = Research(
        topic=given.assignment.topic, passages=chosen, about=given.about, most=given.bounds.max_evidence
    )
    proposal = await writer.write(
        Task(
            name="content.brief",
            agent="content",
            system=await prompt("content"),
            ask=_ask(research, given.mend),
            given=research,
            wants=BriefProposal,
            by_rule=by_rule.propose,
        )
    )
    brief = assemble(given, research, proposal, reading)
    return await asyncio.to_thread(_with_languages, brief, reading, given.language)


async def read_sources(
    workspace: str, settings: SourceSettings, *, query: str = "", memory: Memory | None = None, tell: Tell | None = None
) -> Reading:
    """Everything that the workspace names: folders, feeds, pages, sitemaps; and with a `query` its searches.

    What an address held the last time comes from `memory` where its server says that it is unchanged.
    """
    limits, named = FetchLimits(), (settings.folders, settings.feeds, settings.pages)
    async with open_fetcher(
        limits,
        allow_loopback=settings.allow_loopback,
        budget=settings.budget,
        memory=memory,
        tell=tell,
        contact=settings.contact,
    ) as fetcher:
        sources = open_sources(Path(workspace), *named, fetcher, sitemaps=settings.sitemaps)
        searches = open_searches(query, settings.searches, fetcher) if query else ()
        return await read_all((*sources, *searches))


def _with_languages(brief: Brief, reading: Reading, language: str) -> Brief:
    """The Brief, with a gap for each source in another language than the author's."""
    quoted = {e.snapshot for e in brief.evidence}
    return brief.model_copy(
        update={"gaps": (*brief.gaps, *other_languages(reading.snapshots, language, quoted=quoted))}
    )


def _ranked(given: ContentInput, snapshots: Iterable[Snapshot]) -> tuple[Passage, ...]:
    excluded = set(given.excluded)
    one_each = distinct(tuple(snapshots))  # the same story on ten sites is one source, not ten
    fresh = [p for p in passages(one_each) if (p.source.sha256, p.start) not in excluded]
    return with_opposites(Index(fresh).rank(given.assignment.topic, SHOWN, about=given.about), fresh)


def assemble(given: ContentInput, research: Research, proposal: BriefProposal, reading: Reading) -> Brief:
    """The Brief that a proposal means: numbers become quotes with their place in the archive. Unknown numbers are dropped.

    An insight that rests on nothing cites the first piece of evidence, and the contract judges whether that holds.
    """
    by_number = {p.number: p for p in research.passages}
    picked = _picked(proposal, by_number.keys(), research.most) or [research.passages[0].number]
    refs = {n: f"e{i}" for i, n in enumerate(picked, 1)}
    evidence: tuple[Evidence, ...] = tuple(by_number[n].evidence(ref) for n, ref in refs.items())
    rests_on = tuple(refs[n] for n in dict.fromkeys(proposal.insight_passages) if n in refs) or (evidence[0].id,)
    return Brief(
        parent=digest_of(given.assignment),
        topic=one_line(given.assignment.topic),
        insight=Insight(text=one_line(proposal.insight), evidence=rests_on),
        evidence=evidence,
        angles=tuple(map(_angle, proposal.angles)),
        next_steps=tuple(one_line(s) for s in proposal.next_steps if s.strip()),
        gaps=reading.problems,
        disputes=tuple(_disputes(proposal, refs)),
    )


def _angle(proposed: AngleProposal) -> Angle:
    kind = next((known for known in ANGLE_KINDS if known == proposed.kind.strip().lower()), None)
    return Angle(title=one_line(proposed.title), approach=one_line(proposed.approach), kind=kind)


def _picked(proposal: BriefProposal, known: Set[int], most: int) -> list[int]:
    """At most so many known passages, in the proposal's order; what the insight rests on and both sides of a dispute find room."""
    sides = [n for d in proposal.disputes for n in d.passages]
    needed = [n for n in dict.fromkeys([*proposal.insight_passages, *sides]) if n in known]
    others = [n for n in dict.fromkeys(proposal.evidence) if n in known and n not in needed]
    kept = {*needed[:most], *others[: max(0, most - len(needed))]}
    return [n for n in dict.fromkeys([*proposal.insight_passages, *proposal.evidence, *needed]) if n in kept]


def _disputes(proposal: BriefProposal, refs: Mapping[int, str]) -> Iterator[Dispute]:
    """Those of which at least two sides are in the evidence."""
    for d in proposal.disputes:
        sides = tuple(refs[n] for n in dict.fromkeys(d.passages) if n in refs)
        if len(sides) > 1 and d.about.strip():
            yield Dispute(between=sides, about=one_line(d.about))


def _ask(research: Research, mend: tuple[str, ...]) -> str:
    listed = "\n".join(
        f"[{p.number}] ({p.source.author or p.source.title}, {p.source.origin}, {p.source.published or 'no date'}) {p.text}"
        for p in research.passages
    )
    about = f"# What the author says of it\n\n{research.about}\n\n" if research.about else ""
    return f"# Topic\n\n{research.topic}\n\n{about}# Passages\n\n{listed}{rework_section(mend)}"


def _nothing_found(given: ContentInput, reading: Reading) -> Refusal:
    """Nobody upstream can help: the review point opens with what each source said."""
    about = (
        f"{len(reading.snapshots)} documents were read, and none speaks of it"
        if reading.snapshots
        else "no document could be read"
    )
    violations = [
        Violation(
            code="content.nothing-found",
            where="sources",
            message=f"On “{given.assignment.topic}”: {about}.",
            fix="Add sources on it below sources/ or in flywheel.toml, then order a rework; or drop the piece.",
        )
    ]
    violations += [Violation(code=p.code, where=p.source, message=p.message, fix=p.fix) for p in reading.problems]
    return Refusal(to="content", violations=tuple(violations))
