"""A workspace's own checks: a stranger's code, which can break."""

from __future__ import annotations

from typing import Any

import pytest

from state.contracts.base import run_own_checks
from state.violations import Check
from tests.state.pieces import Chain, fails, told


@pytest.mark.parametrize("returned", [None, ["x"], "x", ZeroDivisionError("by nought")])
def test_a_workspaces_own_check_that_breaks(returned: object, made: Chain) -> None:
    """One that raises, or that returns something else, is itself the violation; those beside it still run."""

    def breaking(contract: object, facts: object) -> Any:
        if isinstance(returned, Exception):
            raise returned
        return returned

    checks: tuple[tuple[str, Check], ...] = (("own.py:breaking", breaking), ("own.py:good", lambda contract, facts: ()))
    broke, good = run_own_checks(made.brief, made.facts, checks)
    assert told(broke.violations[0]) == fails("check.broken", "own.py:breaking")
    assert (broke.passed, good.passed) == (False, True)
