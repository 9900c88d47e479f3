"""A LangSmith that isn't there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tracing.traced import TOPIC, run_traced

pytestmark = pytest.mark.server


NOBODY = "http://127.0.0.1:1"
"""Port 1 is tcpmux, which nobody runs: a connection is refused at once."""


def test_an_unreachable_endpoint_stops_nothing(tmp_path: Path) -> None:
    """The piece is published; with LANGSMITH_USE_DAEMON the process doesn't wait for what can't be delivered."""
    done = run_traced(tmp_path, NOBODY, TOPIC, LANGSMITH_USE_DAEMON="true")
    assert set(done.pieces.values()) == {"published"}


@pytest.mark.torture
def test_an_unreachable_endpoint_costs_some_seconds_at_the_end(tmp_path: Path) -> None:
    """By default LangSmith's client tries to deliver before the process ends: 11 to 13 s, told on stderr, and exit code 0."""
    done = run_traced(tmp_path, NOBODY, TOPIC)
    assert set(done.pieces.values()) == {"published"}
    assert "Failed to" in done.errors
    assert done.seconds < 60
