from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk.conftest import Flywheel


@pytest.mark.long
def test_lists_pieces_newest_first(flywheel: Flywheel) -> None:
    """Each piece stands with its state, the newest on top; a pipe gets a line each with tabs."""
    old = flywheel("run", "bridges", "--json").json["piece"]
    new = flywheel("run", "Why the bulb lasts", "--approve-all", "--json").json["piece"]
    assert [p["piece"] for p in flywheel("pieces", "--json").json["pieces"]] == [new, old]
    head, first, second = [line.split("\t") for line in flywheel("pieces").out.splitlines()]
    assert head[:3] == ["piece", "status", "about"]
    assert first[:3] == [new, "published", "Why the bulb lasts"]
    assert second[:3] == [old, "waiting at review_brief", "bridges"]


def test_none_yet(flywheel: Flywheel) -> None:
    """With no pieces, it says how to start one."""
    assert "flywheel run" in flywheel("pieces").out


@pytest.mark.parametrize("command", [("pieces",), ("run",), ("show", "x"), ("review", "x")])
def test_no_workspace(flywheel: Flywheel, tmp_path: Path, command: tuple[str, ...]) -> None:
    """A folder that is no workspace is an error with a way out, for people and for machines."""
    ran = flywheel(*command, "-w", tmp_path / "nowhere", "--json", where=False)
    assert ran.code == 1
    assert ran.json["error"]["kind"] == "workspace"
    assert "flywheel init" in ran.json["error"]["fix"]
    assert "flywheel init" in ran.err


def test_every_problem_at_once(flywheel: Flywheel, workspace: Path) -> None:
    """Every mistake in the settings is reported with its line."""
    file = workspace / "flywheel.toml"
    file.write_text(
        file.read_text().replace('language = "en"', 'language = "x!"').replace("per_agent = 2", "per_agent = -1")
    )
    problems = flywheel("pieces", "--json").json["error"]["problems"]
    assert ["language" in problems[0]["where"], "per_agent" in problems[1]["where"]] == [True, True]


def test_a_ledger_that_is_none(flywheel: Flywheel, workspace: Path) -> None:
    """A damaged database is said to be one, with where it lies."""
    (workspace / ".flywheel").mkdir()
    (workspace / ".flywheel" / "ledger.db").write_text("not a database " * 100)
    ran = flywheel("pieces", "--json")
    assert ran.code == 1
    assert ran.json["error"]["kind"] == "ledger"
    assert "ledger.db" in ran.json["error"]["where"]
