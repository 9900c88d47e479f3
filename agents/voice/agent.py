"""VOICE: a Brief in, a Draft out."""

from __future__ import annotations

from agents.prompts import prompt
from agents.voice import asking, by_rule
from agents.voice.assembling import assemble
from agents.voice.opening import recorded
from agents.voice.passes import gone_over
from agents.voice.proposal import DraftProposal, VoiceInput
from agents.writer import Task, Writer
from state.contracts.brief import Brief
from state.contracts.draft import AuthorNote, Draft
from state.text import words
from state.violations import Refusal, Violation


async def run(given: VoiceInput, writer: Writer) -> Draft | Refusal:
    """Draft, edit, polish. Raises WriterError if there is no draft. Refuses a Brief whose insight shares nothing with the
    evidence that it cites.
    """
    refused = unsupported(given.brief)
    if refused:
        return refused
    proposal = await writer.write(
        Task(
            name="voice.draft",
            agent="voice",
            system=await prompt("voice", "prompt.md", "draft.md"),
            ask=asking.for_draft(given),
            given=given,
            wants=DraftProposal,
            by_rule=by_rule.draft,
        )
    )
    return recorded(given, await gone_over(given, assemble(given, proposal), writer))


def unsupported(brief: Brief) -> Refusal | None:
    """A Refusal when the cited evidence says nothing of what the insight says (they share fewer than two content words)."""
    said = {w for w in words(brief.insight.text) if len(w) > 3}
    held = {w for e in brief.cited(brief.insight.evidence) for w in words(e.quote) if len(w) > 3}
    if len(said & held) >= min(2, len(said)):
        return None
    ids = ", ".join(brief.insight.evidence)
    return Refusal(
        to="content",
        violations=(
            Violation(
                code="voice.insight-unsupported",
                where="insight",
                message=f"Evidence {ids} doesn't support the insight.",
                fix="Cite the evidence that does, or draw the insight from the evidence.",
            ),
        ),
    )


def numbered_notes(paragraphs: tuple[tuple[str, str], ...], attested: tuple[AuthorNote, ...]) -> tuple[AuthorNote, ...]:
    """Notes with ids: `paragraphs` are (origin, text); those that a reviewer attested keep theirs, the rest are numbered round them."""
    taken = {n.id for n in attested}
    free = (f"n{i}" for i in range(1, 10_000) if f"n{i}" not in taken)
    return (*attested, *(AuthorNote(id=next(free), text=text, origin=origin) for origin, text in paragraphs))
