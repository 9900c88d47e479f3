"""A publisher that is killed at any step leaves one copy of its post on the remote branch, once it was sent again."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from state.channels import OutgoingPost
from tests.channels.test_git import SITE, article, opened
from tests.support.git_remote import commits, copies, git, make_remote, tree

ROOT = Path(__file__).parents[2]
SENDING = """
import asyncio, json, os, signal, sys
from pathlib import Path
import channels.git
from channels import Opening, SiteIdentity, open_channel
from state.channels import OutgoingPost

options, site, post, workspace, fatal, when = sys.argv[1:]
opening = Opening("git", json.loads(options), Path(workspace), SiteIdentity.model_validate_json(site))
start, steps = asyncio.create_subprocess_exec, 0

async def counted(*command, **more):
    global steps
    steps += 1
    if steps == int(fatal) and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    process = await start(*command, **more)
    if steps == int(fatal) and when == "during":
        os.kill(os.getpid(), signal.SIGKILL)
    if steps == int(fatal):
        process.communicate = ended(process.communicate)
    return process

def ended(communicate):
    async def last(*given):
        await communicate(*given)
        os.kill(os.getpid(), signal.SIGKILL)
    return last

asyncio.create_subprocess_exec = counted
print("ready", flush=True)
asyncio.run(open_channel(opening).send(OutgoingPost.model_validate_json(post)))
print(steps)
"""


def start(workspace: Path, remote: Path, post: OutgoingPost, fatal: int = 0, when: str = "") -> subprocess.Popen[str]:
    """A publisher of its own that dies before its call of git number `fatal`, with it under way, or once it has ended."""
    options = json.dumps({"remote": str(remote), "author_email": "noor@example.org"})
    words = [options, SITE.model_dump_json(), post.model_dump_json(), str(workspace), str(fatal), when]
    command = [sys.executable, "-c", SENDING, *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return make_remote(tmp_path / "remote.git", README_0_md="Mine.\n")


@pytest.mark.torture
async def test_a_kill_at_each_step_of_a_send_can_be_replayed(tmp_path: Path) -> None:
    """Death before, during or after each call of git, then a replay: one file and one commit, and the rest untouched."""
    whole = start(tmp_path / "whole", make_remote(tmp_path / "whole.git", README_0_md="Mine.\n"), article())
    steps = int(whole.communicate()[0])
    assert steps >= 10
    seen = set()
    for step in range(1, steps + 1):
        for when in ("before", "during", "after"):
            remote = make_remote(tmp_path / f"{step}-{when}.git", README_0_md="Mine.\n")
            died = start(tmp_path / f"{step}-{when}", remote, article(), step, when)
            died.communicate()
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
    for _ in range(10):
        died = [start(tmp_path / name, remote, moments.choice(posts)) for name in ("one", "two")]
        for process in died:
            await asyncio.sleep(moments.uniform(0.0, 0.5))
            process.kill()
            process.communicate()
    for post in posts:
        await opened(tmp_path / "one", remote).send(post)
        await opened(tmp_path / "two", remote).send(post)
    assert [copies(remote, post.key) for post in posts] == [1] * 4
    assert [commits(remote, post.key) for post in posts] == [1] * 4
    git(remote, "fsck", "--strict")
