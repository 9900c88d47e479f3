from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.openai_server import OpenAIServer, status
from tests.support.scripted_author import sensible
from tests.tracing.traced import KEY, OTHER, TOPIC, Traced, collected


@pytest.fixture(scope="session")
def by_rule(tmp_path_factory: pytest.TempPathFactory) -> Traced:
    """Two pieces by the extractive writer."""
    return collected(tmp_path_factory.mktemp("by_rule"), TOPIC, OTHER)


@pytest.fixture(scope="session")
def by_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    """One piece by a well-behaved model."""
    with OpenAIServer() as server:
        server.otherwise = sensible
        folder = tmp_path_factory.mktemp("by_model")
        yield collected(folder, TOPIC, model="openai:scripted", OPENAI_BASE_URL=server.url)


@pytest.fixture(scope="session")
def gone_wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    """A model whose endpoint repeats the key that it refuses."""
    with OpenAIServer() as server:
        server.always(status(401, message=f"Incorrect API key provided: {KEY}."))
        folder = tmp_path_factory.mktemp("refused")
        yield collected(folder, TOPIC, model="openai:scripted", OPENAI_BASE_URL=server.url)


@pytest.fixture(scope="session")
def without_ledger(tmp_path_factory: pytest.TempPathFactory) -> Traced:
    """A ledger that can't be reached any more, from the second node on."""
    return collected(tmp_path_factory.mktemp("ledger"), TOPIC, FAIL_LEDGER="1")
