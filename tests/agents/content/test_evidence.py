"""Passages: sentences that can stand alone, ranked by what the documents on a topic say together."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.content import by_rule
from agents.content.evidence import Index, passages
from agents.content.proposal import Research
from state.sources import Snapshot

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def snapshot(text: str, title: str = "T", **fields: object) -> Snapshot:
    return Snapshot.of(text, title=title, origin=f"{title.lower()}.example", retrieved_at=NOW, **fields)


FERRY = snapshot(
    "It was a grey morning when I came.\n\nFerry captains on the Orrin sound their horns twice before they turn. The ferry "
    "capsized because its car deck had no walls that could hold back the water.\n\nTea was served on the quay by two sisters.",
    "Ferry",
)
INQUIRY = snapshot(
    "Tea was hot and the room was full on the first day.\n\nWitnesses told the court that water ran the whole length of "
    "the car deck of the ferry, and that no walls held it. The report blames nobody by name for any of this.",
    "Inquiry",
)
GARDEN = snapshot(
    "Roses want sun and a deep soil with a lot of dung. Beans climb whatever stands beside them.", "Garden"
)


def test_what_the_sources_say_together_comes_first() -> None:
    """The claim that both documents make ranks first, wherever it stands; a document on something else is left out."""
    ranked = Index(passages([GARDEN, FERRY, INQUIRY])).rank("Why the ferry capsized", 30)
    assert ranked[0].text.startswith("The ferry capsized because its car deck had no walls")
    assert {p.source.title for p in ranked} == {"Ferry", "Inquiry"}
    assert [p.number for p in ranked] == list(range(1, len(ranked) + 1))
    assert all(0 <= p.score <= 2 for p in ranked)


def test_a_sentence_that_points_back() -> None:
    """`The report` was said before and can't be quoted alone, `The ferry` is what the topic names."""
    texts = [p.text for p in Index(passages([FERRY, INQUIRY])).rank("Why the ferry capsized", 30)]
    assert not any(text.startswith("The report") for text in texts)
    assert any(text.startswith("The ferry") for text in texts)


@pytest.mark.parametrize("topic", ["Submarine cables", "ferry tariffs and submarine cables", "", "the of and"])
def test_a_topic_that_nothing_speaks_of(topic: str) -> None:
    """A stray word isn't what the topic is about: nothing is found, and nothing breaks."""
    assert Index(passages([FERRY, INQUIRY, GARDEN])).rank(topic, 30) == ()


def test_the_insight_is_the_first_passage() -> None:
    """Without a model the insight is the passage that ranks first, quoted, with who said it."""
    told = snapshot(FERRY.text, "Ferry", author="Ada Marsh", published=date(2019, 8, 14))
    ranked = Index(passages([told, INQUIRY])).rank("Why the ferry capsized", 30)
    proposal = by_rule.propose(Research(topic="Why the ferry capsized", passages=ranked, most=12))
    assert proposal.insight == f"Ada Marsh says: “{ranked[0].text}”"
    assert proposal.insight_passages == (1,)
    assert len(set(proposal.evidence)) == len(proposal.evidence)
    evidence = ranked[0].evidence("e1")
    assert (evidence.author, evidence.published) == ("Ada Marsh", date(2019, 8, 14))


@settings(deadline=None)
@given(st.lists(st.text(max_size=200), min_size=1, max_size=4), st.text(max_size=40), st.text(max_size=80))
def test_any_text_can_be_ranked(texts: list[str], topic: str, about: str) -> None:
    """Whatever the sources hold, each passage stands in its source at its offsets, and no ranking breaks."""
    found = passages(
        [snapshot(f"{text} Ferries cross the Orrin twice a day in winter.", f"S{i}") for i, text in enumerate(texts)]
    )
    assert all(p.source.text[p.start : p.end] == p.text for p in found)
    ranked = Index(found).rank(topic, 5, about=about)
    assert len(ranked) <= 5
    assert Index(found).rank(topic, 5, about=about) == ranked
