"""The author, learnt: the profile is kept and made again when samples change; edits, approvals and notes make rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langgraph.types import Command

from agents.voice.proposal import DraftProposal
from agents.writer import Task
from graph.author import profile_of
from state.rules import Rule
from state.workspace import load_voice
from tests.graph.rig import NOON, PIECE, Acting, Flow, OpenFlow, Script

pytestmark = pytest.mark.long

PAD = "Moreover, we leverage what we have. We do not mind it."


def padded(task: Task[Any, Any]) -> DraftProposal:
    """What VOICE writes by its own rule, with worn words before its end."""
    made: DraftProposal = task.by_rule(task.given)
    head, _, end = made.body.rpartition("\n\n")
    return made.model_copy(update={"body": f"{head}\n\n{PAD}\n\n{end}"})


def worn() -> Script:
    return Script(answers={"voice.draft": padded})


async def edited(piece: Flow, *changes: tuple[str, str]) -> Flow:
    """Change the draft that waits, and send it."""
    text = (await piece.args())["draft"]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return await piece.edit(draft=text)


async def rules(piece: Flow) -> dict[str, Rule]:
    return {rule.key: rule for rule in await (await piece.ledger()).rules()}


async def test_the_profile_is_kept(flow: OpenFlow, workspace: Path) -> None:
    """A piece measures the samples once; a changed sample makes a second profile, and its return takes up the first again."""
    piece = await flow().to("review_draft")
    ledger = await piece.ledger()
    assert await ledger.profile_count() == 1
    first = await profile_of(load_voice(workspace), ledger, NOON)
    sample = workspace / "voice" / "my-mothers-kettle.md"
    before = sample.read_text(encoding="utf-8")
    sample.write_text(f"{before}\n\nI never liked it, and I never said so.\n", encoding="utf-8")
    await flow(piece="piece-2").to("review_draft")
    assert await ledger.profile_count() == 2
    second = await profile_of(load_voice(workspace), ledger, NOON)
    assert first is not None and second is not None
    assert (second.samples != first.samples, second.words) == (True, first.words + 9)
    sample.write_text(before, encoding="utf-8")
    assert await profile_of(load_voice(workspace), ledger, NOON) == first
    assert await ledger.profile_count() == 2


async def test_names_of_samples_dont_matter(flow: OpenFlow, workspace: Path) -> None:
    """A sample that is only called otherwise is no other sample."""
    piece = await flow().to("review_draft")
    (workspace / "voice" / "my-mothers-kettle.md").rename(workspace / "voice" / "a-kettle.md")
    ledger = await piece.ledger()
    await profile_of(load_voice(workspace), ledger, NOON)
    assert await ledger.profile_count() == 1


async def test_without_samples_there_is_no_profile(flow: OpenFlow, workspace: Path) -> None:
    """With nothing to measure nothing is kept, and the draft says that nothing judges its voice."""
    for sample in (workspace / "voice").glob("*.md"):
        sample.unlink()
    piece = await flow().to("review_draft")
    assert "draft.no-samples" in await piece.codes()
    assert await (await piece.ledger()).profile_count() == 0


async def test_an_edit_teaches_the_next_piece(flow: OpenFlow) -> None:
    """A struck phrase becomes a rule with the words before and after; the next piece's VOICE is told it, and breaking it is flagged."""
    piece = await flow(script=worn()).to("review_draft")
    assert "draft.rule" not in await piece.codes()
    await edited(piece, ("Moreover, we leverage what", "We use what"))
    assert (await piece.shown()).point == "review_offer"
    learnt = await rules(piece)
    rule = learnt["word:leverage"]
    assert (rule.text, rule.standing, rule.confirmed) == ("never 'leverage': write 'use'", "active", False)
    assert (rule.examples[0].piece, rule.examples[0].decision) == (PIECE, "review_draft edit")
    assert (rule.examples[0].before, rule.examples[0].after) == (
        "Moreover, we leverage what we have.",
        "We use what we have.",
    )
    assert learnt["word:moreover"].standing == "active"
    acting = Acting()
    second = await flow(acting, script=worn(), piece="piece-2").to("review_draft")
    assert "never 'leverage': write 'use'" in acting.given["voice"][-1].rules
    told = [v for v in (await second.shown()).violations if v.code == "draft.rule"]
    assert {(v.where, v.severity.value) for v in told} == {
        (f"rule {rule.number}", "flag"),
        (f"rule {learnt['word:moreover'].number}", "flag"),
    }
    assert "approve" in (await second.shown()).open


async def test_a_rule_that_is_off_says_nothing(flow: OpenFlow) -> None:
    """A rule that is switched off is told to nobody and flags nothing."""
    piece = await flow(script=worn()).to("review_draft")
    await edited(piece, ("we leverage", "we use"))
    ledger, rule = await piece.ledger(), (await rules(piece))["word:leverage"]
    await ledger.write_rules([(rule.model_copy(update={"switch": "off"}), "switched off")], cause="person", now=NOON)
    acting = Acting()
    second = await flow(acting, script=worn(), piece="piece-2").to("review_draft")
    assert acting.given["voice"][-1].rules == ()
    assert "draft.rule" not in await second.codes()


async def test_a_rule_that_a_person_switched_on_is_a_gate(flow: OpenFlow) -> None:
    """Against a confirmed rule a draft fails, is sent back, and once VOICE can't mend it a person may waive it."""
    piece = await flow(script=worn()).to("review_draft")
    await edited(piece, ("we leverage", "we use"))
    ledger, rule = await piece.ledger(), (await rules(piece))["word:leverage"]
    await ledger.write_rules([(rule.model_copy(update={"switch": "on"}), "switched on")], cause="person", now=NOON)
    second = await flow(script=worn(), piece="piece-2").to("review_draft")
    shown = await second.shown()
    assert (shown.stuck, "draft.rule" in await second.codes(), "approve" in shown.open) == (True, True, True)
    await second.accept()
    assert (await second.shown()).point == "review_offer"
    assert (await rules(second))["word:leverage"].against == 1


async def test_an_approval_teaches_too(flow: OpenFlow) -> None:
    """A draft that a person approves as it is weakens what it breaks; approved by a policy or by --approve-all it says nothing."""
    piece = await flow(script=worn()).to("review_draft")
    await edited(piece, ("we leverage", "we use"))
    second = await flow(script=worn(), piece="piece-2").to("review_draft")
    await second.answer([{"type": "accept", "by": "approve-all"}])
    assert (await rules(second))["word:leverage"].version == 1
    third = await flow(script=worn(), piece="piece-3").to("review_draft")
    await third.accept()
    rule = (await rules(third))["word:leverage"]
    assert (rule.version, rule.against, rule.standing) == (2, 1, "faded")
    (_, last) = await (await third.ledger()).rule_versions(rule.number)
    assert last.change == "an approved draft goes against it"


async def test_a_note_teaches_the_rework(flow: OpenFlow) -> None:
    """What a person says when sending a draft back is a rule in their words, and VOICE is told it in that very rework."""
    acting = Acting()
    piece = await flow(acting).to("review_draft")
    await piece.rework("voice", "open with a scene")
    (rule,) = (await rules(piece)).values()
    assert (rule.kind, rule.text, rule.source, rule.standing) == ("note", "open with a scene", "note", "active")
    assert rule.examples[0].decision == "review_draft rework"
    assert acting.given["voice"][-1].rules == ("open with a scene",)


async def test_only_notes_to_voice_are_about_style(flow: OpenFlow) -> None:
    """A note to another agent teaches VOICE nothing; one about this piece alone is kept as a suggestion."""
    piece = await flow().to("review_draft")
    await piece.rework("content", "never use this source")
    assert await rules(piece) == {}
    await piece.accept()
    await piece.rework("voice", "the second paragraph is too long")
    assert [rule.standing for rule in (await rules(piece)).values()] == ["suggested"]


async def test_lessons_are_learnt_once(flow: OpenFlow) -> None:
    """After a kill between the ledger and the checkpoint the review node runs again, and teaches nothing twice."""
    piece = await flow(script=worn()).to("review_draft")
    before = (await piece.snapshot()).config
    text = (await piece.args())["draft"].replace("we leverage", "we use").replace("We do not", "We don't")
    answer = [{"type": "edit", "args": {"action": "review_draft", "args": (await piece.args()) | {"draft": text}}}]
    await piece.answer(answer)
    ledger = await piece.ledger()
    once = await ledger.rules_since(0)
    assert {v.rule.key for v in once} == {"word:leverage", "form:contract"}
    async for _ in piece.graph.astream(Command(resume=answer), before, context=piece.context, stream_mode="updates"):
        pass
    assert await ledger.rules_since(0) == once
    assert len([d for d in await piece.decisions() if d.kind == "edit"]) == 1


async def test_an_edit_of_facts_teaches_nothing(flow: OpenFlow) -> None:
    """A sentence that was added and vouched for, and words taken from the matter, make no rule about words."""
    piece = await flow().to("review_draft")
    text = (await piece.args())["draft"]
    head, _, end = text.rpartition("\n\n")
    await piece.edit(draft=f"{head}\n\nI counted 41 rivets on that one by hand. [me]\n\n{end}")
    assert (await piece.shown()).point == "review_offer"
    assert [rule for rule in (await rules(piece)).values() if rule.phrases] == []


@pytest.mark.parametrize("text", ["never 'leverage'", 'don\'t say "what we have"'])
async def test_a_rule_applies_to_a_persons_edit_as_well(flow: OpenFlow, text: str) -> None:
    """A person's own edit against a rule that a person wrote is shown once more, and can be approved in spite of it."""
    from agents.voice.rules import learn, written

    piece = await flow().to("review_draft")
    changes = learn((), [written(text)], piece="", decision="person")
    await (await piece.ledger()).write_rules(changes, cause="person", now=NOON)
    head, _, end = (await piece.args())["draft"].rpartition("\n\n")
    await piece.edit(draft=f"{head}\n\nWe leverage what we have.\n\n{end}")
    shown = await piece.shown()
    assert (shown.point, await piece.codes(), "approve" in shown.open) == ("review_draft", ["draft.rule"], True)
    await piece.accept()
    assert (await piece.shown()).point == "review_offer"
