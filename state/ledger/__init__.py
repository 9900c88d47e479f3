"""What is kept for good: contract bodies, sources, pieces, handoffs, decisions, spending and the outbox."""

from state.ledger.errors import (
    LedgerAddressError,
    LedgerBusy,
    LedgerClosed,
    LedgerDamaged,
    LedgerError,
    LedgerMissing,
    LedgerTaken,
    LedgerTooNew,
    LedgerUnreachable,
    LedgerUnwritable,
)
from state.ledger.ledger import Ledger, close_ledgers, ledger_at, open_ledger
from state.ledger.pieces import UNCHANGED, Unchanged

__all__ = [
    "UNCHANGED",
    "Ledger",
    "LedgerAddressError",
    "LedgerBusy",
    "LedgerClosed",
    "LedgerDamaged",
    "LedgerError",
    "LedgerMissing",
    "LedgerTaken",
    "LedgerTooNew",
    "LedgerUnreachable",
    "LedgerUnwritable",
    "Unchanged",
    "close_ledgers",
    "ledger_at",
    "open_ledger",
]
