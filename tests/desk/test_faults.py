from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from agents.writer import WriterMisconfigured
from desk.errors import Hint, Interrupted, NotTaken, WrongUsage
from desk.faults import explain
from desk.kept import NoSuchPiece
from desk.session import NothingWaits
from graph.answers import InboxAnswer
from graph.errors import CannotAssign, NotApproved
from state.ledger import LedgerBusy
from state.records import PieceRow
from state.violations import Violation
from state.workspace import Problem, WorkspaceError

_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_ROW = PieceRow(piece="ab12", topic="bulbs", status="published", created_at=_NOW, updated_at=_NOW)
_BAD = Violation(code="assignment.topic-empty", where="topic", message="There is no topic.", fix="Give one.")


def _junk() -> ValidationError:
    try:
        InboxAnswer.model_validate({"type": "perhaps"})
    except ValidationError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "kind", "code", "said"),
    [
        (
            WorkspaceError([Problem(path="flywheel.toml", line=3, key="x", message="Bad.", fix="Mend.")]),
            "workspace",
            1,
            "Bad.",
        ),
        (LedgerBusy("It is locked", where="sqlite:///x", fix="Try again."), "ledger", 1, "It is locked."),
        (NoSuchPiece("zz", ["zz1", "zz2"]), "no-such-piece", 1, "zz1, zz2"),
        (NothingWaits(_ROW), "nothing-waits", 1, "published"),
        (CannotAssign("ab12", (_BAD,)), "cannot-assign", 1, "can't be started"),
        (NotApproved("ab12", "No approval.", "Review it."), "flywheel", 1, "No approval."),
        (WriterMisconfigured("openai:x", "No key.", "Set it."), "writer", 1, "No key."),
        (_junk(), "junk", 1, "InboxAnswer"),
        (sqlite3.OperationalError("disk I/O error"), "checkpoints", 1, "disk I/O error"),
        (PermissionError(13, "Permission denied", "/x/y"), "system", 1, "Permission denied"),
        (WrongUsage("No."), "usage", 2, "No."),
        (NotTaken("Broken."), "not-taken", 2, "Broken."),
        (Interrupted("Stopped."), "interrupted", 130, "Stopped."),
    ],
)
def test_every_error_has_words_and_an_exit_code(error: Exception, kind: str, code: int, said: str) -> None:
    """Each error that we foresee is explained, and its kind is one that a machine can go by."""
    fault = explain(error)
    assert fault is not None
    assert (fault.kind, fault.exit_code) == (kind, code)
    assert said in fault.message
    assert fault.public()["kind"] == kind


@pytest.mark.parametrize("make", [lambda: KeyError("x"), lambda: RuntimeError("x"), lambda: OSError("no number")])
def test_a_bug_is_not_explained_away(make: Callable[[], Exception]) -> None:
    """An error that nobody foresaw stays one, traceback and all."""
    assert explain(make()) is None


def test_only_our_own_notes_are_told() -> None:
    """Of an exception's notes, people are told those that are meant for them."""
    error = LedgerBusy("It is locked", where="x", fix="Try again.")
    error.add_note("During task with name 'assign'")
    error.add_note(Hint("Piece ab12 is kept."))
    fault = explain(error)
    assert fault is not None
    assert fault.notes == ("Piece ab12 is kept.",)
