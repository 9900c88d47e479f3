"""Edit and polish: VOICE goes over its own text again, and stops where that does no good.

The text of a pass stands only if it is no further from the author than the nearest before it, cites all that the last one
cited, and breaks no check that that one passed. Otherwise the earlier text stands, and the Draft says why.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Literal

from pydantic import ValidationError

from agents.prompts import prompt
from agents.voice import asking, by_rule
from agents.voice.assembling import assemble
from agents.voice.profile import read
from agents.voice.proposal import DraftProposal, Revision, VoiceInput
from agents.writer import Task, Writer, WriterError
from state.base import one_line
from state.contracts.citing import uncited
from state.contracts.draft import Draft, Pass, untraceable
from state.contracts.faults import faults
from state.text import markers, statements
from state.violations import Violation
from state.voice import VoiceReading

Again = Literal["edit", "polish"]

ORDER: tuple[Again, ...] = ("edit", "polish")
TOLERANCE = 0.02
"""How much further from the author a pass may lead. By chance alone, as when three sentences of an essay of 500 words are
taken out, the distance moved by 0.006 (standard deviation), and by 0.026 once in sixty times.
"""
_ASK: Mapping[Again, Callable[[Revision], str]] = {"edit": asking.for_edit, "polish": asking.for_polish}


async def gone_over(given: VoiceInput, first: Draft, writer: Writer) -> Draft:
    """The Draft after as many passes as `given` allows, with what became of each. No WriterError: `first` is there."""
    text, reading = first, await _reading(given, first)
    nearest, log = reading, [Pass(name="draft", kept=True, after=_distance(reading))]
    for name in ORDER[: max(0, given.passes - 1)]:
        before = _distance(reading)
        try:
            made = await _made(name, given, text, reading, writer)
        except (WriterError, ValidationError) as error:
            log.append(Pass(name=name, kept=False, before=before, reason=_why(error)))
            break
        if (made.title, made.body) == (text.title, text.body):
            log.append(Pass(name=name, kept=False, before=before, after=before, reason="It changed nothing."))
            break
        now = await _reading(given, made)
        reason = _further(nearest, now) or await asyncio.to_thread(_worse, given, text, made)
        log.append(Pass(name=name, kept=not reason, before=before, after=_distance(now), reason=reason))
        if not reason:
            text, reading = made, now
            nearest = min(filter(None, (nearest, now)), key=lambda r: r.distance, default=None)
    return text.model_copy(update={"passes": tuple(log)})


async def _made(name: Again, given: VoiceInput, text: Draft, reading: VoiceReading | None, writer: Writer) -> Draft:
    """What one pass makes of the text. Raises WriterError, and ValidationError where that is no text."""
    off = await asyncio.to_thread(_off, given, text, reading) if name == "edit" else ()
    revision = Revision(given=given, text=text, off=off)
    task = Task(
        name=f"voice.{name}",
        agent="voice",
        system=await prompt("voice", "prompt.md", f"{name}.md"),
        ask=_ASK[name](revision),
        given=revision,
        wants=DraftProposal,
        by_rule=by_rule.revise,
    )
    return assemble(given, await writer.write(task)).model_copy(update={"angle": text.angle})


async def _reading(given: VoiceInput, draft: Draft) -> VoiceReading | None:
    """How far it is from the author; None without samples."""
    return await asyncio.to_thread(read, given.profile, draft.body) if given.profile.words else None


def _distance(reading: VoiceReading | None) -> float | None:
    return round(reading.distance, 3) if reading else None


def _off(given: VoiceInput, text: Draft, reading: VoiceReading | None) -> tuple[str, ...]:
    """What is off by name: what the contract would refuse, then where it isn't the author's voice."""
    told = (f"{v.where}: {v.message} {v.fix}" for v in faults(text, given.brief, given.bounds))
    return (*told, *(reading.notes if reading else ()))


def _further(nearest: VoiceReading | None, now: VoiceReading | None) -> str:
    """Why the text now is too much further from the author than the nearest so far; empty if it isn't."""
    if nearest is None or now is None or now.distance <= nearest.distance + TOLERANCE:
        return ""
    return f"It moved away from the author, from {nearest.distance:.2f} to {now.distance:.2f}. {' '.join(now.notes)}".strip()


def _worse(given: VoiceInput, before: Draft, now: Draft) -> str:
    """Why the text now is worse than before: a claim without its marker, or a check that it breaks anew; empty if it isn't."""
    gone = [ref for ref in _borne(given, before) if ref not in markers(now.body)]
    if gone:
        return f"It cites {' and '.join(f'[{ref}]' for ref in gone)} nowhere any more."
    bare = uncited(before.body, now.body)
    if bare:
        statement, refs = bare[0]
        return f"“{statement.text}” lost its marker {' '.join(f'[{ref}]' for ref in refs)}."
    anew = _anew(faults(before, given.brief, given.bounds), faults(now, given.brief, given.bounds))
    return f"It breaks {anew.code}, which held before: {anew.message}" if anew else ""


def _borne(given: VoiceInput, text: Draft) -> tuple[str, ...]:
    """What its sound sentences cite, in order: a claim that its evidence doesn't hold may go, marker and all."""
    known = {c.id for c in text.citations} | {n.id for n in text.notes}
    unsound = {v.where for v in untraceable(text, given.brief)}
    cited = (ref for s in statements(text.body) if s.id not in unsound for ref in s.cites)
    return tuple(dict.fromkeys(ref for ref in cited if ref in known))


def _anew(before: tuple[Violation, ...], now: tuple[Violation, ...]) -> Violation | None:
    """The first violation of a kind that there is more of now."""
    more = Counter(v.code for v in now) - Counter(v.code for v in before)
    return next((v for v in now if v.code in more), None)


def _why(error: WriterError | ValidationError) -> str:
    if isinstance(error, WriterError):
        return one_line(str(error))
    return f"What came of it is no text: {error.errors()[0]['msg']}."
