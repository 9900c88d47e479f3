"""`flywheel voice rules`: listed, switched, reverted, written down; and what a review says it has learnt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from state.records import Decision
from tests.desk.conftest import Flywheel

pytestmark = pytest.mark.long


def listed(flywheel: Flywheel) -> dict[int, tuple[str, str]]:
    """Number -> (standing, text)."""
    return {r["number"]: (r["standing"], r["text"]) for r in flywheel("voice", "rules", "--json").json["rules"]}


def test_no_rules_yet(flywheel: Flywheel) -> None:
    """Without rules it says where they come from, and how to write one."""
    ran = flywheel("voice", "rules")
    assert ran.code == 0
    assert "no rules yet" in ran.out
    assert "--add" in ran.out


def test_a_rules_life(flywheel: Flywheel) -> None:
    """Written down, switched off, taken back, switched off and on: each a version of its own, none lost."""
    assert "Rule 1 was written down; it is active" in flywheel("voice", "rules", "--add", "never 'leverage'").out
    assert flywheel("voice", "rules", "--add", "open with a scene").code == 0
    assert flywheel("voice", "rules", "--off", 1).code == 0
    assert listed(flywheel) == {1: ("off", "never 'leverage'"), 2: ("active", "open with a scene")}
    ran = flywheel("voice", "rules", "--revert", 1, "--json")
    changed = ran.json["changed"]
    assert (changed["version"], changed["standing"], changed["change"]) == (3, "active", "reverted to version 1")
    flywheel("voice", "rules", "--revert", 1, "--to", 2)
    assert listed(flywheel)[1][0] == "off"
    assert flywheel("voice", "rules", "--on", 1).code == 0
    history = flywheel("voice", "rules", "--history", 1, "--json").json["versions"]
    assert [v["change"] for v in history] == [
        "written down",
        "switched off",
        "reverted to version 1",
        "reverted to version 2",
        "switched on",
    ]
    said = flywheel("voice", "rules", "--history", 1).out
    assert "version 5" in said and "off: never 'leverage'" in said
    assert flywheel("voice", "rules").out.index("never 'leverage'") >= 0


def test_the_same_rule_twice_is_one(flywheel: Flywheel) -> None:
    """A rule that is written down again, in other letters, is the same rule; one that was off holds again."""
    flywheel("voice", "rules", "--add", "Open with a scene.")
    flywheel("voice", "rules", "--off", 1)
    flywheel("voice", "rules", "--add", "open with a scene")
    assert listed(flywheel) == {1: ("active", "open with a scene")}


def test_the_workspace_before_or_after(flywheel: Flywheel, workspace: Path) -> None:
    """-w and --json may stand before `rules` as well as behind it."""
    flywheel("voice", "rules", "--add", "open with a scene")
    ran = flywheel("voice", "-w", workspace, "--json", "rules", where=False)
    assert [r["text"] for r in ran.json["rules"]] == ["open with a scene"]


@pytest.mark.parametrize("option", ["--off", "--on", "--revert", "--history"])
def test_a_rule_that_isnt_there(flywheel: Flywheel, option: str) -> None:
    """An unknown number is refused by name, and says how to find the right one."""
    ran = flywheel("voice", "rules", option, 7, "--json")
    assert ran.code == 1
    assert ran.json["error"]["kind"] == "no-such-rule"
    assert "There is no rule 7" in ran.err
    assert "flywheel voice rules" in ran.err


@pytest.mark.parametrize("to", [(), ("--to", 0), ("--to", 9), ("--to", -1)])
def test_a_version_that_isnt_there(flywheel: Flywheel, to: tuple[object, ...]) -> None:
    """A rule in its first version has nothing to be taken back, and a version that isn't there is refused; nothing changes."""
    flywheel("voice", "rules", "--add", "open with a scene")
    ran = flywheel("voice", "rules", "--revert", 1, *to)
    assert ran.code == 1
    assert "its latest is 1" in ran.err
    assert len(flywheel("voice", "rules", "--history", 1, "--json").json["versions"]) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--off", 1, "--on", 1), "--off and --on exclude each other"),
        (("--to", 2), "goes with --revert"),
        (("--off", "one"), "--off"),
        (("--add", "  "), "A rule is a sentence"),
        (("--add", "…"), "A rule is a sentence"),
        (("--add", "x" * 301), "300 characters"),
        (("--bogus",), "--bogus"),
    ],
)
def test_wrong_usage(flywheel: Flywheel, words: tuple[object, ...], said: str) -> None:
    """What can't be meant exits 2 and says why."""
    ran = flywheel("voice", "rules", *words)
    assert ran.code == 2
    assert said in ran.err


def test_a_review_says_what_it_learnt(flywheel: Flywheel, piece: str, tmp_path: Path) -> None:
    """After an edit at review_draft the lessons are told, with the number and the way to switch one off."""
    flywheel("review", piece, "--approve")
    file = tmp_path / "draft.md"
    flywheel("review", piece, "--save", file)
    text = file.read_text()
    title, _, body = text.partition("\n\n")
    first, _, rest = body.partition("\n\n")
    file.write_text(f"{title}\n\nIs it a bulb? {first}\n\n{rest}")
    ran = flywheel("review", piece, "--edit", file)
    assert ran.code == 0
    assert "Noted, to hold if it is seen again: open with a question (rule 2)." in ran.out
    assert "voice rules --off 1" in ran.out
    history = flywheel("voice", "rules", "--history", 2).out
    assert f"review_draft edit of piece {piece}" in history
    assert "after:  Is it a bulb?" in history


def test_a_note_is_told_too(flywheel: Flywheel, piece: str, in_ledger: Callable[[Any], Any]) -> None:
    """A note to VOICE is a rule at once where it is meant for all pieces; --json lists what was learnt."""
    flywheel("review", piece, "--approve")
    ran = flywheel("review", piece, "--rework", "never use leverage", "--to", "voice", "--json")
    assert [(r["text"], r["standing"]) for r in ran.json["learnt"]] == [("never use leverage", "active")]
    decisions: tuple[Decision, ...] = in_ledger(lambda ledger: ledger.decisions(piece))
    assert ran.json["learnt"][0]["cause"].startswith(f"{piece}/")
    assert decisions[-1].note == "never use leverage"
    assert "never use leverage" in flywheel("voice").out
