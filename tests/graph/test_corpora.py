"""On any topic with sources that hold the answer the Brief passes its contract: twelve topics, through the compiled graph."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.evidence.corpora import FOLDER, TUNED_ON, Corpus, corpora
from state.violations import Severity
from tests.graph.rig import OpenFlow

CORPORA = {corpus.name: corpus for corpus in corpora()}


@pytest.mark.parametrize("name", sorted(CORPORA))
async def test_a_brief_on_each_topic(name: str, workspace: Path, flow: OpenFlow) -> None:
    """It is whole at the first try, quotes more than one source, and none of its quotes is from beside the topic alone."""
    corpus: Corpus = CORPORA[name]
    shutil.rmtree(workspace / "sources")
    shutil.copytree(FOLDER / name, workspace / "sources", ignore=shutil.ignore_patterns("*.toml"))
    shutil.rmtree(workspace / "voice" / "notes")
    piece = await flow().start(corpus.topic)
    shown = await piece.shown()
    assert (shown.point, shown.stuck) == ("review_brief", False)
    assert {v.code for v in shown.violations if v.severity is Severity.FAIL} == set()
    brief = (await piece.state())["brief"]
    assert brief is not None
    assert len(brief.evidence) >= 3
    assert len({e.origin for e in brief.evidence}) >= 2
    assert all(set(d.between) <= {e.id for e in brief.evidence} for d in brief.disputes)


async def test_contradicting_sources(workspace: Path, flow: OpenFlow) -> None:
    """Where two sources can't both be right, both are in the Brief, and the reviewer is told, in the text as in the flags."""
    shutil.rmtree(workspace / "sources")
    shutil.copytree(FOLDER / "wolves", workspace / "sources", ignore=shutil.ignore_patterns("*.toml"))
    piece = await flow().start(CORPORA["wolves"].topic)
    brief = (await piece.state())["brief"]
    assert brief is not None
    sides = [frozenset(e.quote for e in brief.cited(d.between)) for d in brief.disputes]
    assert sides and set(sides) <= CORPORA["wolves"].disputed
    assert "brief.disputed" in await piece.codes()
    assert "## Disputed" in (await piece.args())["brief"]
    await piece.accept()
    assert (await piece.shown()).point == "review_draft"


def test_half_are_held_out() -> None:
    """The writer's weights were chosen on half of the topics."""
    assert set(TUNED_ON) < set(CORPORA)
    assert 2 * len(TUNED_ON) == len(CORPORA)
