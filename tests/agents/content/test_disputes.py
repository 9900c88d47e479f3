"""Contradicting passages are found when they are plain, and near-misses are let be."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.content.agent import ContentInput, assemble
from agents.content.disputes import contradiction, disputes, with_opposites
from agents.content.evidence import Passage
from agents.content.proposal import AngleProposal, BriefProposal, DisputeProposal, Research
from benchmarks.evidence.corpora import corpora
from benchmarks.evidence.ways import sentences
from state.settings import BriefBounds, SourceSettings
from state.sources import Reading, Snapshot
from tests.state.pieces import chain

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SAID = ("About thirty people died with the Orrin ferry.", "About fifty people died with the Orrin ferry, he writes.")


def found(*texts: str) -> tuple[Passage, ...]:
    """Passages of a source each, numbered from 1."""
    sources = [
        Snapshot.of(text, title=f"S{i}", origin=f"s{i}.example", retrieved_at=NOW) for i, text in enumerate(texts)
    ]
    return tuple(Passage(number=i, text=s.text, start=0, end=len(s.text), source=s) for i, s in enumerate(sources, 1))


@pytest.mark.parametrize(
    ("one", "other", "about"),
    [
        (*SAID, "thirty people, or fifty"),
        ("The levee at Marl held the water back.", "The levee at Marl did not hold back the water that night.", ""),
        ("The south levee at Marl held back water.", "The south levee at Marl never held back water.", "one says yes"),
        ("The bridge is 120 metres long in all.", "The bridge is 140 metres long in all.", "120 metres, or 140"),
    ],
)
def test_plain_contradictions(one: str, other: str, about: str) -> None:
    """Another number of the same thing, or a “not”, in nearly the same words; other words may be missed."""
    assert about in contradiction(one, other)
    assert bool(contradiction(one, other)) == bool(contradiction(other, one)) == bool(about)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "About 19,000 elk wintered on the northern range in 1994.",
            "About 4,000 elk wintered on the northern range in 2012.",
        ),
        ("The Forth Bridge has a span of 521 metres.", "The Sydney Harbour Bridge has a span of 503 metres."),
        ("Voyager 1 left Earth that year.", "Voyager 2 left Earth that year."),
        ("Fifty boats crossed the sound with 12 crates.", "Fifty boats crossed the sound with 40 sheep."),
        ("He never broke the world record.", "Bubka broke the world record 35 times."),
        ("About thirty people died with the ferry.", "Thirty people died with the ferry, as the list has it."),
    ],
)
def test_near_misses(one: str, other: str) -> None:
    """Another year, another thing, another unit, another person, the same number: no dispute."""
    assert contradiction(one, other) == ""


@pytest.mark.long
def test_on_the_marked_corpora() -> None:
    """Among all pairs of sentences of twelve topics from different documents no dispute is seen that isn't marked, and most are found."""
    seen: set[frozenset[str]] = set()
    marked: set[frozenset[str]] = set()
    for corpus in corpora():
        told = [(s.sha256, sentence) for s in corpus.snapshots for sentence in sentences(s)]
        pairs = ((a, b) for i, a in enumerate(told) for b in told[i + 1 :] if a[0] != b[0])
        seen |= {frozenset((a[1], b[1])) for a, b in pairs if contradiction(a[1], b[1])}
        marked |= corpus.disputed
    assert seen - marked == set()
    assert len(seen & marked) >= len(marked) / 2


def test_one_source_does_not_contradict_itself() -> None:
    """Two sentences of one source are its own affair, and each passage stands in one dispute at most."""
    a, b = found(*SAID)
    assert [d.passages for d in disputes((a, b))] == [(1, 2)]
    assert disputes((a, b.model_copy(update={"source": a.source}))) == ()
    assert len(disputes(found(*SAID, SAID[1]))) == 1


def test_what_speaks_against_is_shown_too() -> None:
    """A passage that contradicts a shown one is shown behind them, if its document is one of theirs."""
    one, other, third = found(*SAID, "Cars stand on the lower deck.")
    low = other.model_copy(update={"source": third.source, "start": 90, "end": 90 + len(other.text)})
    assert [p.text for p in with_opposites((one, third), (one, low, third))] == [SAID[0], third.text, SAID[1]]
    assert with_opposites((one,), (one, other)) == (one,)


@pytest.mark.parametrize(("most", "kept"), [(3, 1), (1, 0)])
def test_both_sides_are_kept(most: int, kept: int) -> None:
    """Both sides find room in the evidence; where there is no room for both, there is no dispute to show."""
    shown = found("Ferries cross twice a day in winter.", "Cars stand on the lower deck.", *SAID)
    proposal = BriefProposal(
        insight="Ferries cross.",
        insight_passages=(1,),
        evidence=(1, 2, 99, 3),
        angles=(AngleProposal(title="A", approach="B"),),
        next_steps=("Open with the ferry.",),
        disputes=(
            DisputeProposal(passages=(3, 4, 98), about="How many died."),
            DisputeProposal(passages=(1,), about="?"),
        ),
    )
    given = ContentInput(
        assignment=chain().assignment,
        workspace=str(Path.cwd()),
        sources=SourceSettings(),
        bounds=BriefBounds(),
    )
    brief = assemble(given, Research(topic="Ferries", passages=shown, most=most), proposal, Reading())
    assert len(brief.evidence) == most
    assert len(brief.disputes) == kept
    for dispute in brief.disputes:
        assert [e.quote for e in brief.cited(dispute.between)] == list(SAID)


@settings(deadline=None)
@given(st.text(max_size=120), st.text(max_size=120))
def test_any_two_sentences_can_be_compared(one: str, other: str) -> None:
    """No text breaks it, and no sentence contradicts itself."""
    assert isinstance(contradiction(one, other), str)
    assert contradiction(one, one) == ""
