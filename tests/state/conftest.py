from __future__ import annotations

import pytest

from tests.state import pieces


@pytest.fixture(scope="session")
def made() -> pieces.Chain:
    """A whole valid piece. Its parts are frozen, so one serves all tests."""
    return pieces.chain()
