"""The scripted server can stand in a process of its own, which outlives the one that is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from state.channels import Unreachable
from tests.channels.far import opened
from tests.support.conformance import post_for


async def test_the_server_runs_as_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It prints its address, takes turns over HTTP, and lists what it holds to whoever asks."""
    command = [sys.executable, "-m", "tests.support.scripted_api"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert httpx.post(f"{url}/turns", json=["429 5"]).json() == ["429 5"]
            channel = opened("x", url, tmp_path, monkeypatch)
            with pytest.raises(Unreachable):
                await channel.send(post_for("x", 1))
            receipt = await channel.send(post_for("x", 2))
            await channel.aclose()
            (held,) = httpx.get(f"{url}/held").json()
            assert (held["channel"], held["id"], held["shown"]) == ("x", receipt.remote_id, True)
        finally:
            process.kill()
