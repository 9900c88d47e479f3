"""A draft in somebody else's voice, on its way through the graph: what its reviewer is told, and when it stops the piece."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from agents.voice.proposal import DraftProposal
from agents.writer import Task
from graph.facts import KnownFacts, gather
from state.violations import Severity, Violation
from tests.graph.rig import Flow, OpenFlow, Script

NOUNS = ("lamp", "bridge", "kettle", "river", "window", "hinge", "gutter", "paint", "bolt", "cable", "roof", "valve")
FRAMES = (
    "There is, upon the whole, nothing so instructive as a {} which has long been neglected by those to whom the {} was entrusted.",
    "Whoever would consider the {} with any degree of attention, must first have acquainted himself with the nature of every {}.",
    "Nor was it without some degree of hesitation that the {} had been entrusted to those who were familiar with the {}.",
    "Such were the reflections, which the {} of that unhappy house, and its {}, could not but occasion in so serious a mind.",
)


def pompous(task: Task[Any, Any]) -> DraftProposal:
    """Six hundred words of long sentences, no two alike, that cite what the insight rests on."""
    rng = random.Random(7)
    pairs = [(a, b) for a in NOUNS for b in NOUNS if a != b]
    told = [FRAMES[i % 4].format(*pair) for i, pair in enumerate(rng.sample(pairs, 32))]
    long = [f"{told[i][:-1]}; and {told[i + 1][0].lower()}{told[i + 1][1:]}" for i in range(0, len(told), 2)]
    paragraphs = [" ".join(long[i : i + 3]) for i in range(0, len(long), 3)]
    ref = task.given.brief.insight.evidence[0]
    return DraftProposal(title="On neglect", body="\n\n".join([f"So it is written: <<{ref}>>", *paragraphs]), angle="")


def more_samples(workspace: Path) -> None:
    """The author's sentences, shuffled into three more essays: over 5,000 words in all."""
    voice = workspace / "voice"
    said = [p for path in sorted(voice.glob("*.md")) for p in path.read_text(encoding="utf-8").split("\n\n")[1:]]
    for number in range(3):
        rng = random.Random(number)
        text = "\n\n".join(rng.sample(said, len(said) * 4 // 5))
        (voice / f"more-{number}.md").write_text(f"# More\n\n{text}", encoding="utf-8")


async def judged(piece: Flow) -> Violation:
    """What the last draft was told of its voice."""
    drafts = [h for h in await piece.handoffs() if h.contract == "Draft"]
    (violation,) = (v for v in drafts[-1].violations if v.code == "draft.voice")
    return violation


async def test_a_gate_with_enough_samples(workspace: Path, flow: OpenFlow) -> None:
    """With 5,000 words of samples a draft of 500 of its own is held to them: it goes back with what is off, by how much and what
    to do, and after two re-works a person may let it pass.
    """
    more_samples(workspace)
    script = Script(answers={"voice.draft": pompous})
    piece = await (await flow(script=script).start()).accept()
    violation = await judged(piece)
    assert (violation.severity, violation.waivable) == (Severity.FAIL, True)
    assert "advice" not in violation.message
    assert "Your sentences average" in violation.fix and "cut some in two" in violation.fix
    shown = await piece.shown()
    assert shown.stuck and "approve" in shown.open
    mended = next(t for t in script.asked[2:] if t.name == "voice.draft")
    assert violation.fix in " ".join(mended.given.mend)
    edit = next(t for t in script.asked if t.name == "voice.edit")
    assert "Your sentences average" in edit.ask.split("# What is off")[1]


async def test_advice_with_few_samples(flow: OpenFlow) -> None:
    """Below that it is advice, says so and what it would take, and the piece goes on to its review."""
    piece = await (await flow(script=Script(answers={"voice.draft": pompous})).start()).accept()
    violation = await judged(piece)
    assert violation.severity is Severity.FLAG
    assert (
        "This is advice: to judge by, it takes 5,000 words of samples and 500 of the draft's own" in violation.message
    )
    assert "Your sentences average" in violation.fix
    assert not (await piece.shown()).stuck


@pytest.fixture
async def facts(flow: OpenFlow) -> KnownFacts:
    piece = await (await flow().start()).accept()
    return await gather(await piece.state(), await piece.ledger(), piece.rooms.clock(), "Draft")


async def test_what_is_quoted_doesnt_count(facts: KnownFacts) -> None:
    """Somebody else's words, in quotation marks or in a block quote, make no difference to the distance, nor do markers."""
    own = (
        "I keep dead bulbs in a box, and I look through them when it rains.\n\nYou can see why, and you can still mind."
    )
    quoting = (
        own.replace("rains.", f"rains. [e1] “{FRAMES[0].format('lamp', 'roof')}” [e1]") + f"\n\n> {FRAMES[2]} [e2]"
    )
    plain, quoted = facts.voice(own), facts.voice(quoting)
    assert plain is not None and quoted is not None
    assert quoted.distance == pytest.approx(plain.distance)
    assert quoted.words == plain.words
