"""A writer that is killed at any moment leaves a whole site, and a replay leaves one copy of each post."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import feedparser
import pytest

from channels import SiteChannel
from channels.shelf import Manifest
from state.channels import OutgoingPost
from tests.support.conformance import MakePost, Parse

LOOPING = """
import asyncio, random, sys
from pathlib import Path
from channels import SiteChannel
from state.channels import OutgoingPost

site = SiteChannel(Path(sys.argv[1]), base_url="https://example.org", site_name="Upkeep", author="Noor")
posts = [OutgoingPost.model_validate_json(line) for line in Path(sys.argv[2]).read_text().splitlines()]
random.Random(int(sys.argv[3])).shuffle(posts)

async def main():
    while True:
        for post in posts:
            await site.send(post)

print("ready", flush=True)
sys.stdin.readline()
asyncio.run(main())
"""

STEPPING = """
import asyncio, os, signal, sys
from pathlib import Path
from channels import SiteChannel
from state.channels import OutgoingPost

folder, fatal = sys.argv[1], int(sys.argv[3])
site = SiteChannel(Path(folder), base_url="https://example.org", site_name="Upkeep", author="Noor")
first, second = [OutgoingPost.model_validate_json(line) for line in Path(sys.argv[2]).read_text().splitlines()]
asyncio.run(site.send(first))
steps = 0

def count(event, arguments):
    global steps
    if event in ("open", "os.mkdir", "os.rename") and str(arguments[0]).startswith(folder):
        steps += 1
        if steps == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
asyncio.run(site.send(second))
print(steps)
"""


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a script in a process of its own; whatever still runs at the end of the test is killed."""
    with ExitStack() as stack:

        def run(script: str, *arguments: object) -> subprocess.Popen[str]:
            command = [sys.executable, "-c", script, *map(str, arguments)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield run


def channel_in(folder: Path) -> SiteChannel:
    return SiteChannel(folder, base_url="https://example.org", site_name="Upkeep", author="Noor")


def assert_whole(folder: Path, parse: Parse) -> None:
    for record in folder.glob("posts/*/post.json"):
        Manifest.model_validate_json(record.read_bytes())
    for page in folder.rglob("index.html"):
        parse(page.read_bytes())
    feed = folder / "feed.xml"
    if feed.exists():
        assert not feedparser.parse(feed.read_bytes()).bozo


def copies(folder: Path, parse: Parse) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Count each post by its key in the records, by its title in the feed, and by its title in the index."""
    records = (json.loads(record.read_bytes())["post"]["key"] for record in folder.glob("posts/*/post.json"))
    entries = (entry.title for entry in feedparser.parse((folder / "feed.xml").read_bytes()).entries)
    titles = parse((folder / "index.html").read_bytes()).xpath("//main//h2/a/text()")
    return Counter(records), Counter(entries), Counter(map(str, titles))


def write_lines(path: Path, posts: Iterable[OutgoingPost]) -> Path:
    path.write_text("".join(f"{post.model_dump_json()}\n" for post in posts))
    return path


@pytest.mark.torture
async def test_twenty_kills_leave_one_copy_of_each_post(
    tmp_path: Path, make_post: MakePost, parse: Parse, start: Start
) -> None:
    """Twenty writers, four at a time on one folder, die in mid-loop at seeded moments; the site is whole after each."""
    posts = [make_post(number) for number in range(1, 9)]
    folder, lines = tmp_path / "site", write_lines(tmp_path / "posts.jsonl", posts)
    moments = random.Random(20251122)
    for number in range(5):
        writers = [start(LOOPING, folder, lines, 4 * number + writer) for writer in range(4)]
        for writer in writers:
            assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        for writer in writers:
            time.sleep(moments.uniform(0.005, 0.1))
            writer.kill()
            writer.communicate()
            assert writer.returncode == -signal.SIGKILL
            assert_whole(folder, parse)
    site = channel_in(folder)
    receipts = [await site.send(post) for post in posts]
    assert [await site.find(post) for post in posts] == receipts
    for counted in copies(folder, parse):
        assert len(counted) == 8 and set(counted.values()) == {1}
    assert not list(folder.rglob("*.tmp"))


@pytest.mark.torture
async def test_a_kill_at_each_step_of_a_send_can_be_replayed(
    tmp_path: Path, make_post: MakePost, parse: Parse, start: Start
) -> None:
    """Death just before any step that touches the folder leaves the post absent or healable, never half a file."""
    first, second, third = (make_post(number) for number in (1, 2, 3))
    lines = write_lines(tmp_path / "posts.jsonl", [first, second])
    whole = start(STEPPING, tmp_path / "whole", lines, 0)
    steps = int(whole.communicate()[0])
    assert steps >= 15
    died = [(tmp_path / str(step), start(STEPPING, tmp_path / str(step), lines, step)) for step in range(1, steps + 1)]
    seen = set()
    for folder, process in died:
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert_whole(folder, parse)
        site = channel_in(folder)
        begun = (folder / "posts/article-2/post.json").exists()
        seen.add((begun, await site.find(second) is not None))
        await site.send(third)
        assert (await site.find(second) is not None) == begun
        await site.send(second)
        for counted in copies(folder, parse):
            assert len(counted) == 3 and set(counted.values()) == {1}
        assert not list(folder.rglob("*.tmp"))
    assert {(False, False), (True, False)} <= seen
