"""From an exception to what a person, or a machine, is told about it. The one place that knows every error we foresee."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from desk.errors import DeskError, Hint

if TYPE_CHECKING:
    from pydantic import ValidationError

    from state.violations import Violation
    from state.workspace import Problem


@dataclass(frozen=True)
class Fault:
    kind: str
    """Stable, for machines: `workspace`, `ledger`, `no-such-piece`, ..."""
    message: str
    where: str = ""
    fix: str = ""
    piece: str = ""
    problems: tuple[Mapping[str, str], ...] = ()
    """What is wrong in detail: `where`, `message`, `fix`, and `code` for a failed check."""
    notes: tuple[str, ...] = ()
    """What else helps: how to take up the piece again."""
    exit_code: int = 1

    def public(self) -> dict[str, object]:
        """Give what `--json` prints, without what is empty."""
        told = {
            "kind": self.kind,
            "message": self.message,
            "where": self.where,
            "fix": self.fix,
            "piece": self.piece,
            "problems": [dict(problem) for problem in self.problems],
            "notes": list(self.notes),
        }
        return {name: value for name, value in told.items() if value}


def explain(error: Exception) -> Fault | None:
    """Say what `error` means; None when it is none of those that we foresee, and so a bug of ours."""
    fault = _of_the_desk(error) or _of_state(error) or _of_the_machine(error) or _of_the_graph(error)
    notes = tuple(note for note in getattr(error, "__notes__", ()) if isinstance(note, Hint))
    return replace(fault, notes=notes) if fault and notes else fault


def problem_of(violation: Violation) -> dict[str, str]:
    return {"code": violation.code, "where": violation.where, "message": violation.message, "fix": violation.fix}


def _of_the_desk(error: Exception) -> Fault | None:
    if not isinstance(error, DeskError):
        return None
    return Fault(
        error.kind, error.what, fix=error.fix, piece=error.piece, problems=error.problems, exit_code=error.exit_code
    )


def _of_state(error: Exception) -> Fault | None:
    from state.ledger import LedgerError
    from state.workspace import WorkspaceError

    if isinstance(error, LedgerError):
        return Fault("ledger", f"{error.what}.", where=error.where, fix=error.fix)
    if isinstance(error, WorkspaceError):
        return _of_workspace(tuple(_workspace_problems(error.problems)))
    return None


def _of_workspace(problems: tuple[Mapping[str, str], ...]) -> Fault:
    """One problem is the message itself; several stand below one."""
    if len(problems) == 1:
        only = problems[0]
        return Fault("workspace", only["message"], where=only["where"], fix=only["fix"], problems=problems)
    return Fault("workspace", f"The workspace can't be used as it is: {len(problems)} problems.", problems=problems)


def _workspace_problems(problems: tuple[Problem, ...]) -> Iterable[dict[str, str]]:
    for problem in problems:
        where = problem.path if problem.line is None else f"{problem.path}:{problem.line}"
        place = f"{where}: {problem.key}" if problem.key else where
        yield {"where": place, "message": problem.message, "fix": problem.fix}


def _of_the_machine(error: Exception) -> Fault | None:
    if isinstance(error, sqlite3.Error):
        fix = "Check that .flywheel/ and the files in it may be written, and that no other program holds them."
        return Fault("checkpoints", f"The checkpoints can't be used: {error}.", ".flywheel/checkpoints.db", fix)
    if isinstance(error, OSError) and error.strerror:
        where = str(error.filename or "")
        return Fault("system", f"{error.strerror}.", where, "Check the path, your rights to it, and the disk's space.")
    return None


def _of_the_graph(error: Exception) -> Fault | None:
    from pydantic import ValidationError

    from agents.writer import WriterError
    from desk.kept import NoSuchPiece
    from desk.session import NothingWaits
    from graph.errors import CannotAssign, FlywheelError

    match error:
        case NoSuchPiece():
            return Fault("no-such-piece", str(error), piece=error.name)
        case NothingWaits():
            return Fault("nothing-waits", str(error), piece=error.piece.piece)
        case CannotAssign():
            problems = tuple(problem_of(v) for v in error.violations)
            return Fault("cannot-assign", "The piece can't be started.", piece=error.piece, problems=problems)
        case FlywheelError():
            return Fault("flywheel", error.message, fix=error.fix, piece=error.piece)
        case WriterError():
            return Fault("writer", error.message, where=error.model, fix=error.fix)
        case ValidationError():
            return Fault(
                "junk", f"{error.title} was given something that it can't be.", problems=tuple(_misfits(error))
            )
        case _:
            return None


def _misfits(error: ValidationError) -> Iterable[dict[str, str]]:
    for found in error.errors(include_url=False, include_input=False)[:5]:
        yield {"where": ".".join(map(str, found["loc"])), "message": f"{found['msg']}.", "fix": ""}
