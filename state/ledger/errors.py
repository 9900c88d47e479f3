"""What can go wrong with the ledger, for people and for the code that catches it.

    LedgerError
    ├── LedgerAddressError   the URL names no database we can use
    ├── LedgerUnreachable    the file can't be opened, or the server doesn't answer or let us in
    ├── LedgerBusy           another process kept it locked for too long; trying again is safe
    ├── LedgerUnwritable     the disk is full, or the database is read-only
    ├── LedgerDamaged        the file is not a ledger, or is corrupt
    ├── LedgerTooNew         a newer version of the program has changed its schema
    ├── LedgerClosed         used after `close()`
    ├── LedgerTaken          a code that stands for another link already
    └── LedgerMissing        a row was named that isn't there: a piece, a snapshot, a post

An error of the database that is none of these is a bug of ours and passes through as SQLAlchemy raised it.
"""

from __future__ import annotations

import errno

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class LedgerError(Exception):
    """`what` happened, `where` (the database's URL, its password masked), and what to do: `fix`."""

    def __init__(self, what: str, *, where: str, fix: str) -> None:
        super().__init__(f"{what} (ledger {where}). {fix}")
        self.what = what
        self.where = where
        self.fix = fix


class LedgerAddressError(LedgerError):
    """The URL names no database we can use."""


class LedgerUnreachable(LedgerError):
    """The file can't be opened, or the server doesn't answer or let us in."""


class LedgerBusy(LedgerError):
    """Another process kept it locked for too long; nothing was written, so trying again is safe."""


class LedgerUnwritable(LedgerError):
    """The disk is full, or the database is read-only; the transaction was rolled back."""


class LedgerDamaged(LedgerError):
    """The file is not a ledger, or is corrupt."""


class LedgerTooNew(LedgerError):
    """Its schema is one that this version of the program doesn't know."""


class LedgerClosed(LedgerError):
    """Used after `close()`."""


class LedgerTaken(LedgerError):
    """A code stands for another link already; the transaction was rolled back."""


class LedgerMissing(LedgerError):
    """A row was named that isn't there."""


Kind = tuple[type[LedgerError], str, str]
"""The class, what happened, what to do."""

_UNREACHABLE: Kind = (
    LedgerUnreachable,
    "The database could not be opened",
    "Check that the address is right, that the server runs or the folder exists, and that you may use it.",
)
_BUSY: Kind = (
    LedgerBusy,
    "The database stayed locked by somebody else",
    "Nothing was written. Try again; if it happens often, look for a program that holds the database open.",
)
_FULL: Kind = (
    LedgerUnwritable,
    "The disk is full",
    "Nothing was written. Free some space on the disk that holds the ledger, then start again.",
)
_READ_ONLY: Kind = (
    LedgerUnwritable,
    "The database is read-only",
    "Nothing was written. Give this user the right to write to it (on SQLite: to the file and to its folder).",
)
_BROKEN_DISK: Kind = (
    LedgerUnwritable,
    "Reading or writing the disk failed",
    "Check the disk and its file system, then start again.",
)
_DAMAGED: Kind = (
    LedgerDamaged,
    "The file is damaged, or is not a database",
    "Check the address. If the file is right, restore it from a backup.",
)
_MISSING: Kind = (
    LedgerMissing,
    "A row names a piece, snapshot or body that the ledger doesn't hold",
    "Start the piece, archive the snapshot or put the body first.",
)

# https://www.sqlite.org/rescode.html: primary codes, the low eight bits of an extended code.
_SQLITE: dict[int, Kind] = {
    3: _READ_ONLY,  # SQLITE_PERM
    5: _BUSY,
    6: _BUSY,  # SQLITE_LOCKED
    8: _READ_ONLY,
    10: _BROKEN_DISK,
    11: _DAMAGED,
    13: _FULL,
    14: _UNREACHABLE,  # SQLITE_CANTOPEN
    23: _UNREACHABLE,  # SQLITE_AUTH
    26: _DAMAGED,  # SQLITE_NOTADB
}
_SQLITE_FOREIGN_KEY = 787

# https://www.postgresql.org/docs/current/errcodes-appendix.html: whole codes first, then their classes.
_POSTGRES: dict[str, Kind] = {
    "23503": _MISSING,
    "25006": _READ_ONLY,
    "42501": _READ_ONLY,
    "53100": _FULL,
    "55P03": _BUSY,
    "58030": _BROKEN_DISK,
    "3D000": _UNREACHABLE,
    "57P01": _UNREACHABLE,
    "57P02": _UNREACHABLE,
    "57P03": _UNREACHABLE,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
    "08": _UNREACHABLE,
    "28": _UNREACHABLE,
    "40": _BUSY,
    "53": _UNREACHABLE,
}

_SYSTEM: dict[int | None, Kind] = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EIO: _BROKEN_DISK,
}


def translate(error: SQLAlchemyError | OSError, where: str) -> Exception:
    """Return the `LedgerError` that says what `error` means, or what should be raised in its place.

    `where` is the URL, masked. A value our own column types refused comes back as their own ValueError.
    """
    if isinstance(error, PoolTimeout):
        return LedgerBusy("All connections stayed in use for 30 s", where=where, fix="Nothing was written. Try again.")
    if isinstance(error, OSError):
        return _made(_SYSTEM.get(error.errno, _UNREACHABLE), error, where)
    if isinstance(error, StatementError) and not isinstance(error, DBAPIError):
        return error.orig if isinstance(error.orig, Exception) else error
    kind = _kind(error)
    return error if kind is None else _made(kind, getattr(error, "orig", None) or error, where)


def _made(kind: Kind, cause: BaseException, where: str) -> LedgerError:
    cls, what, fix = kind
    said = " ".join(str(cause).split())
    return cls(f"{what}: {said}" if said else what, where=where, fix=fix)


def _kind(error: SQLAlchemyError) -> Kind | None:
    driver = getattr(error, "orig", None)
    code = getattr(driver, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _MISSING if code == _SQLITE_FOREIGN_KEY else _SQLITE.get(code & 0xFF)
    state = getattr(driver, "sqlstate", None)
    if isinstance(state, str):
        return _POSTGRES.get(state) or _POSTGRES.get(state[:2])
    # psycopg gives no code when the server never answered or the connection broke off.
    bases = {f"{base.__module__}.{base.__name__}" for base in type(driver).__mro__}
    return _UNREACHABLE if "psycopg.OperationalError" in bases else None
