"""The author, as the ledger knows them: the measured profile and the rules that edits taught. The one seam to both."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import lru_cache

from agents.voice.profile import key_of, measure
from agents.voice.rules import Lesson, derive, heard, learn, reread
from graph.answers import Answer
from state.base import sha256_text
from state.contracts.brief import Brief
from state.contracts.draft import Draft
from state.ledger import Ledger
from state.rules import Rule, RuleVersion
from state.voice import VoiceProfile
from state.workspace import VoiceFolder


async def profile_of(folder: VoiceFolder, ledger: Ledger, now: datetime) -> VoiceProfile | None:
    """The profile of these samples: the one that the ledger holds, else measured now (in a thread) and kept. None without samples."""
    samples = tuple(text for _, text in folder.samples)
    if not samples:
        return None
    key = await asyncio.to_thread(_key, samples)
    kept = await ledger.profile(key)
    if kept is not None:
        return _parsed(kept[0])
    profile = await asyncio.to_thread(measure, samples)
    await ledger.put_profile(key, profile, now=now)
    return profile


@lru_cache(maxsize=8)
def _key(samples: tuple[str, ...]) -> str:
    return key_of(samples)


@lru_cache(maxsize=8)
def _parsed(text: str) -> VoiceProfile:
    return VoiceProfile.model_validate_json(text)


def cause_of(piece: str, shown: str, answer: Answer, digest: str) -> str:
    """Names a decision, so that its lessons are written once, however often its node runs."""
    return f"{piece}/{shown[:16]}/{answer.kind}/{digest[:16]}/{sha256_text(answer.note)[:8]}"


async def taught_by_edit(before: Draft, after: Draft, brief: Brief | None, folder: VoiceFolder) -> tuple[Lesson, ...]:
    """What an approved edit says about style. Worked out in a thread, before the transaction that keeps it."""
    own = (*(text for _, text in (*folder.samples, *folder.notes)), *folder.glossary, *(n.text for n in after.notes))
    matter = (brief.topic, *(part for e in brief.evidence for part in e.vouches)) if brief else ()
    return await asyncio.to_thread(derive, before.body, after.body, "\n".join((*own, *matter)))


def taught_by_note(answer: Answer) -> tuple[Lesson, ...]:
    """What a person's note to VOICE says about style; by somebody else, or to another agent, nothing."""
    lesson = heard(answer.note) if answer.by == "person" and answer.to == "voice" else None
    return (lesson,) if lesson else ()


async def keep_lessons(
    ledger: Ledger,
    lessons: tuple[Lesson, ...],
    approved: Draft | None,
    *,
    piece: str,
    decision: str,
    cause: str,
    now: datetime,
) -> tuple[RuleVersion, ...]:
    """Write down what rules come of a decision; `approved` is the draft that it let stand. Call it inside `ledger.together()`.

    The same decision again, as after a kill, writes nothing.
    """
    await ledger.hold_rules()
    if await ledger.taught(cause):
        return ()
    rules = await ledger.rules()
    changed = learn(rules, lessons, piece=piece, decision=decision)
    touched = {rule.key for rule, _ in changed}
    rest: tuple[Rule, ...] = tuple(rule for rule in rules if rule.key not in touched)
    stood = tuple(reread(rest, approved.body)) if approved else ()
    return await ledger.write_rules((*changed, *stood), cause=cause, now=now)
