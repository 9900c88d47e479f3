"""What the command line itself refuses, or has to stop for. Light on purpose: `flywheel --help` imports it.

DeskError
├── WrongUsage      options that contradict each other, a file that isn't there or can't be read as texts
├── NotOpen         this decision can't be taken here and now
├── NotTaken        the graph gave the answer back; the review still waits
├── RunByServer     a LangGraph server owns the piece's thread
├── RunElsewhere    another process of ours is driving the piece right now
├── NoSuchPost      no post of the outbox, or more than one, goes by this name
├── NoSuchRule      no rule, or no version of it, has this number
├── NoSuchReply     no response, or more than one, goes by this id
├── NoReplyWaits    nothing is asked about this response
├── UpAlready       this workspace's wheel turns already
├── PortTaken       nothing can listen at this address
├── MovedWorkspace  the piece was begun in a folder of another name
└── Interrupted     Ctrl-C
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar


class DeskError(Exception):
    """`what` happened, what to do about it (`fix`), and each single problem as a mapping of texts."""

    kind: ClassVar[str] = "desk"
    exit_code: ClassVar[int] = 1

    def __init__(
        self, what: str, *, fix: str = "", piece: str = "", problems: Iterable[Mapping[str, str]] = ()
    ) -> None:
        super().__init__(f"{what} {fix}".strip())
        self.what, self.fix, self.piece, self.problems = what, fix, piece, tuple(problems)


class Hint(str):
    """A note on an exception that is meant for people; others put theirs there as well."""

    __slots__ = ()


class WrongUsage(DeskError):
    kind = "usage"
    exit_code = 2


class NotOpen(DeskError):
    kind = "not-open"
    exit_code = 2


class NotTaken(DeskError):
    kind = "not-taken"
    exit_code = 2


class RunByServer(DeskError):
    kind = "run-by-server"


class RunElsewhere(DeskError):
    kind = "run-elsewhere"


class UpAlready(DeskError):
    kind = "up-already"


class PortTaken(DeskError):
    kind = "port"


class MovedWorkspace(DeskError):
    kind = "moved-workspace"


class NoSuchPost(DeskError):
    kind = "no-such-post"


class NoSuchRule(DeskError):
    kind = "no-such-rule"


class NoSuchReply(DeskError):
    kind = "no-such-reply"


class NoReplyWaits(DeskError):
    kind = "nothing-waits"


class Interrupted(DeskError):
    """130 is 128 and SIGINT's number, as shells have it."""

    kind = "interrupted"
    exit_code = 130
