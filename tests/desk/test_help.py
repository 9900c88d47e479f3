from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.desk.conftest import ROOT, Flywheel

_PROBE = """
import json, sys
sys.argv = ["flywheel", "--help"]
from desk.cli import main
try:
    main()
except SystemExit as end:
    print(json.dumps([end.code, sorted({name.split(".")[0] for name in sys.modules})]), file=sys.stderr)
"""


def test_help_loads_nothing_heavy() -> None:
    """`flywheel --help` imports neither LangGraph nor the database nor pydantic, nor a room of ours but the desk."""
    ran = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True, check=True, cwd=ROOT)
    code, modules = json.loads(ran.stderr)
    heavy = {
        "langgraph",
        "langchain_core",
        "langsmith",
        "sqlalchemy",
        "pydantic",
        "rich",
        "httpx",
        "graph",
        "agents",
        "state",
        "channels",
    }
    assert code == 0
    assert heavy.isdisjoint(modules)


def test_help_names_every_command_and_exit_code(flywheel: Flywheel) -> None:
    """The help lists the commands, and says what each exit code means."""
    ran = flywheel("--help", where=False)
    assert ran.code == 0
    for word in (
        "init",
        "run",
        "pieces",
        "show",
        "preview",
        "review",
        "engage",
        "replies",
        "voice",
        "stats",
        "doctor",
        "Exit codes:",
        "130",
        "FLYWHEEL_WORKSPACE",
    ):
        assert word in ran.out


def test_no_command_prints_the_help(flywheel: Flywheel) -> None:
    """`flywheel` alone is `flywheel --help`."""
    assert flywheel(where=False).out == flywheel("--help", where=False).out


@pytest.mark.parametrize(
    "command",
    [
        *("init", "run", "pieces", "show", "preview", "review", "doctor", "voice", "voice rules"),
        *("offers", "sales", "sales import", "stats", "learn"),
    ],
)
def test_every_command_takes_a_workspace_and_json(flywheel: Flywheel, command: str) -> None:
    """Every command has --workspace, -w and --json."""
    said = flywheel(*command.split(), "--help", where=False).out
    assert all(option in said for option in ("-w, --workspace", "--json"))


def test_a_module_too() -> None:
    """`python -m desk` is the same program."""
    ran = subprocess.run(
        [sys.executable, "-m", "desk", "--version"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout.strip()[0].isdigit()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("piece",), "pieces"),
        (("run", "--bogus"), "--bogus"),
        (("show",), "PIECE"),
        (("run", "one", "two"), "two"),
    ],
)
def test_wrong_usage(flywheel: Flywheel, words: tuple[str, ...], said: str) -> None:
    """A command line that can't be read exits 2, says what is wrong, and points to the help."""
    ran = flywheel(*words, where=False)
    assert ran.code == 2
    assert said in ran.err
    assert "--help" in ran.err
    assert ran.out == ""


def test_wrong_usage_as_json(flywheel: Flywheel) -> None:
    """With --json, even a command line that can't be read is answered with one object."""
    ran = flywheel("run", "--bogus", "--json", where=False)
    assert ran.code == 2
    assert ran.json["error"]["kind"] == "usage"
