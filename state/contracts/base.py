"""What every contract shares: a version, the hash of the contract it was made from, and a way to run its checks."""

from __future__ import annotations

from collections.abc import Iterable

from state.base import Frozen
from state.facts import Facts
from state.violations import Check, Severity, Verdict, Violation


class Contract(Frozen):
    """A handoff. Each names its parent's hash, so that a piece is a chain."""

    parent: str
    """Digest of the contract that this one was made from."""


def run_own_checks(contract: Contract, facts: Facts, checks: Iterable[tuple[str, Check]]) -> tuple[Verdict, ...]:
    """One verdict for each (name, check) of the workspace's own. One that breaks is a violation: it stops the piece, not us."""
    verdicts = []
    for name, check in checks:
        try:
            found = _violations(check(contract, facts))
        except Exception as error:  # a stranger's code can raise anything
            found = (_broken(name, error),)
        failed = any(v.severity is Severity.FAIL for v in found)
        verdicts.append(Verdict(check=name, passed=not failed, violations=found))
    return tuple(verdicts)


def _violations(returned: object) -> tuple[Violation, ...]:
    """What a check returned, if it is what a check returns. Raises TypeError."""
    if not isinstance(returned, tuple) or not all(isinstance(v, Violation) for v in returned):
        raise TypeError("it returns something else than a tuple of violations")
    return returned


def _broken(name: str, error: Exception) -> Violation:
    return Violation(
        code="check.broken",
        where=name,
        message=f"The workspace's own check broke: {type(error).__name__}: {error}.",
        fix="Mend it, then order a rework.",
    )


def run_checks(contract: Contract, facts: Facts, checks: Iterable[Check]) -> tuple[Verdict, ...]:
    """One verdict a check, in order; a flag passes."""
    verdicts = []
    for check in checks:
        found = check(contract, facts)
        failed = any(v.severity is Severity.FAIL for v in found)
        verdicts.append(Verdict(check=getattr(check, "__name__", repr(check)), passed=not failed, violations=found))
    return tuple(verdicts)
