from __future__ import annotations

import shlex
from pathlib import Path

from tests.desk.conftest import Flywheel


def test_writes_a_workspace_and_says_what_to_do_next(flywheel: Flywheel, tmp_path: Path) -> None:
    """The new workspace is sound, and the two commands that are suggested name it."""
    folder = tmp_path / "my notes"
    ran = flywheel("init", folder, "--name", "The Notes", "--author", "Ann Example", where=False)
    assert ran.code == 0
    assert f"flywheel doctor -w {shlex.quote(str(folder))}" in ran.out
    assert "flywheel run 'a topic'" in ran.out
    assert 'author = "Ann Example"' in (folder / "flywheel.toml").read_text()
    assert flywheel("pieces", "-w", folder, where=False).code == 0


def test_init_as_json(flywheel: Flywheel, tmp_path: Path) -> None:
    """The object names the folder, the files and the next commands; -w names the folder as well as DIR does."""
    told = flywheel("init", "-w", tmp_path / "new", "--json", where=False).json
    assert told["workspace"] == str(tmp_path / "new")
    assert "flywheel.toml" in told["written"]
    assert len(told["next"]) == 2


def test_a_workspace_is_never_written_over(flywheel: Flywheel, workspace: Path) -> None:
    """In a folder with a flywheel.toml nothing is written, and the exit code is 1."""
    before = (workspace / "flywheel.toml").read_bytes()
    ran = flywheel("init", workspace, where=False)
    assert ran.code == 1
    assert "is a workspace already" in ran.err
    assert (workspace / "flywheel.toml").read_bytes() == before


def test_the_folder_is_named_once(flywheel: Flywheel, tmp_path: Path) -> None:
    """Without a folder, or with two, it is wrong usage."""
    assert flywheel("init", where=False).code == 2
    assert flywheel("init", tmp_path / "a", "-w", tmp_path / "b", where=False).code == 2


def test_a_name_that_wont_do(flywheel: Flywheel, tmp_path: Path) -> None:
    """An empty name is refused with its place, and nothing is written."""
    ran = flywheel("init", tmp_path / "new", "--name", " ", "--json", where=False)
    assert ran.code == 1
    assert "[identity] name" in ran.json["error"]["where"]
    assert not (tmp_path / "new" / "flywheel.toml").exists()
