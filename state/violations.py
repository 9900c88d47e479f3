"""What a check says. A failed check is a value that travels, never an exception and never prose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from state.base import AgentName, Frozen

if TYPE_CHECKING:
    from state.facts import Facts


class Severity(StrEnum):
    FAIL = "fail"
    """The contract is broken: nothing goes on while it stands."""
    FLAG = "flag"
    """A person should look; the `on_flag` policy opens the review point for it."""


class Violation(Frozen):
    code: str
    """`contract.kebab-case`, stable: routes, tests and waivers name it."""
    where: str
    """The part of the contract: `insight`, `evidence e3`, `s4`, `post bluesky-2`."""
    message: str
    """What is wrong, for a person."""
    fix: str
    """What to do about it, for whoever makes it again."""
    severity: Severity = Severity.FAIL
    waivable: bool = False
    """Whether a person may approve in spite of it. Never true of provenance, approval, disclosure or channel limits."""


Check = Callable[[Any, "Facts"], tuple[Violation, ...]]


class Verdict(Frozen):
    """How one check went."""

    check: str
    passed: bool
    """False only for a failure; a flag passes."""
    violations: tuple[Violation, ...] = ()


class ReworkOrder(Frozen):
    """Who makes it again, and why."""

    to: AgentName
    origin: str
    """`gate`, `agent:NAME` (it refused its input) or `person`."""
    violations: tuple[Violation, ...] = ()
    note: str = ""
    """A person's words."""
    failed: str = ""
    """Digest of the candidate that broke the contract; its body is in the ledger, so that it can be mended."""


class Refusal(Frozen):
    """An agent's answer when its input can't be worked with: who should mend it, and what."""

    to: AgentName
    violations: tuple[Violation, ...]


def failures(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    return tuple(v for v in violations if v.severity is Severity.FAIL)


def flags(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    return tuple(v for v in violations if v.severity is Severity.FLAG)
