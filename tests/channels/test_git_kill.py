"""A publisher that is killed at any step leaves one copy of its post on the remote branch, once it was sent again."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.channels.test_git import article, opened
from tests.support.git_remote import commits, copies, git, make_remote, tree

ROOT = Path(__file__).parents[2]
STEPPING = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.channels.test_git import article, opened

workspace, remote, fatal, after = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4] == "after"
start, steps = asyncio.create_subprocess_exec, 0

async def counted(*command, **more):
    global steps
    steps += 1
    if steps == fatal and not after:
        os.kill(os.getpid(), signal.SIGKILL)
    process = await start(*command, **more)
    if steps == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    return process

asyncio.create_subprocess_exec = counted
asyncio.run(opened(workspace, remote).send(article()))
print(steps)
"""


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", STEPPING, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return make_remote(tmp_path / "remote.git", README_0_md="Mine.\n")


@pytest.mark.torture
async def test_a_kill_at_each_step_of_a_send_can_be_replayed(tmp_path: Path) -> None:
    """Death before each call of git, or with it under way, then a replay: one file and one commit, and the rest untouched."""
    whole = run(tmp_path / "whole", make_remote(tmp_path / "whole.git", README_0_md="Mine.\n"), 0, "before")
    steps = int(whole.stdout)
    assert steps >= 10
    seen = set()
    for step in range(1, steps + 1):
        for when in ("before", "after"):
            remote = make_remote(tmp_path / f"{step}-{when}.git", README_0_md="Mine.\n")
            died = run(tmp_path / f"{step}-{when}", remote, step, when)
            assert died.returncode == -signal.SIGKILL
            channel = opened(tmp_path / f"{step}-{when}", remote)
            seen.add(await channel.find(article()) is not None)
            await channel.send(article())
            assert await channel.find(article()) is not None
            assert copies(remote, article().key) == commits(remote, article().key) == 1
            assert "README.md" in tree(remote)
            git(remote, "fsck", "--strict")
    assert seen == {True, False}


@pytest.mark.torture
async def test_twenty_kills_leave_one_copy(tmp_path: Path, remote: Path) -> None:
    """Twenty publishers, two at a time from two workspaces, die at seeded moments; each post is there once in the end."""
    posts = [article(number) for number in range(1, 5)]
    moments = random.Random(20251122)
    script = (
        STEPPING.replace("send(article())", "send(article(fatal))")
        .replace("fatal and", "0 and")
        .replace("== fatal:", "== 0:")
    )
    for _ in range(10):
        died = []
        for workspace in ("one", "two"):
            arguments = [str(tmp_path / workspace), str(remote), str(moments.randint(1, len(posts))), "before"]
            died.append(
                subprocess.Popen([sys.executable, "-c", script, *arguments], cwd=ROOT, stderr=subprocess.DEVNULL)
            )
        for process in died:
            time.sleep(moments.uniform(0.3, 1.0))
            process.kill()
            process.wait()
    for post in posts:
        await opened(tmp_path / "one", remote).send(post)
        await opened(tmp_path / "two", remote).send(post)
    assert [copies(remote, post.key) for post in posts] == [1] * 4
    assert [commits(remote, post.key) for post in posts] == [1] * 4
    git(remote, "fsck", "--strict")
