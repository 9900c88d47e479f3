"""What a model is told: everything in VOICE's slice that helps with the pass at hand, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from agents.optimizer.telling import NOTHING_YET, listed
from agents.prompts import rework_section
from agents.voice.assembling import emptied
from agents.voice.opening import angle_of
from agents.voice.proposal import Revision, VoiceInput
from agents.voice.rules import section
from state.contracts.brief import Brief, Evidence
from state.contracts.draft import AuthorNote
from state.text import markers

_OPENINGS: Mapping[str, str] = {
    "question": "a question: the first sentence asks it",
    "quotation": "a quotation: the first sentence holds one, as `<<e3>>`",
    "number": "a number: the first sentence states one, and no quotation",
    "scene": "a scene: the first sentence says who is there or that it is now, in the first person or with its day",
    "claim": "a claim: the first sentence states it, without a number, a quotation or a question",
}


def for_draft(given: VoiceInput) -> str:
    """For the first pass: the whole slice, and on a rework the last draft with what has to be mended."""
    b = given.brief
    before = (
        f"\n\n# Your last draft\n\n# {given.previous.title}\n\n{given.previous.body}"
        if given.previous and given.mend
        else ""
    )
    sections = [
        f"# Topic\n\n{b.topic}",
        f"# Insight\n\n{b.insight.text} (rests on {', '.join(b.insight.evidence)})",
        _evidence(b.evidence),
        _disputed(b),
        "# Angles\n\n" + "\n".join(f"- {a.title}: {a.approach}" for a in b.angles),
        "# Next steps\n\n" + "\n".join(f"- {s}" for s in b.next_steps),
        _notes(given.notes),
        f"{_voice(given)}\n\nA sample:\n\n{given.sample or '(none)'}",
        _bounds(given),
        _drawn(given),
        *_rules(given),
    ]
    return "\n\n".join(sections) + before + rework_section(given.mend)


def for_edit(revision: Revision) -> str:
    """For the second pass: the text, what it rests on, and what is off in it by name."""
    given = revision.given
    sections = [
        *_rests_on(revision),
        f"{_voice(given)}\n\nA sample:\n\n{given.sample or '(none)'}",
        _bounds(given),
        *_rules(given),
        "# What is off\n\n" + ("\n".join(f"- {note}" for note in revision.off) or "Nothing that can be measured."),
        _text(revision),
    ]
    return "\n\n".join(sections)


def for_polish(revision: Revision) -> str:
    """For the third pass: the text, and how the author's sentences go and begin."""
    profile = revision.given.profile
    edges = [f"- {s}" for s in (*profile.openings, *profile.closings)]
    sections = [
        *_rests_on(revision),
        _voice(revision.given),
        "# How this author's pieces open and close\n\n" + ("\n".join(edges) or "(no samples)"),
        *_rules(revision.given),
        _text(revision),
    ]
    return "\n\n".join(sections)


def _rests_on(revision: Revision) -> tuple[str, str]:
    cited = set(markers(revision.text.body))
    evidence = tuple(e for e in revision.given.brief.evidence if e.id in cited)
    return _evidence(evidence), _notes(tuple(n for n in revision.given.notes if n.id in cited))


def _drawn(given: VoiceInput) -> str:
    """What to try, since somebody has to for us to learn."""
    if not (given.angle or given.hook):
        return f"# What did well\n\n{NOTHING_YET}."
    hook = given.hook.picked if given.hook else ""
    wanted = [
        *([f"Take the angle “{angle_of(given).title}”."] if given.angle and given.angle.picked else []),
        *([f"Open with {_OPENINGS[hook]}."] if hook in _OPENINGS else []),
    ]
    return "# What did well\n\n" + "\n".join([*wanted, listed([c for c in (given.angle, given.hook) if c])])


def _evidence(evidence: tuple[Evidence, ...]) -> str:
    return "# Evidence\n\n" + "\n".join(
        f"[{e.id}] ({e.author or e.title}, {e.origin}, {e.published or 'no date'}) {e.quote}" for e in evidence
    )


def _disputed(brief: Brief) -> str:
    listed = "\n".join(f"- {' against '.join(d.between)}: {d.about}" for d in brief.disputes)
    return f"# Disputed: say so, or leave both out\n\n{listed or 'Nothing.'}"


def _notes(notes: tuple[AuthorNote, ...]) -> str:
    return "# The author's notes\n\n" + ("\n".join(f"[{n.id}] {n.text}" for n in notes) or "(none)")


def _voice(given: VoiceInput) -> str:
    p = given.profile
    return (
        f"# How {given.author} writes\n\n"
        f"Sentences average {p.sentence_mean:.0f} words (spread {p.sentence_spread:.0f}), paragraphs {p.paragraph_mean:.0f}; "
        f"contractions {p.contractions:.1%} of words; {p.questions:.0%} of sentences ask. Favourite phrases: {', '.join(p.favourites[:12]) or 'none'}."
    )


def _bounds(given: VoiceInput) -> str:
    bounds = given.bounds
    return (
        f"# Length\n\n{bounds.min_words} to {bounds.max_words} words, at least {bounds.min_paragraphs} paragraphs. "
        f"Banned: {', '.join(bounds.banned_phrases) or 'nothing'}. Required: {', '.join(bounds.required_phrases) or 'nothing'}."
    )


def _rules(given: VoiceInput) -> tuple[str, ...]:
    return tuple(filter(None, [section(given.rules)]))


def _text(revision: Revision) -> str:
    """The text with a place for each quotation, so that none is typed anew."""
    text = revision.text
    return f"# The text\n\n# {text.title}\n\n{emptied(text.body, revision.given.brief)}"
