"""What is wrong at the moment, since when; each told once until it changes. And whether the disk is what is wrong."""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from desk.faults import explain
from desk.up.logs import in_short, say
from state.ledger import LedgerUnwritable

LONG = timedelta(minutes=15)
"""How long something may be wrong before /healthz says that the wheel isn't well."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO}
_SQLITE_FULL = {8, 10, 13}
"""SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL: https://www.sqlite.org/rescode.html"""


class Bother(Exception):
    """Something is in the way that a person can mend; the work waits for it. Its text is for people."""


@dataclass(frozen=True)
class Trouble:
    said: str
    since: datetime


@dataclass
class Troubles:
    """By what they trouble: a job's name, `settings`, `disk`."""

    now_wrong: dict[str, Trouble] = field(default_factory=dict)

    def tell(self, what: str, error: Exception, now: datetime, **facts: object) -> None:
        """Note it, and log it unless that was done: an error that we foresee by its words, another with where it came from."""
        said = _said(error)
        known = said is not None
        said = said if said is not None else in_short(error)
        before = self.now_wrong.get(what)
        told = any(trouble.said == said for trouble in self.now_wrong.values())
        self.now_wrong[what] = Trouble(said, before.since if before else now)
        if not told:
            level = logging.WARNING if known else logging.ERROR
            say("trouble", f"{what}: {said}", level=level, error=None if known else error, job=what, **facts)

    def over(self, what: str) -> None:
        """It went well; said when it hadn't."""
        if self.now_wrong.pop(what, None) is not None:
            say("well-again", f"{what} works again.", job=what)

    def lasting(self, now: datetime) -> tuple[str, ...]:
        """What has been wrong for long. A clock that was set back makes nothing older."""
        return tuple(what for what, trouble in self.now_wrong.items() if now - trouble.since >= LONG)


def _said(error: Exception) -> str | None:
    if isinstance(error, Bother):
        return str(error)
    fault = explain(error)
    if fault is None:
        return None
    first = "; ".join(problem["message"] for problem in fault.problems[:3] if problem["message"] not in fault.message)
    where = f" ({fault.where})" if fault.where else ""
    return " ".join(part for part in (f"{fault.message.rstrip('.')}{where}.", first, fault.fix) if part)


def is_the_disk(error: BaseException) -> bool:
    """Whether it comes of a disk that is full, read-only or broken, however deep below."""
    return any(_of_the_disk(cause) for cause in _causes(error))


def _of_the_disk(error: BaseException) -> bool:
    if isinstance(error, LedgerUnwritable):
        return True
    if isinstance(error, sqlite3.Error):
        return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF in _SQLITE_FULL
    return isinstance(error, OSError) and error.errno in _FULL


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    stack: list[BaseException | None] = [error]
    while stack:
        found = stack.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        stack += [found.__cause__, found.__context__]
        stack += found.exceptions if isinstance(found, BaseExceptionGroup) else ()
