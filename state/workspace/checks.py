"""The workspace's own checks: functions in its Python files, named `file.py:function` in `[contracts]`."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Iterable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import cast

from state.base import sha256_text
from state.violations import Check
from state.workspace.problems import Problem, Refused, WorkspaceError, meant
from state.workspace.values import split_check

_SHAPE = "def function(contract, facts) -> tuple[Violation, ...]"


class _Uncached(SourceFileLoader):
    """Reads the source each time: byte code is cached by whole seconds, and would hide a quick edit."""

    def path_stats(self, path: str) -> dict[str, int]:
        """Refuse, which importlib takes to mean that nothing may be cached."""
        raise OSError(f"no byte code is kept for {path}")


def load_checks(workspace: Path, names: Iterable[str]) -> tuple[Check, ...]:
    """Load each check that `names` has (`file.py:function`), in order; a file runs once.

    Runs the owner's code and reads files, so give it a thread of its own in async code. Raises `WorkspaceError` that
    names file and function.
    """
    problems: list[Problem] = []
    modules: dict[str, ModuleType | None] = {}
    checks: list[Check] = []
    for name in names:
        try:
            file, function = split_check(workspace, name)
            if file not in modules:
                modules[file] = _module(workspace, file, problems)
            if module := modules[file]:
                checks.append(_check(module, file, function))
        except Refused as error:
            file, _, function = name.partition(":")
            problems.append(Problem(path=file, key=function, message=error.message, fix=error.fix))
    if problems:
        raise WorkspaceError(problems)
    return tuple(checks)


def _module(workspace: Path, file: str, problems: list[Problem]) -> ModuleType | None:
    """Run a file as a module under a name that no other workspace has; None when it failed (reported)."""
    path = (workspace / file).resolve()
    name = f"workspace_checks_{sha256_text(str(path))[:16]}"
    spec = importlib.util.spec_from_file_location(name, path, loader=_Uncached(name, str(path)))
    if spec is None or spec.loader is None:
        problems.append(Problem(path=file, message="Python can't load it.", fix="Make it a plain .py file."))
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pydantic look their module up there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        said = f"it failed to load: {type(error).__name__}: {error}."
        problems.append(Problem(path=file, line=_line(error, path), message=said, fix="Mend it; it is run on its own."))
        return None
    return module


def _line(error: BaseException, path: Path) -> int | None:
    """Find the line of `path` that raised `error`, or that couldn't be parsed."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == str(path)]
    return lines[-1] if lines else None


def _check(module: ModuleType, file: str, function: str) -> Check:
    found = getattr(module, function, None)
    if found is None:
        there = [name for name, value in vars(module).items() if inspect.isfunction(value) and name[0] != "_"]
        fix = meant(function, there, what="functions") if there else f"Write it: {_SHAPE}."
        raise Refused(f"there is no `{function}` in {file}.", fix)
    if not callable(found) or inspect.iscoroutinefunction(found):
        raise Refused(f"`{function}` is not a plain function.", f"Write it as {_SHAPE}.")
    try:
        inspect.signature(found).bind(None, None)
    except (TypeError, ValueError):
        raise Refused(f"`{function}` can't be called with a contract and facts.", f"Write it as {_SHAPE}.") from None
    return cast(Check, found)
