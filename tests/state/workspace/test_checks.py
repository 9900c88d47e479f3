from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from state.workspace import WorkspaceError, load_checks

Write = Callable[..., Path]


def answer(check: Any, contract: Any = None) -> Any:
    """What a check says; the ones here don't look at facts."""
    return check(contract, None)


CALM = """
from __future__ import annotations
from dataclasses import dataclass
from state.violations import Violation

@dataclass
class Loud:
    sign: str = "!"

def no_exclamation(draft, facts):
    if Loud().sign not in draft:
        return ()
    return (Violation(code="own.loud", where="body", message="It shouts.", fix="Say it calmly."),)

def helper(one): ...
async def later(draft, facts): ...
NUMBER = 3
"""


def test_an_own_check_runs_like_any_other(write: Write) -> None:
    """It gets a contract and facts, and answers with violations."""
    (check, same) = load_checks(write(CALM, "checks.py"), ["checks.py:no_exclamation"] * 2)
    assert check is same
    assert answer(check, "Calm.") == ()
    assert [v.code for v in answer(check, "Loud!")] == ["own.loud"]


def test_an_edit_counts_at_once(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the same size, changed within the second, is read afresh, and no byte code is left behind."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    folder = write("def c(a, b): return (1,)", "checks.py")
    assert answer(load_checks(folder, ["checks.py:c"])[0]) == (1,)
    write("def c(a, b): return (2,)", "checks.py")
    assert answer(load_checks(folder, ["checks.py:c"])[0]) == (2,)
    assert not (folder / "__pycache__").exists()


def test_two_workspaces_keep_their_checks_apart(write: Write, tmp_path: Path) -> None:
    """Files of one name in two workspaces are two modules."""
    write("def c(a, b): return ('a',)", "a/checks.py")
    write("def c(a, b): return ('b',)", "b/checks.py")
    found = [load_checks(tmp_path / name, ["checks.py:c"])[0] for name in "ab"]
    assert [answer(check) for check in found] == [("a",), ("b",)]
    assert len({check.__module__ for check in found}) == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "checks.py:no_exclamations",
            "checks.py: no_exclamations: there is no `no_exclamations` in checks.py. Did you mean `no_exclamation`?",
        ),
        ("checks.py:helper", "checks.py: helper: `helper` can't be called with a contract and facts."),
        ("checks.py:later", "checks.py: later: `later` is not a plain function."),
        ("checks.py:NUMBER", "checks.py: NUMBER: `NUMBER` is not a plain function."),
        ("cheks.py:calm", "cheks.py: calm: there is no file cheks.py in the workspace. Did you mean `checks.py`?"),
        ("checks.py", "`checks.py` doesn't name a check."),
        ("../checks.py:calm", "lies outside the workspace."),
    ],
)
def test_what_cannot_be_a_check_is_told(write: Write, name: str, said: str) -> None:
    """The file and the function are named, and what was probably meant."""
    with pytest.raises(WorkspaceError) as caught:
        load_checks(write(CALM, "checks.py"), [name])
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\ndef c(a, b:\n", "checks.py:2: it failed to load: SyntaxError"),
        ("import nothing_of_this_name\n", "checks.py:1: it failed to load: ModuleNotFoundError"),
        ("\n\n1 / 0\n", "checks.py:3: it failed to load: ZeroDivisionError: division by zero."),
        ("import sys\nsys.exit(3)\n", "checks.py:2: it failed to load: SystemExit: 3."),
    ],
)
def test_a_file_that_does_not_load_is_told_by_line_and_once(write: Write, text: str, said: str) -> None:
    """Two checks of one broken file are one problem, and it leaves nothing behind."""
    before = set(sys.modules)
    with pytest.raises(WorkspaceError) as caught:
        load_checks(write(text, "checks.py"), ["checks.py:c", "checks.py:d"])
    (line,) = str(caught.value).splitlines()
    assert line.startswith(said)
    assert not [name for name in set(sys.modules) - before if name.startswith("workspace_checks_")]
