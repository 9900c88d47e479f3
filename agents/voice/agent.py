"""VOICE: a Brief in, a Draft out."""

from __future__ import annotations

import re

from agents.prompts import prompt, rework_section
from agents.voice import by_rule
from agents.voice.proposal import DraftProposal, VoiceInput
from agents.writer import Task, Writer
from state.base import digest_of, one_line
from state.contracts.brief import Brief
from state.contracts.draft import AuthorNote, Citation, Draft
from state.text import markers, words
from state.violations import Refusal, Violation

_QUOTE = re.compile(r"<<(e[1-9]\d*)>>[ ]?(?:\[\1\])?")


async def run(given: VoiceInput, writer: Writer) -> Draft | Refusal:
    """Raises WriterError. Refuses a Brief whose insight shares nothing with the evidence that it cites."""
    refused = unsupported(given.brief)
    if refused:
        return refused
    proposal = await writer.write(
        Task(
            name="voice.draft",
            agent="voice",
            system=await prompt("voice"),
            ask=_ask(given),
            given=given,
            wants=DraftProposal,
            by_rule=by_rule.draft,
        )
    )
    return assemble(given, proposal)


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


def assemble(given: VoiceInput, proposal: DraftProposal) -> Draft:
    """The Draft that a proposal means: quotes filled in to the letter, only the notes that it cites."""
    quotes = {e.id: e.quote for e in given.brief.evidence}
    body = _QUOTE.sub(lambda m: f"“{quotes[m[1]]}” [{m[1]}]" if m[1] in quotes else m[0], proposal.body)
    body = re.sub(r"[ \t]+$", "", body.replace("\r\n", "\n"), flags=re.MULTILINE).strip()
    cited = set(markers(body))
    return Draft(
        parent=digest_of(given.brief),
        title=one_line(proposal.title),
        body=body,
        angle=one_line(proposal.angle),
        citations=tuple(Citation.of(e) for e in given.brief.evidence),
        notes=tuple(n for n in given.notes if n.id in cited),
    )


def _ask(given: VoiceInput) -> str:
    """The message to a model: everything in the slice that helps to write, as Markdown."""
    b, p, bounds = given.brief, given.profile, given.bounds
    evidence = "\n".join(
        f"[{e.id}] ({e.author or e.title}, {e.origin}, {e.published or 'no date'}) {e.quote}" for e in b.evidence
    )
    notes = "\n".join(f"[{n.id}] {n.text}" for n in given.notes) or "(none)"
    disputes = "\n".join(f"- {' against '.join(d.between)}: {d.about}" for d in b.disputes) or "Nothing."
    angles = "\n".join(f"- {a.title}: {a.approach}" for a in b.angles)
    steps = "\n".join(f"- {s}" for s in b.next_steps)
    voice = (
        f"Sentences average {p.sentence_mean:.0f} words (spread {p.sentence_spread:.0f}), paragraphs {p.paragraph_mean:.0f}; "
        f"contractions {p.contractions:.1%} of words; {p.questions:.0%} of sentences ask. Favourite phrases: {', '.join(p.favourites[:12]) or 'none'}."
    )
    before = (
        f"\n\n# Your last draft\n\n# {given.previous.title}\n\n{given.previous.body}"
        if given.previous and given.mend
        else ""
    )
    return (
        "\n\n".join(
            [
                f"# Topic\n\n{b.topic}",
                f"# Insight\n\n{b.insight.text} (rests on {', '.join(b.insight.evidence)})",
                f"# Evidence\n\n{evidence}",
                f"# Disputed: say so, or leave both out\n\n{disputes}",
                f"# Angles\n\n{angles}",
                f"# Next steps\n\n{steps}",
                f"# The author's notes\n\n{notes}",
                f"# How {given.author} writes\n\n{voice}\n\nA sample:\n\n{given.sample or '(none)'}",
                f"# Length\n\n{bounds.min_words} to {bounds.max_words} words, at least {bounds.min_paragraphs} paragraphs. "
                f"Banned: {', '.join(bounds.banned_phrases) or 'nothing'}. Required: {', '.join(bounds.required_phrases) or 'nothing'}.",
                f"# Openings that did well\n\n{', '.join(given.hooks) or 'Not enough data yet.'}",
            ]
        )
        + before
        + rework_section(given.mend)
    )


def numbered_notes(paragraphs: tuple[tuple[str, str], ...], attested: tuple[AuthorNote, ...]) -> tuple[AuthorNote, ...]:
    """Notes with ids: `paragraphs` are (origin, text); those that a reviewer attested keep theirs, the rest are numbered round them."""
    taken = {n.id for n in attested}
    free = (f"n{i}" for i in range(1, 10_000) if f"n{i}" not in taken)
    return (*attested, *(AuthorNote(id=next(free), text=text, origin=origin) for origin, text in paragraphs))
