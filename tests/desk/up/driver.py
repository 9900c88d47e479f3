"""`flywheel up`, started for real on a workspace of a test's own, and talked to over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[3]
SOON = 180.0
"""Seconds after which something that should come hasn't."""


@dataclass
class Up:
    """One process. `log` is what it has said so far, an event a line."""

    process: subprocess.Popen[bytes]
    file: Path

    @property
    def log(self) -> list[dict[str, Any]]:
        lines = self.file.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.log if line["event"] == name]

    @property
    def url(self) -> str:
        return str(self.events("up")[0]["url"])

    def ready(self) -> Up:
        """Wait until it answers."""
        until(lambda: bool(self.events("up")) or self.process.poll() is not None)
        assert self.process.poll() is None, self.file.read_text(encoding="utf-8")
        return self

    def health(self) -> httpx.Response:
        return httpx.get(f"{self.url}/healthz", timeout=10, trust_env=False)

    def end(self, number: signal.Signals) -> int:
        """Send it a signal; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(SOON)


def until(holds: Callable[[], object], *, within: float = SOON) -> None:
    """Wait for it to come true."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it didn't come true"
        time.sleep(0.05)


@contextmanager
def up(workspace: Path, *words: str, env: Mapping[str, str] | None = None, blocks: int | None = None) -> Iterator[Up]:
    """Start it at a free port. It is killed at the end of the block, whatever it does. No file may pass so many `blocks` of 1 KiB."""
    file = workspace.parent / f"{workspace.name}.{time.monotonic_ns()}.log"
    command = [sys.executable, "-m", "desk", "up", "--port", "0", "-w", str(workspace), *words]
    if blocks is not None:
        command = ["bash", "-c", f'ulimit -f {blocks} && exec "$@"', "bash", *command]
    with file.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(env or {})}, stderr=log, stdout=log)
    try:
        yield Up(process, file)
    finally:
        process.kill()
        process.wait()
