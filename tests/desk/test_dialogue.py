"""In a terminal of its own, as a person sees it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.desk.conftest import Flywheel

pytestmark = pytest.mark.server


STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PROMPT = r"\[q\]uit > "
Terminal = Callable[..., "pexpect.spawn[str]"]
Script = Callable[[str, str], str]


def ended(child: pexpect.spawn[str]) -> tuple[int | None, str]:
    """The exit code, and what was said since the last prompt, without the terminal's styles."""
    child.expect(pexpect.EOF)
    said = STYLE.sub("", str(child.before))
    child.close()
    return child.exitstatus, said


def test_from_the_topic_to_the_site(
    terminal: Terminal, flywheel: Flywheel, script: Script, in_ledger: Callable[[Any], Any]
) -> None:
    """`run` asks at each review: an edit that breaks the contract is told and asked again, a better one is taken, the rest approved."""
    editor = script(
        "editor",
        "text = text.replace('9,000', '1,000') + '\\n- Say it in fewer words.\\n' if '9,000' in text else text.replace('1,000', '9,000', 1)",
    )
    child = terminal("run", "Why the bulb lasts", env={"EDITOR": editor})
    child.expect(r"\[a\]pprove  \[e\]dit  \[r\]ework  \[d\]rop  \[s\]how again  " + PROMPT)
    assert "content → Brief" in str(child.before)
    assert "\N{BULLET}" in str(child.before)
    assert "Open with" in str(child.before)
    child.sendline("x")
    child.expect("Please say one of")
    child.expect(PROMPT)
    child.sendline("e")
    child.expect(r"The edit breaks the contract")
    child.expect(r"brief\.")
    child.expect(PROMPT)
    child.sendline("edit")
    for point in ("Draft: please review", "MonetizedDraft: please review", "Release: please review"):
        child.expect(point)
        child.expect(PROMPT)
        child.sendline("a")
    code, said = ended(child)
    assert code == 0
    found = re.search(r"Piece ([0-9a-f]{8}) is published", said)
    assert found
    decisions = in_ledger(lambda ledger: ledger.decisions(found[1]))
    assert [d.kind for d in decisions] == ["edit", "approve", "approve", "approve"]
    assert "Say it in fewer words." in flywheel("show", found[1], "--brief").out


def test_rework_then_drop(terminal: Terminal, flywheel: Flywheel, piece: str) -> None:
    """`review` asks who makes it again and why; an agent that can't is refused; a dropped piece keeps the reason."""
    child = terminal("review", piece)
    child.expect(PROMPT)
    child.sendline("r")
    child.expect(r"Who makes it again\? content \[content\] > ")
    child.sendline("voice")
    child.expect("What should be different")
    child.sendline("Shorter")
    child.expect("can't send back to voice")
    child.expect(PROMPT)
    child.sendline("r")
    child.expect("Who makes it again")
    child.sendline("")
    child.expect("What should be different")
    child.sendline("Another source")
    child.expect("attempt 2")
    child.expect(PROMPT)
    child.sendline("d")
    child.expect("Why")
    child.sendline("")
    child.expect(PROMPT)
    child.sendline("d")
    child.expect("Why")
    child.sendline("Off my beat")
    code, said = ended(child)
    assert code == 0
    assert "is dropped" in said
    decisions = flywheel("show", piece, "--json").json["decisions"]
    assert [(d["kind"], d["to"], d["note"]) for d in decisions] == [
        ("rework", "content", "Another source"),
        ("drop", None, "Off my beat"),
    ]


def test_swapping_the_topic(terminal: Terminal, flywheel: Flywheel) -> None:
    """Where there are runners-up, `w` asks which takes the topic's place; a wrong number asks again, and the piece goes on."""
    child = terminal("run")
    child.expect(r"s\[w\]ap the topic  " + PROMPT)
    assert "Runners-up" in str(child.before)
    child.sendline("w")
    child.expect("Which runner-up")
    child.sendline("many")
    child.expect("There is no runner-up")
    child.expect(PROMPT)
    child.sendline("w")
    child.expect("Which runner-up")
    child.sendline("1")
    child.expect("attempt 2")
    child.expect(PROMPT)
    child.sendline("q")
    code, said = ended(child)
    assert code == 0
    found = re.search(r"Piece ([0-9a-f]{8}) waits", said)
    assert found
    (decision,) = flywheel("show", found[1], "--json").json["decisions"]
    assert decision["note"].startswith("swap 1: ")


def test_quitting_loses_no_word(
    terminal: Terminal, flywheel: Flywheel, workspace: Path, piece: str, script: Script
) -> None:
    """Words that a failing editor left are kept in a file that is named; quitting leaves the piece waiting, at 40 columns too."""
    child = terminal(
        "review",
        piece,
        env={"EDITOR": script("editor", "path.write_text(text + 'My words.'); sys.exit(3)")},
        columns=40,
    )
    child.expect(r"\[q\]uit >")
    child.sendline("e")
    child.expect(r"ended\s+with")  # a long path to the editor breaks the line here
    child.expect(r"\[q\]uit >")
    child.sendline("q")
    code, said = ended(child)
    assert code == 0
    assert "Your words are kept" in said
    (kept,) = (workspace / ".flywheel" / "edits").iterdir()
    assert kept.read_text().endswith("My words.")
    assert flywheel("show", piece, "--json").json["waiting"]["point"] == "review_brief"


def test_ctrl_c_at_the_question(terminal: Terminal, flywheel: Flywheel, piece: str, script: Script) -> None:
    """One Ctrl-C is enough: it says how to go on and exits 130; an edit that changed nothing is no decision."""
    child = terminal("run", "--resume", piece, env={"VISUAL": script("visual", "pass"), "EDITOR": "/nowhere/editor"})
    child.expect(PROMPT)
    child.sendline("e")
    child.expect("Nothing was changed")
    child.expect(PROMPT)
    child.sendintr()
    code, said = ended(child)
    assert code == 130
    assert f"flywheel run --resume {piece}" in said
    assert "Traceback" not in said
    assert flywheel("show", piece, "--json").json["decisions"] == []


def test_what_an_edit_taught(terminal: Terminal, flywheel: Flywheel, piece: str, script: Script) -> None:
    """After an edit at review_draft the terminal says what was learnt and how to undo it, before the next review."""
    flywheel("review", piece, "--approve")
    editor = script("editor", "text = text.replace('\\n\\n', '\\n\\nIs it a bulb? ', 1)")
    child = terminal("review", piece, env={"EDITOR": editor}, columns=200)
    child.expect("Draft: please review")
    child.expect(PROMPT)
    child.sendline("e")
    child.expect(r"Noted, to hold if it is seen again: open with a question \(rule \d\)")
    child.expect(r"--off\s+1")
    child.expect("MonetizedDraft: please review")
    child.expect(PROMPT)
    child.sendline("r")
    child.expect("Who makes it again")
    child.sendline("voice")
    child.expect("What should be different")
    child.sendline("open with a scene")
    child.expect(r"Learnt: open with a scene \(rule 3\)")
    child.expect(PROMPT)
    child.sendline("q")
    assert ended(child)[0] == 0
