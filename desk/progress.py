"""What goes on while a piece runs: a line for each node that begins or ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

from desk.session import Progress
from state.records import Handoff
from state.violations import Severity, Violation

BUSY: Mapping[str, str] = {
    "assign": "assign chooses the topic",
    "content": "content researches the Brief",
    "voice": "voice writes the Draft",
    "revenue": "revenue places an offer in the MonetizedDraft",
    "distribution": "distribution makes the Release",
    "publish": "publish writes down what is to be sent",
    "draft": "distribution drafts the Reply",
    "answer": "answer writes down what is to be sent",
}
"""What each node does; a review node isn't announced, since what it shows is."""


class Watcher:
    """Prints to `console`; None keeps it silent. A terminal sees what runs now as a spinner, a log as a line."""

    def __init__(self, console: Console | None) -> None:
        self._console = console
        self._status: Status | None = None
        self._node = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rest()

    def __call__(self, progress: Progress) -> None:
        if self._console is None:
            return
        if progress.asked:
            self._read(progress)
            return
        if progress.started:
            self._begin(self._console, progress.node)
            return
        self._rest()
        if progress.handoff is not None:
            self._console.print(handoff_line(progress.handoff), soft_wrap=not self._console.is_terminal)

    def note(self, text: str) -> None:
        """A line between nodes."""
        if self._console is not None:
            self._console.print(Text(text, style="green"), soft_wrap=not self._console.is_terminal)

    def _begin(self, console: Console, node: str) -> None:
        if node not in BUSY:
            return
        self._rest()
        self._node = node
        if console.is_terminal and not console.is_dumb_terminal:
            self._status = console.status(Text(f"{BUSY[node]} ..."))
            self._status.start()
        else:
            console.print(Text(f"... {BUSY[node]}"), soft_wrap=True)

    def _read(self, progress: Progress) -> None:
        """How far a reading is, where a spinner shows it; a log has no line for each page."""
        if self._status is not None:
            self._status.update(Text(f"{BUSY[self._node]}: reading {progress.done} of {progress.asked} ..."))

    def _rest(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


def handoff_line(handoff: Handoff) -> Text:
    """Who handed over what, which try it was, how it went, and what it took."""
    mark, style = ("✓", "green") if handoff.passed else ("✗", "red")
    cost = f", {handoff.spend.tokens} tokens" if handoff.spend.tokens else ""
    return Text.assemble(
        (f"{mark} ", style),
        (f"{handoff.producer} → {handoff.contract}", "bold"),
        f"  attempt {handoff.attempt}  ",
        (outcome(handoff), style),
        (f"  {handoff.seconds:.2f} s{cost}", "dim"),
    )


def outcome(handoff: Handoff) -> str:
    """`passed 10 of 10 checks`, or what failed, by code."""
    failed = [v for v in handoff.violations if v.severity is Severity.FAIL]
    flagged = [v for v in handoff.violations if v.severity is Severity.FLAG]
    good = sum(c.passed for c in handoff.checks)
    passed = f"passed {good} of {len(handoff.checks)} checks" if handoff.checks else "passed"
    verdict = passed if handoff.passed else f"failed: {_codes(failed)}"
    return f"{verdict}; to look at: {_codes(flagged)}" if flagged else verdict


def _codes(violations: list[Violation]) -> str:
    counted = Counter(v.code for v in violations)
    return ", ".join(code if n == 1 else f"{code} ×{n}" for code, n in counted.items())
