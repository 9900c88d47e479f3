"""What holds for every test: properties have no deadline, since speed is the benchmarks' affair and a cold machine is slow.

In CI they try the same examples each time, so that a change that breaks nothing passes; elsewhere new ones are tried.

And Ctrl-C is heard: a shell that starts the tests in the background has them, and all programs that they start, ignore it.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.support import postgresql

settings.register_profile(
    "flywheel", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("flywheel")


def pytest_configure() -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[Iterable[str]], None]:
    """Lines that go to the terminal, whatever is captured."""

    def print_lines(lines: Iterable[str]) -> None:
        with capsys.disabled():
            print("", *lines, sep="\n")

    return print_lines


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    """A PostgreSQL server of our own, started once."""
    programs = postgresql.binaries()
    if programs is None:
        pytest.skip("NOTHING IS TESTED ON POSTGRESQL: no server binaries on PATH or in /usr/lib/postgresql")
    with postgresql.server(programs) as port:
        yield port


@pytest.fixture
def postgres_url(postgres_port: int) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with postgresql.database(postgres_port) as url:
        yield url


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector needn't look through it again for every few tests."""
    gc.collect()
    gc.freeze()
