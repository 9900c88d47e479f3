"""How fast a link leads on: the rate beside a bare redirect of Starlette's, by wrk, and how long readers wait at 500 a second.

One server, uvicorn in a process of its own, answers both, and its journal is taken over into a real ledger all the while. wrk opens
16 connections and asks as fast as it is answered, the two paths in turn. wrk knows no fixed rate, so a small open-loop client keeps
it: a request is sent at its time over one of many connections, whether or not the one before it was answered, and its wait is
counted from that time on, so that a slow answer isn't hidden by the requests that it held up.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.machine import slowness
from tests.desk.web.conftest import CODES, FIREFOX, linked

ROOT = Path(__file__).parent.parent
AIM_RATIO, WORST_RATIO = 0.70, 0.35
RATE, SECONDS = 500, 6.0
AIM, WORST = 0.020, 0.250
"""Seconds that the slowest hundredth waits."""
ROUNDS, LONG = 9, 1
"""Turns of wrk for each path, and seconds of one."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A server with one link; its port, and its workspace."""
    workspace = tmp_path / "workspace"
    shutil.copytree(ROOT / "examples" / "upkeep", workspace, ignore=shutil.ignore_patterns(".flywheel", "site"))
    asyncio.run(linked(workspace))
    command = [sys.executable, "-m", "tests.support.redirect_server", str(workspace)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        yield int(process.stdout.readline()), workspace
        process.terminate()


def _rate(port: int, path: str) -> float:
    command = ["wrk", "-t1", "-c16", f"-d{LONG}", "-H", f"User-Agent: {FIREFOX}", f"http://127.0.0.1:{port}{path}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    assert "Non-2xx or 3xx" not in said, said
    return float(found[1])


def test_rate(server: tuple[int, Path], report: Callable[[str], None]) -> None:
    """At least seven tenths of a bare redirect's rate."""
    if shutil.which("wrk") is None:
        pytest.skip("THE RATE OF REDIRECTS IS NOT MEASURED: there is no wrk on PATH (apt-get install wrk)")
    port, _ = server
    pairs = [(_rate(port, "/bare"), _rate(port, f"/r/{CODES['course']}")) for _ in range(ROUNDS)]
    ratio = statistics.median(ours / bare for bare, ours in pairs)
    bare, ours = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    report(f"redirects {ours:.0f}/s, bare {bare:.0f}/s: {ratio:.2f} of it (aim {AIM_RATIO})")
    assert ratio >= WORST_RATIO


async def _waits(port: int, path: str) -> list[float]:
    """Seconds that each request waited, counted from when it was due."""
    loop = asyncio.get_running_loop()
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: {FIREFOX}\r\n\r\n".encode()
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(64):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    waits: list[float] = []

    async def ask(due: float) -> None:
        reader, writer = await free.get()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 302"), head
        waits.append(loop.time() - due)
        free.put_nowait((reader, writer))

    start = loop.time() + 0.1
    async with asyncio.TaskGroup() as group:
        for n in range(int(RATE * SECONDS)):
            due = start + n / RATE
            await asyncio.sleep(max(0.0, due - loop.time()))
            group.create_task(ask(due))
    while not free.empty():
        free.get_nowait()[1].close()
    return waits


def test_waiting(server: tuple[int, Path], report: Callable[[str], None]) -> None:
    """At 500 a second the slowest hundredth waits 20 ms at most, while clicks are taken over; all of them are counted."""
    port, workspace = server
    slow = slowness()
    waits = sorted(asyncio.run(_waits(port, f"/r/{CODES['course']}")))
    p99 = waits[int(len(waits) * 0.99)]
    bare = sorted(asyncio.run(_waits(port, "/bare")))
    report(
        f"redirects at {RATE}/s: p50 {statistics.median(waits) * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms (aim {AIM * 1000:.0f}, "
        f"{slow:.1f} times slower machine); a bare one p99 {bare[int(len(bare) * 0.99)] * 1000:.1f} ms"
    )
    assert p99 <= WORST * slow
    assert _counted(workspace) >= len(waits)


def _counted(workspace: Path) -> int:
    """Clicks in the ledger and in the journal."""
    connection = sqlite3.connect(workspace / ".flywheel" / "ledger.db")
    ids = {row[0] for row in connection.execute("SELECT id FROM clicks")}
    connection.close()
    for journal in (workspace / ".flywheel" / "clicks").glob("*.jsonl"):
        ids |= {json.loads(line)["id"] for line in journal.read_text().splitlines()}
    return len(ids)
