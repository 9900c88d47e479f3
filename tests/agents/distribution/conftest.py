from __future__ import annotations

from typing import Any

import pytest

from state.contracts import Release
from tests.agents.distribution.making import Releases, release_of
from tests.state.pieces import Chain, chain


@pytest.fixture(scope="session")
def made() -> Chain:
    """A whole valid piece."""
    return chain()


@pytest.fixture
def released(made: Chain) -> Releases:
    """Make the Release for these channels: `await released("site", "x", writer=..., most=...)`."""

    async def make(*channels: str, **fields: Any) -> Release:
        return await release_of(made, *channels, **fields)

    return make
