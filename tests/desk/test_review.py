from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.desk.conftest import Flywheel

pytestmark = pytest.mark.long

Add = Callable[[str, str], None]


def test_shows_what_waits_and_how_to_answer(flywheel: Flywheel, piece: str) -> None:
    """A pipe gets the Markdown as it is, and a command for each open decision."""
    said = flywheel("review", piece).out
    assert said.startswith("# Brief: please review")
    for option in ("--approve", "--edit FILE", "--rework NOTE --to AGENT", "--drop NOTE", "--save FILE"):
        assert option in said


def test_the_payload(flywheel: Flywheel, piece: str) -> None:
    """--json adds what the graph surfaced to the piece's object."""
    told = flywheel("review", piece, "--json").json
    assert told["payload"]["action_request"]["action"] == "review_brief"
    assert told["waiting"]["point"] == "review_brief"
    assert told["handoffs"]


def test_approve(flywheel: Flywheel, piece: str, in_ledger: Callable[[Any], Any]) -> None:
    """--approve is a person's decision, and the piece goes on to its next stop."""
    ran = flywheel("review", piece, "--approve")
    assert ran.code == 0
    assert f"Piece {piece} waits at review_draft" in ran.out
    (decision,) = in_ledger(lambda ledger: ledger.decisions(piece))
    assert (decision.kind, decision.by, decision.point) == ("approve", "person", "review_brief")


def test_save_and_edit(flywheel: Flywheel, piece: str, tmp_path: Path) -> None:
    """What --save writes can be changed and sent back with --edit, and the piece goes on with the new words."""
    file = tmp_path / "brief.md"
    assert flywheel("review", piece, "--save", file).code == 0
    file.write_text(file.read_text() + "\n- Keep it shorter than the last one was.\n")
    told = flywheel("review", piece, "--edit", file, "--json").json
    assert told["waiting"]["point"] == "review_draft"
    assert told["decisions"][0]["kind"] == "edit"
    assert "Keep it shorter than the last one was." in flywheel("show", piece, "--brief").out


def test_save_overwrites_nothing(flywheel: Flywheel, piece: str, tmp_path: Path) -> None:
    """A file that is there already stays as it is."""
    file = tmp_path / "mine.md"
    file.write_text("my words")
    assert flywheel("review", piece, "--save", file).code == 2
    assert file.read_text() == "my words"


def test_an_edit_that_breaks_the_contract(flywheel: Flywheel, piece: str, tmp_path: Path) -> None:
    """The violations and their mending are printed, the piece still waits, the file is untouched, the exit code is 2."""
    file = tmp_path / "brief.md"
    flywheel("review", piece, "--save", file)
    broken = file.read_text().replace("1,000 hours", "9,000 hours")
    file.write_text(broken)
    ran = flywheel("review", piece, "--edit", file, "--json")
    assert ran.code == 2
    error = ran.json["error"]
    assert error["kind"] == "not-taken"
    assert "brief.quote-not-verbatim" in {p["code"] for p in error["problems"]}
    assert all(p["fix"] for p in error["problems"])
    assert "brief.quote-not-verbatim" in ran.err
    assert file.read_text() == broken
    after = flywheel("review", piece, "--json").json
    assert (after["status"], after["waiting"]["point"]) == ("waiting", "review_brief")
    assert after["decisions"] == []


def test_a_disclosure_that_was_edited_away(flywheel: Flywheel, piece: str, tmp_path: Path) -> None:
    """What became of it is printed with the words to put back, stands on top of the review, and approving is refused with the same."""
    words = "Advertisement: I earn a commission if you buy through this link."
    file = tmp_path / "offer.md"
    flywheel("review", piece, "--approve")
    flywheel("review", piece, "--approve")
    flywheel("review", piece, "--save", file)
    assert words in file.read_text()
    file.write_text(file.read_text().replace(words, "Thanks to our friends!"))
    ran = flywheel("review", piece, "--edit", file, "--json")
    (problem,) = ran.json["error"]["problems"]
    assert (ran.code, problem["code"]) == (2, "offer.disclosure")
    assert words in problem["fix"] and words in ran.err
    said = flywheel("review", piece).out
    assert said.index("offer.disclosure") < said.index("Thanks to our friends!")
    assert "--approve" not in said
    refused = flywheel("review", piece, "--approve", "--json")
    assert refused.code == 2
    assert [p["code"] for p in refused.json["error"]["problems"]] == ["offer.disclosure"]
    file.write_text(file.read_text().replace("Thanks to our friends!", words))
    assert flywheel("review", piece, "--edit", file, "--json").json["waiting"]["point"] == "review_release"


def test_an_edit_that_cant_be_read(flywheel: Flywheel, piece: str, tmp_path: Path) -> None:
    """A text without its sections is given back, and says so."""
    file = tmp_path / "brief.md"
    file.write_text("# Bulbs\n\nJust some words.\n")
    ran = flywheel("review", piece, "--edit", file)
    assert ran.code == 2
    assert "form.unreadable" in ran.err
    assert flywheel("show", piece, "--json").json["waiting"]["point"] == "review_brief"


def test_approve_where_it_isnt_open(flywheel: Flywheel, tmp_path: Path) -> None:
    """Approving a stuck piece that can't be approved says why and what is open, and changes nothing."""
    stuck = flywheel("run", "Zyzzogeton quxberry plimsoll", "--json").json["piece"]
    ran = flywheel("review", stuck, "--approve", "--json")
    assert ran.code == 2
    assert ran.json["error"]["kind"] == "not-open"
    assert "rework, drop" in ran.json["error"]["fix"]
    assert ran.json["error"]["problems"]
    assert flywheel("show", stuck, "--json").json["decisions"] == []


def test_rework(flywheel: Flywheel, piece: str) -> None:
    """--rework sends it back with the note, to the agent of --to, and it is made again."""
    flywheel("review", piece, "--approve")
    told = flywheel("review", piece, "--rework", "Another source: please", "--to", "content", "--json").json
    assert told["waiting"]["point"] == "review_brief"
    last = told["decisions"][-1]
    assert (last["kind"], last["to"], last["note"]) == ("rework", "content", "Another source: please")
    assert [h["attempt"] for h in told["handoffs"] if h["contract"] == "Brief"] == [1, 2]


def test_rework_goes_to_the_maker_unless_said_otherwise(flywheel: Flywheel, piece: str) -> None:
    """Without --to, whoever made it makes it again, even if the note begins like a decision."""
    told = flywheel("review", piece, "--rework", "drop the second angle", "--json").json
    assert (told["decisions"][-1]["to"], told["decisions"][-1]["note"]) == ("content", "drop the second angle")


def test_swap(flywheel: Flywheel) -> None:
    """--swap takes a runner-up in the topic's place: it is offered where there are some, and a number that isn't there is refused."""
    scouted = flywheel("run", "--json").json
    topics = scouted["waiting"]["runners_up"]
    assert len(topics) > 1
    said = flywheel("review", scouted["piece"]).out
    assert "--swap NUMBER" in said
    assert f"2. **{topics[1]}**" in said
    ran = flywheel("review", scouted["piece"], "--swap", "99")
    assert ran.code == 2
    assert f"2: {topics[1]}" in ran.err
    told = flywheel("review", scouted["piece"], "--swap", "2", "--json").json
    assert (told["topic"], told["waiting"]["point"]) == (topics[1], "review_brief")
    assert told["waiting"]["runners_up"][0] == scouted["topic"]
    last = told["decisions"][-1]
    assert (last["kind"], last["note"]) == ("rework", f"swap 2: {topics[1]}")


def test_nothing_to_swap(flywheel: Flywheel, piece: str) -> None:
    """A topic that was given has no runners-up, and --swap says so."""
    ran = flywheel("review", piece, "--swap", "1")
    assert ran.code == 2
    assert "no runner-up" in ran.err
    assert "--swap" not in flywheel("review", piece).out


def test_rework_by_somebody_downstream(flywheel: Flywheel, piece: str) -> None:
    """An agent that comes later can't be asked; the ones that can are named."""
    ran = flywheel("review", piece, "--rework", "Shorter", "--to", "voice")
    assert ran.code == 2
    assert "content" in ran.err


def test_drop(flywheel: Flywheel, piece: str) -> None:
    """--drop ends the piece and keeps the reason; after it nothing waits."""
    told = flywheel("review", piece, "--drop", "Off my beat", "--json").json
    assert (told["status"], told["reason"], told["payload"]) == ("dropped", "Off my beat", None)
    ran = flywheel("review", piece, "--approve", "--json")
    assert ran.code == 1
    assert ran.json["error"]["kind"] == "nothing-waits"


def test_contradictions(flywheel: Flywheel, piece: str) -> None:
    """Answers that contradict each other, say nothing, or name no file exit 2, and the piece still waits."""
    for words in (
        ("--approve", "--drop", "no"),
        ("--approve", "--save", "x.md"),
        ("--approve", "--swap", "1"),
        ("--to", "content"),
        ("--rework", "  "),
        ("--drop", ""),
        ("--edit", "/nowhere/at-all.md"),
    ):
        assert flywheel("review", piece, *words).code == 2, words
    assert flywheel("show", piece, "--json").json["decisions"] == []


def test_several_channels_are_sections(flywheel: Flywheel, add: Add, tmp_path: Path) -> None:
    """A release for two channels is one file with two sections; emptying one drops that channel and leaves the other."""
    add("flywheel.toml", '\n[channels.bluesky]\nhandle = "upkeep.example"\n')
    add(".env", "BLUESKY_APP_PASSWORD=abcd-efgh\n")
    two = flywheel("run", "Who may undo the screws", "--json").json["piece"]
    for _ in range(3):
        flywheel("review", two, "--approve")
    file = tmp_path / "release.md"
    assert flywheel("review", two, "--save", file).code == 0
    head, _, _ = file.read_text().partition("=== bluesky ===")
    assert head.startswith("=== site ===\n\nTitle: ")
    file.write_text(f"{head}=== bluesky ===\n")
    told = flywheel("review", two, "--edit", file, "--json").json
    assert [(p["channel"], p["state"]) for p in told["posts"]] == [("site", "confirmed")]
    assert told["status"] == "published"
