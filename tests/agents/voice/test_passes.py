"""Draft, edit, polish: which text stands in the end, and what the Draft says of the passes that led to it."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from agents.voice import agent
from agents.voice.assembling import emptied, filled
from agents.voice.passes import TOLERANCE
from agents.voice.profile import measure
from agents.voice.proposal import DraftProposal, VoiceInput
from agents.writer import ExtractiveWriter, Task, WriterUnavailable, WriterUnfit
from state.contracts.draft import AuthorNote, Draft, Pass
from state.records import Spend
from state.settings import DraftBounds
from state.voice import VoiceProfile
from state.workspace import Framing
from tests.state.pieces import BODY, NOTE, Chain, chain

ESSAYS = Path(__file__).parents[3] / "examples" / "upkeep" / "voice"
RUST = "Rust had eaten 20 percent of one section [e3]. Nobody had held a gauge to it."
ORNATE = (
    "Notwithstanding the considerable difficulties which invariably attend upon such undertakings, it must nevertheless be "
    "acknowledged that the systematic observation of structural elements constitutes an indispensable prerequisite of safety."
)


class Scripted:
    """A writer that answers with bodies in turn, or raises what stands there; with none left it gives the text back."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = deque(answers)
        self.asked: list[Task[Any, Any]] = []
        self.spent = Spend()

    async def write(self, task: Task[Any, Any]) -> Any:
        self.asked.append(task)
        answer = self.answers.popleft() if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            return task.by_rule(task.given)
        return DraftProposal(title="What a bridge says before it falls", body=answer, angle="Another angle")


@pytest.fixture(scope="module")
def made() -> Chain:
    """A whole valid piece."""
    return chain()


@pytest.fixture(scope="module")
def nora() -> VoiceProfile:
    return measure([path.read_text(encoding="utf-8") for path in sorted(ESSAYS.glob("*.md"))])


def slice_of(made: Chain, **fields: Any) -> VoiceInput:
    """VOICE's slice of the sample piece; with no profile no distance is measured."""
    known: dict[str, Any] = {
        "brief": made.brief,
        "author": "Nora Whitlock",
        "notes": (AuthorNote(id="n1", text=NOTE, origin="voice/notes/walks.md"),),
        "framing": Framing(),
        "profile": VoiceProfile(),
        "bounds": DraftBounds(min_words=80, max_words=400, banned_phrases=("game changer",)),
    }
    return VoiceInput(**(known | fields))


async def written(given: VoiceInput, *answers: str | Exception) -> tuple[Draft, Scripted]:
    writer = Scripted(*answers)
    made = await agent.run(given, writer)
    assert isinstance(made, Draft)
    return made, writer


def told(passes: tuple[Pass, ...]) -> list[tuple[str, bool]]:
    return [(p.name, p.kept) for p in passes]


async def test_three_passes(made: Chain) -> None:
    """Draft, edit and polish are asked for in turn, each going on from what the last one left; the angle stays."""
    edit = BODY.replace("It pays to look.", "It does pay to look.")
    polish = edit.replace("I cross the same bridge", "I go over the same bridge")
    draft, writer = await written(slice_of(made), BODY, edit, polish)
    assert [t.name for t in writer.asked] == ["voice.draft", "voice.edit", "voice.polish"]
    assert told(draft.passes) == [("draft", True), ("edit", True), ("polish", True)]
    assert (draft.body, draft.angle) == (polish, "Another angle")
    assert "It does pay to look." in writer.asked[2].ask
    assert [t.system.count("## This pass: ") for t in writer.asked] == [1, 1, 1]


@pytest.mark.parametrize("passes", [1, 2, 3])
async def test_as_many_passes_as_the_workspace_allows(passes: int, made: Chain) -> None:
    """`passes` bounds the calls."""
    bodies = (BODY, BODY.replace("It pays", "It does pay"), BODY.replace("It pays", "It really does pay"))
    draft, writer = await written(slice_of(made, passes=passes), *bodies)
    assert len(writer.asked) == len(draft.passes) == passes
    assert draft.body == bodies[passes - 1]


async def test_a_pass_that_changes_nothing_is_the_last(made: Chain) -> None:
    """When the edit gives the text back, nobody asks for a polish."""
    draft, writer = await written(slice_of(made), BODY)
    assert [t.name for t in writer.asked] == ["voice.draft", "voice.edit"]
    assert draft.passes[1] == Pass(name="edit", kept=False, reason="It changed nothing.")


async def test_by_rule_one_pass_is_all(made: Chain) -> None:
    """The writer that needs no model goes the same way, and leaves its draft as it is."""
    draft = await agent.run(slice_of(made), ExtractiveWriter())
    assert isinstance(draft, Draft)
    assert told(draft.passes) == [("draft", True), ("edit", False)]


LOSSES = {
    "a citation": (" The day was 14 August 2018 [e2].", "", "It cites [e2] nowhere any more."),
    "what the insight rests on": ("[e3]. Nobody", "[e4]. Nobody", "It cites [e3] nowhere any more."),
    "a note": ("[n1]", "", "It cites [n1] nowhere any more."),
    "a marker": (
        "by the sea [e5].",
        "by the sea, [e5] they say. Paint holds for 25 years by the sea.",
        "lost its marker",
    ),
}


@pytest.mark.parametrize(("old", "new", "reason"), LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("at", ["edit", "polish"])
async def test_a_pass_that_loses_a_claim(at: str, old: str, new: str, reason: str, made: Chain) -> None:
    """A pass that cites less than the text before it is thrown away, and the Draft says what it lost."""
    body = BODY + " Paint holds for 25 years by the sea, they say [e5]."
    assert old in body
    edit = body.replace("It pays to look.", "It does pay to look.")
    before = edit if at == "polish" else body
    answers = (edit, before.replace(old, new)) if at == "polish" else (before.replace(old, new),)
    draft, _ = await written(slice_of(made, passes=3 if at == "polish" else 2), body, *answers)
    assert draft.body == before
    assert (draft.passes[-1].name, draft.passes[-1].kept) == (at, False)
    assert reason in draft.passes[-1].reason


BREACHES = {
    "a number": (RUST, f"{RUST} It took 77 years.", "draft.untraceable"),
    "a quotation typed anew": ("1,000 pages.”", "1,000 pages or more.”", "draft.untraceable"),
    "an id that isn't there": (RUST, f"{RUST} So they say [e9].", "draft.unknown-marker"),
    "twelve words of a source": (
        RUST,
        f"{RUST} So we look at every bearing twice a year, and we write down what comes of it.",
        "draft.copied",
    ),
    "a banned phrase": (RUST, f"{RUST} It was a game changer.", "draft.banned-phrase"),
    "the same again": (RUST, f"{RUST} Nobody had held a gauge to it.", "draft.twice"),
    "HTML": (RUST, f"{RUST} <b>Nobody.</b>", "draft.html"),
}


@pytest.mark.parametrize(("old", "new", "code"), BREACHES.values(), ids=BREACHES)
async def test_a_pass_that_breaks_a_check(old: str, new: str, code: str, made: Chain) -> None:
    """What the text before it held, a pass may not break: as far as VOICE can see from its own slice."""
    draft, _ = await written(slice_of(made, passes=2), BODY, BODY.replace(old, new))
    assert draft.body == BODY
    assert draft.passes[1].reason.startswith(f"It breaks {code}, which held before")


async def test_an_edit_that_mends_is_kept(made: Chain) -> None:
    """The edit is told what is off, and may take out a claim that its evidence doesn't hold, marker and all."""
    careless = BODY.replace(RUST, f"{RUST} The rain had lasted for 77 days [e2].").replace(
        " [e2].\n\n## What", ".\n\n## What"
    )
    careless = careless.replace("14 August 2018", "a wet one")
    mended = careless.replace(" The rain had lasted for 77 days [e2].", "")
    draft, writer = await written(slice_of(made, passes=2), careless, mended)
    assert "77" in writer.asked[1].ask.split("# What is off")[1].split("# The text")[0]
    assert (draft.body, draft.passes[1].kept) == (mended, True)


async def test_a_pass_that_drifts_from_the_author(made: Chain, nora: VoiceProfile) -> None:
    """An edit that leads away from the author's samples is thrown away, with both distances; what leads nearer is kept."""
    plain = f"{BODY}\n\nI keep it short, and I don't fuss. You can see for yourself, and you'll want to."
    ornate = f"{BODY}\n\n{ORNATE}"
    away, _ = await written(slice_of(made, profile=nora, passes=2), plain, ornate)
    assert away.body == plain
    edit = away.passes[1]
    assert not edit.kept
    assert edit.before is not None and edit.after is not None
    assert edit.after > edit.before + TOLERANCE
    assert edit.reason.startswith(f"It moved away from the author, from {edit.before:.2f} to {edit.after:.2f}.")
    nearer, _ = await written(slice_of(made, profile=nora, passes=2), ornate, plain)
    assert (nearer.body, nearer.passes[1].kept) == (plain, True)


@pytest.mark.parametrize(
    "error",
    [WriterUnavailable("m", "It is down.", "Start it."), WriterUnfit("m", "Neither answer fits.", "Rework.")],
    ids=lambda e: type(e).__name__,
)
async def test_a_writer_that_fails_later_loses_nothing(error: Exception, made: Chain) -> None:
    """When the endpoint dies in the second pass, the draft stands, says why, and nobody asks a third time."""
    draft, writer = await written(slice_of(made), BODY, error)
    assert draft.body == BODY
    assert len(writer.asked) == 2
    assert str(error) == draft.passes[1].reason
    with pytest.raises(type(error)):
        await agent.run(slice_of(made), Scripted(error))


async def test_a_pass_that_leaves_no_text(made: Chain) -> None:
    """An answer with nothing in it is no text, and the draft stands."""
    draft, _ = await written(slice_of(made), BODY, " ")
    assert draft.body == BODY
    assert draft.passes[1].reason.startswith("What came of it is no text")


@any_of(
    st.lists(
        st.sampled_from(["<<e1>>", "<<e2>>", "<<e9>>", "[e1]", "[e2]", "[n1]", " ", "Word.", "“", "”", "\n\n", "<<"]),
        max_size=20,
    ).map("".join)
)
def test_emptied_and_filled_again(body: str) -> None:
    """Whatever a writer writes, the text with its quotations made places again is the same text once they are filled."""
    brief = chain().brief
    once = filled(body, brief)
    assert filled("<<e3>> So it is.", brief).endswith("” [e3] So it is.")
    assert filled(emptied(once, brief), brief) == once


async def test_a_model_sees_places_for_quotations(made: Chain) -> None:
    """The text that goes to a model has `<<e1>>` where a quotation stands, so that none is typed anew."""
    _, writer = await written(slice_of(made), BODY, BODY.replace("It pays", "It does pay"))
    for task in writer.asked[1:]:
        text = task.ask.split("# The text")[1]
        assert "Ada Marsh puts it this way: <<e1>> The day was" in text
        assert "Forty-three people died" not in text
