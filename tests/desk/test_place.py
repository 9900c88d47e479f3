from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from desk.place import place_of
from state.workspace import WorkspaceError
from tests.desk.conftest import Flywheel


def test_the_option_wins_over_the_environment(tmp_path: Path) -> None:
    """--workspace comes before FLYWHEEL_WORKSPACE, which comes before the current folder."""
    assert place_of(None).workspace == Path()
    os.environ["FLYWHEEL_WORKSPACE"] = str(tmp_path / "a")
    assert place_of(None).workspace == tmp_path / "a"
    assert place_of(tmp_path / "b").workspace == tmp_path / "b"


def test_the_environment_names_the_workspace(flywheel: Flywheel, workspace: Path) -> None:
    """FLYWHEEL_WORKSPACE is enough to find the workspace."""
    os.environ["FLYWHEEL_WORKSPACE"] = str(workspace)
    assert flywheel("pieces", "--json", where=False).json == {"pieces": []}


def test_suggested_commands_can_be_pasted(tmp_path: Path) -> None:
    """A command that we suggest names the workspace only if it was named, and is quoted for a shell."""
    spaced = tmp_path / "my 'own' notes"
    assert shlex.split(place_of(spaced).command("show", "ab")) == ["flywheel", "show", "ab", "-w", str(spaced)]
    assert place_of(None).command("show", "ab") == "flywheel show ab"


def test_env_file_fills_in_and_never_overrides(tmp_path: Path) -> None:
    """.env sets what isn't set; the environment keeps what it has, and an empty value sets nothing."""
    os.environ["OPENAI_API_KEY"] = "mine"
    (tmp_path / ".env").write_text(
        "OPENAI_API_KEY=theirs\nOPENAI_BASE_URL='http://127.0.0.1:9/v1'\nLANGSMITH_PROJECT=\n"
    )
    place_of(tmp_path)
    assert os.environ["OPENAI_API_KEY"] == "mine"
    assert os.environ["OPENAI_BASE_URL"] == "http://127.0.0.1:9/v1"
    assert "LANGSMITH_PROJECT" not in os.environ


def test_env_file_that_is_no_text(tmp_path: Path, flywheel: Flywheel) -> None:
    """A .env in another encoding is a problem with its place and its mending."""
    (tmp_path / ".env").write_bytes(b"A=\xff\n")
    with pytest.raises(WorkspaceError, match=r"\.env: .*UTF-8"):
        place_of(tmp_path)
    assert flywheel("pieces", "-w", tmp_path, where=False).code == 1
