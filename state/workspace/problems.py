"""What is wrong with a workspace, said so that its owner can mend it.

WorkspaceError   the workspace can't be used as it is; carries every `Problem` that was found, not just the first
Refused          one value is no good; stays in this package, where the file and the line are added to it
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from state.base import Frozen


class Problem(Frozen):
    """One mistake, where it stands, and what to do about it."""

    path: str
    """Of the file, relative to the workspace; `environment` for a variable."""
    line: int | None = None
    """Starts at 1; None when the mistake has no line of its own."""
    key: str = ""
    """As a person would look for it: `[reviews] draft`."""
    message: str
    fix: str = ""

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        said = f"{self.message} {self.fix}".strip()
        return f"{place}: {self.key}: {said}" if self.key else f"{place}: {said}"


class WorkspaceError(Exception):
    """Every problem that was found, by file and line. Its text is one line a problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.path, p.line or 0)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class Refused(Exception):
    """A value is no good: `message` says why, `fix` what to write instead."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.message, self.fix = message, fix


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that `word` was probably meant to be, upper and lower case aside."""
    folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), folded, n=1)
    return folded[found[0]] if found else None


def meant(word: str, known: Iterable[str], *, what: str) -> str:
    """Say which of `known` was meant, or list them all: `Known {what}: ...`."""
    names = tuple(known)
    guess = closest(word, names)
    return f"Did you mean `{guess}`?" if guess else f"Known {what}: {', '.join(names)}."
