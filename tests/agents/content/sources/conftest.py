"""A real HTTP server on loopback whose answers a test writes, and fetchers with short limits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import stamina

from agents.content.sources import Fetcher, open_fetcher
from tests.support.sources import IMPATIENT, LIMITS, Make
from tests.support.web import Web, serving


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as site:
        yield site


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with open_fetcher(LIMITS, allow_loopback=True) as opened:
        yield opened


@pytest.fixture
async def impatient() -> AsyncIterator[Fetcher]:
    async with open_fetcher(IMPATIENT, allow_loopback=True) as opened:
        yield opened


@pytest.fixture(autouse=True)
def quick_retries() -> Iterator[None]:
    """Three attempts without any wait between them."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield
