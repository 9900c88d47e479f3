"""Two processes can't drive one piece at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desk.errors import RunElsewhere
from desk.turns import turn

ROOT = Path(__file__).parents[2]
_HOLDER = """
import asyncio, sys
from pathlib import Path
from desk.turns import turn

async def hold():
    async with turn(Path(sys.argv[1]), "piece"):
        print("held", flush=True)
        await asyncio.sleep(60)

asyncio.run(hold())
"""


async def test_a_second_process_is_told_who_runs_the_piece(tmp_path: Path) -> None:
    """While one process drives a piece a second is refused, by the first one's number; once that is killed it may."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RunElsewhere, match=str(holder.pid)):
            async with turn(tmp_path, "piece"):
                pass
        async with turn(tmp_path, "another"):
            pass
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait(10)
    async with turn(tmp_path, "piece"):
        pass
