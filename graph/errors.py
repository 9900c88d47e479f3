"""What goes wrong in the wiring itself. A failed check is never one of these: it is a Violation.

FlywheelError
├── CannotAssign      nothing to write about, or settings that no piece could be made with
├── BrokenChain       a contract in state is not what the ledger and its parent's hash say
├── CannotAmend       nothing of the piece is published, or something of it is still on its way
└── NotApproved       publish was reached without a decision that covers the release
"""

from __future__ import annotations

from state.violations import Violation


class FlywheelError(Exception):
    """Carries the piece, and says what to do."""

    def __init__(self, piece: str, message: str, fix: str) -> None:
        super().__init__(f"piece {piece}: {message} {fix}")
        self.piece, self.message, self.fix = piece, message, fix


class CannotAssign(FlywheelError):
    def __init__(self, piece: str, violations: tuple[Violation, ...]) -> None:
        super().__init__(piece, " ".join(v.message for v in violations), " ".join(v.fix for v in violations))
        self.violations = violations


class CannotAmend(FlywheelError):
    pass


class BrokenChain(FlywheelError):
    pass


class NotApproved(FlywheelError):
    pass
