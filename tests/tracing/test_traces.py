"""What LangSmith gets to see of a piece, as its client sends it over the wire."""

from __future__ import annotations

import json

import pytest

from agents.content.agent import read_sources
from state.ledger import open_ledger
from state.settings import SourceSettings
from state.text import split_sentences
from tests.tracing.traced import KEY, PASSWORD, UNSAID, Traced

pytestmark = pytest.mark.server


NODES = {
    "assign": ("assign", "Assignment"),
    "content": ("content", "Brief"),
    "review_brief": ("person", "Brief"),
    "voice": ("voice", "Draft"),
    "review_draft": ("person", "Draft"),
    "revenue": ("revenue", "MonetizedDraft"),
    "review_offer": ("person", "MonetizedDraft"),
    "distribution": ("distribution", "Release"),
    "review_release": ("person", "Release"),
}


def test_each_piece_is_one_thread(by_rule: Traced) -> None:
    """Every run of a piece's graph is called after it and filed under it, from its start to its last answer."""
    assert set(by_rule.pieces.values()) == {"published"}
    roots = [run for run in by_rule.roots if run.name != "send"]
    for piece in by_rule.pieces:
        mine = [run for run in roots if run.metadata["session_id"] == piece]
        assert [run.name for run in mine] == [f"piece {piece}"] * 6  # a start, four approvals and a rework
        assert all((run.metadata["thread_id"], run.metadata["piece"]) == (piece, piece) for run in mine)
    assert {run.metadata["session_id"] for run in roots} == set(by_rule.pieces)
    assert all("flywheel" in run.tags for run in roots)


def test_the_sending_of_a_piece_belongs_to_its_thread(by_rule: Traced) -> None:
    """The drainer's run for a piece is filed under that piece."""
    sends = [run for run in by_rule.roots if run.name == "send"]
    assert {run.metadata.get("session_id") for run in sends} == set(by_rule.pieces)


def test_every_run_of_a_piece_says_whose_it_is(by_rule: Traced, by_model: Traced) -> None:
    """Whatever runs below a piece's run carries the piece, so that LangSmith counts its tokens and time with it."""
    for traced in (by_rule, by_model):
        traces = {run.fields["trace_id"]: run.metadata["piece"] for run in traced.roots if run.name != "send"}
        below = [run for run in traced.runs if run.fields["trace_id"] in traces]
        assert len(below) > 30
        assert all(run.metadata["piece"] == traces[run.fields["trace_id"]] for run in below)


def test_a_node_is_tagged_with_its_agent_and_its_contract(by_rule: Traced) -> None:
    """Nodes keep their names; tags and metadata say who hands over what."""
    for name, (agent, contract) in NODES.items():
        runs = [run for run in by_rule.runs if run.name == name]
        assert len(runs) >= len(by_rule.pieces), name
        for run in runs:
            assert {f"agent:{agent}", f"contract:{contract}"} <= run.tags, name
            assert (run.metadata["agent"], run.metadata["contract"]) == (agent, contract)
    assert {run.name for run in by_rule.runs} >= {*NODES, "publish", "send"}


def test_a_rework_is_a_second_attempt(by_rule: Traced) -> None:
    """VOICE was sent back once a piece: its runs count 1 and 2, everyone else's stay at 1."""
    for piece in by_rule.pieces:
        mine = [run for run in by_rule.runs if run.metadata.get("piece") == piece and "attempt" in run.metadata]
        assert [run.metadata["attempt"] for run in mine if run.name == "voice"] == [1, 2]
        assert {run.metadata["attempt"] for run in mine if run.name == "review_draft"} == {1, 2}
        assert {run.metadata["attempt"] for run in mine if run.name not in ("voice", "review_draft")} == {1}


def test_a_models_call_is_called_after_its_task(by_model: Traced) -> None:
    """`voice.draft` stands below `voice`, with its agent and model; its tokens are on the model's own run."""
    by_id = {run.fields["id"]: run for run in by_model.runs}
    passes = (("voice.draft", "Draft"), ("voice.edit", "Draft"), ("voice.polish", "Draft"))
    for task, contract in (("content.brief", "Brief"), *passes, ("revenue.offer", "MonetizedDraft")):
        agent = task.partition(".")[0]
        calls = [run for run in by_model.runs if run.name == task]
        assert calls, task
        for call in calls:
            assert by_id[call.fields["parent_run_id"]].name == agent
            assert {f"agent:{agent}", "model:openai:scripted"} <= call.tags
            assert (call.metadata["agent"], call.metadata["contract"]) == (agent, contract)
    asked = [run for run in by_model.runs if run.fields["run_type"] == "llm"]
    assert len(asked) == 1 + 2 * len(passes) + 1  # VOICE writes twice, the second time as a rework
    assert all(run.metadata["task"].startswith(run.metadata["agent"]) for run in asked)


def test_every_run_has_ended(by_rule: Traced, by_model: Traced) -> None:
    """Nothing hangs in LangSmith as pending once the process is done, a run that waits for a person included."""
    assert all(run.ended for traced in (by_rule, by_model) for run in traced.runs)


def test_no_secret_is_sent(by_rule: Traced, by_model: Traced, without_ledger: Traced) -> None:
    """Neither the model's key nor the ledger's password is in any byte, also when the ledger can't be reached."""
    assert "could not be opened" in json.dumps(without_ledger.pieces)
    assert any("could not be opened" in run.fields.get("error", "") for run in without_ledger.runs)
    for traced in (by_rule, by_model, without_ledger):
        assert len(traced.sent) > 10_000
        assert KEY not in traced.sent
        assert PASSWORD not in traced.sent


def test_a_key_that_its_endpoint_repeats_is_not_sent(gone_wrong: Traced) -> None:
    """An endpoint that answers `Incorrect API key provided: sk-…` doesn't carry the key into the trace."""
    assert set(gone_wrong.pieces.values()) == {"waiting"}
    assert KEY not in gone_wrong.sent


async def test_no_source_is_sent_whole(by_rule: Traced, by_model: Traced) -> None:
    """Quotes and ranked passages are sent, documents aren't: of each, a part at most, and never what nobody picked."""
    for traced in (by_rule, by_model):
        ledger = await open_ledger(f"sqlite:///{traced.workspace / '.flywheel' / 'ledger.db'}")
        read = await read_sources(str(traced.workspace), SourceSettings())
        bait = next(s for s in read.snapshots if UNSAID in s.text)
        try:
            assert await ledger.snapshots({bait.sha256}), "passages of the bait's source were to be ranked"
        finally:
            await ledger.close()
        told = traced.told
        assert UNSAID not in told
        shares = {s.title: _share(s.text, told) for s in read.snapshots}
        assert 0 < max(shares.values()) <= 0.75, shares


def _share(text: str, told: str) -> float:
    """Of the document's sentences, how many were sent."""
    sentences = [" ".join(s.split()) for s in split_sentences(text)]
    return sum(s in told for s in sentences) / len(sentences)
