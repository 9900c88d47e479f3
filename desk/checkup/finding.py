"""What a check-up found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from state.workspace import Problem

State = Literal["ok", "warning", "failed"]


@dataclass(frozen=True)
class Finding:
    about: str
    """`voice`, `model of content`, `channel site`, ..."""
    state: State
    message: str
    fix: str = ""
    """What to do about it; empty when all is well."""


def ok(about: str, message: str) -> Finding:
    return Finding(about, "ok", message)


def warning(about: str, message: str, fix: str) -> Finding:
    return Finding(about, "warning", message, fix)


def failed(about: str, message: str, fix: str) -> Finding:
    return Finding(about, "failed", message, fix)


def from_problems(about: str, problems: Iterable[Problem]) -> Iterator[Finding]:
    for problem in problems:
        where = problem.path if problem.line is None else f"{problem.path}:{problem.line}"
        place = f"{where}: {problem.key}" if problem.key else where
        yield failed(about, f"{place}: {problem.message}", problem.fix)
