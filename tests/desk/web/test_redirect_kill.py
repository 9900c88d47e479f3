"""A server that is killed with -9 in the middle of clicks: each one that was answered is counted, and none twice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from state.trade import ClickRef
from tests.desk.web.conftest import CODES, FIREFOX, counted, linked
from tests.graph.rig import ROOT

pytestmark = pytest.mark.torture
KILLS = 3


def started(workspace: Path) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, "-m", "tests.support.redirect_server", str(workspace)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout
    return process, int(process.stdout.readline())


async def clicked(port: int, process: subprocess.Popen[str], after: float) -> list[str]:
    """The ids of the clicks that were answered, until the server died in the midst of them."""
    told: list[str] = []

    async def reader(client: httpx.AsyncClient) -> None:
        while True:
            answer = await client.get(f"/r/{CODES['gumroad']}")
            told.append(answer.headers["location"].rpartition("click=")[2])

    base = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=base, headers={"user-agent": FIREFOX}) as client:
        readers = [asyncio.create_task(reader(client)) for _ in range(8)]
        await asyncio.sleep(after)
        os.kill(process.pid, signal.SIGKILL)
        ended = await asyncio.gather(*readers, return_exceptions=True)
    assert all(isinstance(error, httpx.HTTPError) for error in ended)
    return told


async def test_killed_in_the_middle_of_clicks(workspace: Path) -> None:
    """Killed before, while and after the journal is taken over; what is left is counted by the next server, once."""
    await linked(workspace)
    told: list[str] = []
    for n in range(KILLS):
        process, port = await asyncio.to_thread(started, workspace)
        told += await clicked(port, process, 0.4 + 0.6 * n)
        process.wait()
        if process.stdout:
            process.stdout.close()
    assert told
    refs = [ClickRef.parse(click) for click in told]
    clicks = {ref.click for ref in refs if ref}
    assert len(clicks) == len(told)
    last, _ = await asyncio.to_thread(started, workspace)
    deadline = time.monotonic() + 120
    while len(left := list((workspace / ".flywheel" / "clicks").glob("*.jsonl"))) > 1 and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    last.terminate()
    last.wait()
    if last.stdout:
        last.stdout.close()
    ids = [row["id"] for row in counted(workspace)]
    assert len(ids) == len(set(ids))
    assert clicks <= set(ids), (len(told), len(ids), left)
    assert len(ids) - len(told) <= 8 * KILLS  # those whose answer the kill cut off
