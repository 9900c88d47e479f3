"""Servers that nobody here wrote, installed once into a cache and started on loopback for the tests.

A peer is a module `tests/peers/servers/NAME.py` with

- `VERSION`: changes when what is installed changes;
- `install(folder)`: put the server into an empty `folder`, from public packages, or raise;
- `start(folder, work, ports)`: a context manager that starts it with its data in the empty folder `work`, and gives what
  tests need to know of it (addresses, accounts) as that module's own frozen dataclass. Whatever it starts, it ends.

`python -m tests.peers.harness` installs them all; a name after it, that one alone.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

NAMES = ("bluesky", "mastodon", "wordpress", "ghost")
Ports = Callable[[], int]


class Peer(Protocol):
    VERSION: str

    def install(self, folder: Path) -> None: ...
    def start(self, folder: Path, work: Path, ports: Ports) -> AbstractContextManager[Any]: ...


def home() -> Path:
    """Where peers are kept between runs."""
    kept = os.environ.get("FLYWHEEL_PEERS")
    return Path(kept) if kept else Path.home() / ".cache" / "content-flywheel" / "peers"


def peer(name: str) -> Peer:
    return cast(Peer, import_module(f"tests.peers.servers.{name}"))


def folder_of(name: str) -> Path:
    """The folder of a peer's installed version, whether it is there or not."""
    return home() / f"{name}-{peer(name).VERSION}"


def is_installed(name: str) -> bool:
    return (folder_of(name) / ".installed").exists()


def install(name: str) -> None:
    """Install a peer unless it is there. An installation that broke off leaves nothing."""
    folder = folder_of(name)
    if is_installed(name):
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    peer(name).install(folder)
    (folder / ".installed").touch()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*command: str | Path, cwd: Path, env: Mapping[str, str] = {}, timeout: float = 600) -> str:
    """Run a program to its end; what it printed. Raises RuntimeError with the end of its output if it failed."""
    done = subprocess.run(
        [str(c) for c in command],
        check=False,
        cwd=cwd,
        env=os.environ | dict(env),
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


@contextmanager
def running(
    *command: str | Path, cwd: Path, log: Path, env: Mapping[str, str] = {}
) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process group of its own, all of which is ended with the block."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(c) for c in command],
            cwd=cwd,
            env=os.environ | dict(env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
            break


def wait_for(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, *, seconds: float = 120) -> None:
    """Wait until `ready`; raises RuntimeError with the end of the log if the process ends before, or too much time passes."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{log.stem} isn't up: {log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.1)


def answers(url: str) -> bool:
    """Whether an HTTP server answers there with a success."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status < 400)
    except OSError:
        return False


if __name__ == "__main__":
    for wanted in sys.argv[1:] or NAMES:
        print(f"{wanted}: installing into {folder_of(wanted)}", flush=True)
        install(wanted)
