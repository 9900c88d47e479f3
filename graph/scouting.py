"""Scouting, put together: what the sources hold now, what the ledger knows of it, and how likeness is told."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import NamedTuple

from agents.content.agent import read_sources
from agents.content.scout import ScoutInput, scout
from agents.optimizer.telling import weighed
from graph.chosen import banned, pinned, themes
from graph.library import open_library
from graph.likeness import by_likeness
from graph.readiness import ready
from graph.rooms import Rooms
from state.base import digest_of
from state.contracts import Assignment, Learnings
from state.contracts.assignment import Candidate
from state.facts import Published
from state.ledger import Ledger
from state.records import Handoff, PieceRow
from state.settings import Settings
from state.sources import Reading
from state.violations import Verdict, Violation, failures
from state.workspace import load_voice

GIVEN = "It was given."
TO_BE_FOUND = "(to be found)"
"""The topic of a piece while its first scouting runs."""


class Scouted(NamedTuple):
    """What a scouting came to."""

    candidates: tuple[Candidate, ...]
    """Best first."""
    seen: tuple[str, ...] = ()
    """sha256 of the texts that it looked at."""
    problems: tuple[Violation, ...] = ()
    """Of the sources that gave nothing; CONTENT finds and tells them again, unless there is nothing to write about."""


def given(topic: str) -> tuple[Candidate, ...]:
    """The one candidate of a topic that a person gave."""
    return (Candidate(topic=topic, why=GIVEN, score=0.0),)


async def assigned_before(
    piece: str, topic: str, settings: Settings, learnings: Learnings, ledger: Ledger
) -> Assignment | None:
    """What `assign` assigned before it was killed, if it still stands; a thread that went on since begins anew."""
    made = await ledger.handoffs(piece)
    if not made or not all(h.contract == "Assignment" and h.passed for h in made):
        return None
    body = await ledger.body(made[-1].digest)
    found = Assignment.model_validate_json(body[1]) if body else None
    wanted = (digest_of(learnings), ready(settings), topic or (found and found.topic))
    return found if found and (found.parent, found.channels, found.topic) == wanted else None


def handed_over(assignment: Assignment, verdicts: tuple[Verdict, ...], *, producer: str, attempt: int) -> Handoff:
    """What is written down of an Assignment and its checks."""
    violations = tuple(v for verdict in verdicts for v in verdict.violations)
    return Handoff(
        contract="Assignment",
        producer=producer,
        attempt=attempt,
        passed=not failures(violations),
        digest=digest_of(assignment),
        violations=violations,
        checks=verdicts,
    )


async def still_free(candidates: tuple[Candidate, ...], piece: str, ledger: Ledger) -> tuple[Candidate, ...]:
    """Those that no other piece has taken meanwhile."""
    taken = {row.topic for row in await others(piece, ledger)}
    return tuple(c for c in candidates if c.topic not in taken)


async def others(piece: str, ledger: Ledger) -> tuple[PieceRow, ...]:
    """The other pieces that weren't dropped. This one's own row doesn't count: after a kill its node runs again."""
    return tuple(row for row in await ledger.pieces() if row.status != "dropped" and row.piece != piece)


async def scouted_for(piece: str, settings: Settings, learnings: Learnings, rooms: Rooms) -> Scouted:
    """Read what the workspace names, and weigh what could be written about. Without a topic nothing is searched."""
    ledger = await rooms.ledger_of(settings)
    async with open_library(ledger, rooms.clock) as library:
        reading = await read_sources(settings.workspace, settings.sources, memory=library, tell=library.tell)
    scouted = await _input(piece, reading, settings, learnings, rooms)
    problems = (Violation(code=p.code, where=p.source, message=p.message, fix=p.fix) for p in reading.problems)
    return Scouted(await _weighed(scouted, settings), tuple(s.sha256 for s in reading.snapshots), tuple(problems))


async def _input(piece: str, reading: Reading, settings: Settings, learnings: Learnings, rooms: Rooms) -> ScoutInput:
    ledger, folder = await rooms.ledger_of(settings), await asyncio.to_thread(load_voice, Path(settings.workspace))
    rows = [row for row in await others(piece, ledger) if row.topic != TO_BE_FOUND]
    choice = themes(piece, settings, learnings)
    return ScoutInput(
        notes=folder.notes,
        snapshots=reading.snapshots,
        seen=await ledger.sightings(piece, (s.sha256 for s in reading.snapshots)),
        used=await ledger.seen(),
        taken=tuple(row.topic for row in rows),
        published=tuple(Published(piece=r.piece, topic=r.topic, insight=f"{r.title} {r.insight}") for r in rows),
        themes=choice.ranked if choice else (),
        paid={name: weighed(choice, name) for name in choice.ranked} if choice else {},
        pinned=pinned("themes", settings),
        banned=banned("themes", settings),
        enough=settings.contracts.brief.min_evidence,
        now=rooms.clock(),
    )


async def _weighed(scouted: ScoutInput, settings: Settings) -> tuple[Candidate, ...]:
    """By the likeness that the workspace names."""
    return await by_likeness(settings.sources.novelty, settings.models, partial(scout, scouted))
