"""Whenever the sender is killed, no channel holds two copies of a post, and none that can be asked misses one."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from state.channels import Strength
from tests.channels.far import OPTIONS, VARIABLES
from tests.support.killing import KILLS, Table, kill_and_count
from tests.support.scripted_api import TOKEN, ScriptedApi

pytestmark = pytest.mark.torture
Say = Callable[[Table], None]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """The table goes to the terminal, whatever is captured."""

    def print_table(table: Table) -> None:
        with capsys.disabled():
            print("", *table.rows(), sep="\n")

    return print_table


async def test_site(tmp_path: Path, say: Say) -> None:
    """The static site: exactly one copy."""
    folder = tmp_path / "w" / "site" / "posts"

    async def copies(title: str) -> int:
        return sum(f"{title}</h1>" in p.read_text() for p in folder.glob("*/index.html"))

    say(await kill_and_count(tmp_path / "w", "site", Strength.NATIVE, {"folder": "site"}, {}, copies))


async def test_git(tmp_path: Path, say: Say) -> None:
    """The git site: exactly one file on the remote's branch."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(remote)], check=True)

    async def copies(title: str) -> int:
        return await asyncio.to_thread(_files_with, remote, title)

    options = {"remote": str(remote), "author_email": "noor@upkeep.example"}
    say(await kill_and_count(tmp_path / "w", "git", Strength.NATIVE, options, {}, copies))


def _files_with(remote: Path, title: str) -> int:
    found = subprocess.run(
        ["git", "-C", str(remote), "grep", "--fixed-strings", "--name-only", "--word-regexp", title, "main"],
        check=False,
        capture_output=True,
        text=True,
    )
    return len(found.stdout.splitlines())


@pytest.mark.parametrize(
    ("channel", "strength"),
    [
        ("mastodon", Strength.KEYED),
        ("devto", Strength.LOOKUP),
        ("linkedin", Strength.NONE),
        ("x", Strength.NONE),
    ],
)
async def test_scripted(channel: str, strength: Strength, tmp_path: Path, say: Say) -> None:
    """Where a scripted server speaks for the far side: what the strength promises."""
    with ScriptedApi() as api:
        api.delay = 0.02

        async def copies(words: str) -> int:
            return sum(words in (post.text, post.fields.get("title")) for post in api.shown(channel))

        options = {"server": api.url, **OPTIONS[channel]}
        secrets = {VARIABLES[channel]: TOKEN}
        say(await kill_and_count(tmp_path / "w", channel, strength, options, secrets, copies, kills=KILLS))
