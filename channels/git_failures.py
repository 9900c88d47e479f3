"""What git's own words mean for a post. They are English, as it is run with LC_ALL=C."""

from __future__ import annotations

import re

from channels.repository import GitFailed, Repository
from state.channels import OutcomeUnknown, Rejected, Unauthorized, Unreachable

_MOVED = re.compile(
    r"\[rejected\]|fetch first|non-fast-forward|stale info|cannot lock ref|failed to (update|lock) ref|"
    r"reference already exists|incorrect old value",
    re.IGNORECASE,
)
_CREDENTIALS = re.compile(
    r"authentication failed|could not read (username|password)|terminal prompts disabled|permission denied|"
    r"invalid username or password|access denied|host key verification failed|returned error: 40[13]|"
    r"not (allowed|permitted|authorized) to|insufficient permission|support for password authentication was removed",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\[remote rejected\]|protected branch|hook declined|aborted by hook|currently checked out", re.IGNORECASE
)
_ABSENT = re.compile(r"not found|does not exist|does not appear to be a git repository|no such file", re.IGNORECASE)


def moved_on(error: GitFailed) -> bool:
    """Whether a push lost against another: nothing of it is there, and on what is there now it may get through."""
    return error.command == "push" and _MOVED.search(error.said) is not None


def branch_missing(error: GitFailed) -> bool:
    return error.command == "fetch" and "couldn't find remote ref" in error.said


def meaning(error: GitFailed, repository: Repository) -> Exception:
    """The channel's error that says what to do."""
    where = repository.remote
    if error.command in ("fetch", "push", "ls-remote"):
        if _CREDENTIALS.search(error.said):
            fix = "Set GIT_TOKEN for an https remote, or let ssh or git's own credential helper in without asking."
            return Unauthorized(f"{where} let us not in: {error.said}.", fix)
        if error.command == "push" and _REFUSED.search(error.said):
            fix = f"Let this account push to {repository.branch}, or set another branch, then review the piece again."
            return Rejected(f"{where} refuses the commit: {error.said}.", fix)
        if _ABSENT.search(error.said):
            return Unreachable(f"There is no repository at {where}: {error.said}. Set remote to one that there is.")
        if error.command == "push":
            return OutcomeUnknown(f"the push to {where} broke off: {error.said}")
        return Unreachable(f"{where} can't be reached: {error.said}.")
    return Unreachable(
        f"git failed in {repository.folder}: {error}. If it stays so, remove that folder: it is only a copy of the remote."
    )
