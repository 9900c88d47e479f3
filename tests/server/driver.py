"""`langgraph dev`, started for real on a copy of the example workspace, and pieces driven over its API."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from state.ledger import open_ledger
from state.records import PieceRow

ROOT = Path(__file__).parents[2]
READY = 90.0
"""Seconds until a server that doesn't answer has failed; it takes 3 to 10."""
ACCEPT = [{"type": "accept", "args": None}]
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")


def copy_workspace(to: Path) -> Path:
    """A copy of examples/upkeep, without what a run has left there."""
    kept = shutil.ignore_patterns(".flywheel", "site", ".env")
    return Path(shutil.copytree(ROOT / "examples" / "upkeep", to, ignore=kept))


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Server:
    """One `langgraph dev`. `home` is its working folder, where it keeps its threads (`.langgraph_api`)."""

    def __init__(self, home: Path, workspace: Path, **environment: str) -> None:
        self.home, self.workspace = home, workspace
        self.home.mkdir(exist_ok=True)
        self._log_file = home / "server.log"
        self._given = environment
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    @property
    def log(self) -> str:
        """All that it has said so far, over every start, without colours."""
        return re.sub(r"\x1b\[[0-9;]*m", "", self._log_file.read_text(encoding="utf-8"))

    def start(self) -> None:
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [str(Path(sys.executable).with_name("langgraph")), "dev", "--no-browser", "--no-reload"]
        command += ["--port", str(port), "--config", str(ROOT / "langgraph.json")]
        with self._log_file.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self.home, env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )
        self._wait_until_ready(self._process)

    def _environment(self) -> dict[str, str]:
        """Nothing of this machine's but the path: no key, no proxy, no tracing."""
        return {name: os.environ[name] for name in KEPT if name in os.environ} | {
            "HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "FLYWHEEL_WORKSPACE": str(self.workspace),
            "LANGGRAPH_CLI_NO_ANALYTICS": "1",
            "LANGGRAPH_NO_VERSION_CHECK": "true",
            "LANGSMITH_TRACING": "false",
            **self._given,
        }

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if httpx.get(f"{self.url}/ok", timeout=2, trust_env=False).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        self.kill()
        raise AssertionError(f"The server didn't start.\n{self.log[-4000:]}")

    def stop(self) -> None:
        """Ask it to end, then make it."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process = None

    def kill(self) -> None:
        """What `kill -9` does, to it and to whatever it started."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def client(self) -> LangGraphClient:
        return get_client(url=self.url, api_key=None)


@contextmanager
def running(home: Path, workspace: Path, **environment: str) -> Iterator[Server]:
    server = Server(home, workspace, **environment)
    try:
        server.start()
        yield server
    finally:
        server.stop()


class Piece:
    """One thread on a server: start it, answer it, look at it."""

    def __init__(self, client: LangGraphClient, thread: str, context: dict[str, str] | None = None) -> None:
        self.client, self.thread, self.context = client, thread, context

    async def start(self, given: dict[str, str]) -> None:
        await self._run(input=given)

    async def resume(self, answer: object) -> None:
        """Answer the open review as the Inbox does; what the run raises shows in `status` and `point`."""
        await self._run(command={"resume": answer})

    async def _run(self, **given: Any) -> None:
        await self.client.runs.wait(self.thread, "flywheel", context=self.context, raise_error=False, **given)

    @property
    async def status(self) -> str:
        return str((await self.client.threads.get(self.thread))["status"])

    async def interrupt(self) -> dict[str, Any]:
        """The one interrupt that is open: `value` and `response_schema`."""
        (only,) = (await self.client.threads.get_state(self.thread))["interrupts"]
        return dict(only)

    async def point(self) -> str:
        """The review point that is open; empty when none is."""
        state = await self.client.threads.get_state(self.thread)
        open_at = [i["value"]["action_request"]["action"] for i in state["interrupts"]]
        return str(open_at[0]) if open_at else ""

    async def args(self) -> dict[str, str]:
        """The texts of the open review, as a person may edit them."""
        return dict((await self.interrupt())["value"]["action_request"]["args"])


TROUBLE = re.compile(
    r"Blocking call|unregistered type|Blocked deserialization|never awaited|never retrieved|ResourceWarning",
    re.IGNORECASE,
)


def troubles(log: str) -> list[str]:
    """Lines that no server of ours may write: blocking calls, types that checkpoints don't know, lost tasks."""
    return [line for line in log.splitlines() if TROUBLE.search(line)]


def pages(workspace: Path) -> list[Path]:
    """The articles on the workspace's site."""
    return sorted((workspace / "site" / "posts").glob("*/index.html"))


async def row_of(workspace: Path, piece: str) -> PieceRow | None:
    """The piece's line in the workspace's ledger, read beside the server that writes it."""
    ledger = await open_ledger(f"sqlite:///{workspace / '.flywheel' / 'ledger.db'}")
    try:
        return await ledger.piece(piece)
    finally:
        await ledger.close()


async def eventually(holds: Callable[[], Awaitable[bool]], *, within: float = 120.0) -> bool:
    """Whether it comes true within so many seconds."""
    deadline = time.monotonic() + within
    while not await holds():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.1)
    return True


async def published(workspace: Path, piece: str) -> bool:
    """Whether the ledger says so, soon; what it says instead fails the test."""

    async def said() -> bool:
        row = await row_of(workspace, piece)
        return row is not None and row.status == "published"

    if not await eventually(said):
        ledger = await open_ledger(f"sqlite:///{workspace / '.flywheel' / 'ledger.db'}")
        posts = await ledger.outbox(piece)
        await ledger.close()
        pytest.fail(f"{await row_of(workspace, piece)}\n{posts}")
    return True
