from __future__ import annotations

import hashlib

import pytest

from tests.desk.conftest import Finished, Flywheel, ask_ledger

pytestmark = pytest.mark.long


def test_every_sentence_leads_to_its_source(finished: Finished) -> None:
    """From a published sentence to the archived text: the quote stands in it, and its sha256 is that of the text."""
    origins = finished.flywheel("show", finished.piece, "--json").json["provenance"]
    sources = {g["id"]: g for g in origins["grounds"] if g["sha256"]}
    kept = ask_ledger(finished.workspace, lambda ledger: ledger.snapshots([g["sha256"] for g in sources.values()]))
    quoting = [t for t in origins["traces"] if set(t["grounds"]) & set(sources)]
    assert quoting
    for trace in quoting:
        for ground in (sources[ref] for ref in trace["grounds"] if ref in sources):
            text = kept[ground["sha256"]].text
            assert ground["said"] in text
            assert hashlib.sha256(text.encode()).hexdigest() == ground["sha256"]
            assert ground["title"]
            assert ground["retrieved_at"]
    assert all(t["draft"] for t in quoting)


def test_the_story(finished: Finished) -> None:
    """For people: each handoff with its checks, the decisions, the posts, and the chain behind a sentence on two lines."""
    said = finished.flywheel("show", finished.piece).out
    for heading in ("Handoffs", "Decisions", "Posts", "Where each sentence comes from"):
        assert f"\n{heading}\n" in said
    assert "✓ quotes_are_verbatim" in said
    assert "review_release  approve by approve-all" in said
    assert "sha256 " in said
    assert "← e1 " in said


def test_a_failed_handoff_says_what_was_wrong(flywheel: Flywheel) -> None:
    """A handoff that didn't pass stands with each violation and its mending."""
    stuck = flywheel("run", "Zyzzogeton quxberry plimsoll", "--json").json["piece"]
    said = flywheel("show", stuck).out
    assert "✗ content → Brief" in said
    assert "content.nothing-found (sources)" in said
    assert "is stuck at review_brief" in said


@pytest.mark.parametrize(
    ("part", "begins"), [("--brief", "# "), ("--draft", "# "), ("--offer", "# "), ("--release", "## site\n\nTitle: ")]
)
def test_a_contract_as_text(finished: Finished, part: str, begins: str) -> None:
    """Each contract can be printed as the Markdown that a reviewer gets, and as JSON with its body and digest."""
    assert finished.flywheel("show", finished.piece, part).out.startswith(begins)
    told = finished.flywheel("show", finished.piece, part, "--json").json[part.removeprefix("--")]
    assert told["text"].startswith(begins)
    assert len(told["digest"]) == 64
    assert told["body"]["version"]


def test_one_contract_at_a_time(finished: Finished) -> None:
    """Two of them are wrong usage."""
    assert finished.flywheel("show", finished.piece, "--brief", "--draft").code == 2


@pytest.mark.parametrize("name", ["zzz", ""])
def test_no_such_piece(finished: Finished, name: str) -> None:
    """A piece that isn't there is an error with its name."""
    ran = finished.flywheel("show", name, "--json")
    assert ran.code == 1
    assert ran.json["error"]["kind"] == "no-such-piece"


def test_a_piece_before_its_release(flywheel: Flywheel, piece: str) -> None:
    """Without a Release there is nothing to trace, and a contract that isn't there yet is said not to be."""
    ran = flywheel("show", piece, "--draft")
    assert ran.code == 1
    assert "has no Draft yet" in ran.err
    told = flywheel("show", piece, "--json").json
    assert told["provenance"] is None
    assert told["posts"] == []
