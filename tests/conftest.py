"""What holds for every test: properties have no deadline, since speed is the benchmarks' affair and a cold machine is slow.

In CI they try the same examples each time, so that a change that breaks nothing passes; elsewhere new ones are tried.

And Ctrl-C is heard: a shell that starts the tests in the background has them, and all programs that they start, ignore it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, settings

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
