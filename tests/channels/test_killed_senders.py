"""Whenever the sender is killed, no channel holds two copies of a post, and none that can be asked misses one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from state.channels import Strength
from state.ledger import Ledger
from tests.channels.far import OPTIONS, VARIABLES
from tests.support.killing import KILLS, Say, kill_and_count
from tests.support.scripted_api import TOKEN, ScriptedApi
from tests.support.smtp_sink import counts_of

pytestmark = pytest.mark.torture


async def test_site(tmp_path: Path, say: Say) -> None:
    """The static site: exactly one copy."""
    folder = tmp_path / "w" / "site" / "posts"

    async def copies(title: str) -> int:
        return sum(f"{title}</h1>" in p.read_text() for p in folder.glob("*/index.html"))

    say((await kill_and_count(tmp_path / "w", "site", Strength.NATIVE, {"folder": "site"}, {}, copies)).rows())


async def test_git(tmp_path: Path, say: Say) -> None:
    """The git site: exactly one file on the remote's branch."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(remote)], check=True)

    async def copies(title: str) -> int:
        return await asyncio.to_thread(_files_with, remote, title)

    options = {"remote": str(remote), "author_email": "noor@upkeep.example"}
    say((await kill_and_count(tmp_path / "w", "git", Strength.NATIVE, options, {}, copies)).rows())


def _files_with(remote: Path, title: str) -> int:
    found = subprocess.run(
        ["git", "-C", str(remote), "grep", "--fixed-strings", "--name-only", "--word-regexp", title, "main"],
        check=False,
        capture_output=True,
        text=True,
    )
    return len(found.stdout.splitlines())


@contextmanager
def mail_server(folder: Path) -> Iterator[int]:
    """A server that keeps what it is given, in a process of its own; its port."""
    command = [sys.executable, "-m", "tests.support.smtp_sink", str(folder), "0.01"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        try:
            assert process.stdout
            yield int(process.stdout.readline())
        finally:
            process.kill()


async def test_email(tmp_path: Path, say: Say) -> None:
    """A newsletter: no reader gets it twice, and where one mail is unknown a person is asked."""
    folder = tmp_path / "mails"
    readers = [f"{name}@readers.example" for name in ("ada", "ben", "cleo")]

    async def subscribe(ledger: Ledger) -> None:
        await ledger.subscribe(readers, source="the test", now=datetime.now(UTC))

    async def copies(title: str) -> int:
        got = counts_of(folder, title)
        most = max(got.values(), default=0)
        return most if most > 1 or len(got) == len(readers) else 0

    with mail_server(folder) as port:
        options = {
            "host": "127.0.0.1",
            "port": str(port),
            "security": "none",
            "from": "noor@upkeep.example",
            "unsubscribe": "https://upkeep.example",
            "address": "1 Quay Street, Upkeep",
            "per_minute": "6000",
        }
        table = await kill_and_count(tmp_path / "w", "email", Strength.NONE, options, {}, copies, prepare=subscribe)
    say(table.rows())


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
        say((await kill_and_count(tmp_path / "w", channel, strength, options, secrets, copies, kills=KILLS)).rows())
