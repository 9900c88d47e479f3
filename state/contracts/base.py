"""What every contract shares: a version, the hash of the contract it was made from, and a way to run its checks."""

from __future__ import annotations

from collections.abc import Iterable

from state.base import Frozen
from state.facts import Facts
from state.violations import Check, Severity, Verdict


class Contract(Frozen):
    """A handoff. Each names its parent's hash, so that a piece is a chain."""

    parent: str
    """Digest of the contract that this one was made from."""


def run_checks(contract: Contract, facts: Facts, checks: Iterable[Check]) -> tuple[Verdict, ...]:
    """One verdict a check, in order; a flag passes."""
    verdicts = []
    for check in checks:
        found = check(contract, facts)
        failed = any(v.severity is Severity.FAIL for v in found)
        verdicts.append(Verdict(check=getattr(check, "__name__", repr(check)), passed=not failed, violations=found))
    return tuple(verdicts)
