"""How fast CONTENT reads and scouts: 200 feeds from a loopback server with 50 ms latency, the ledger as its memory; near-duplicates."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from sqlalchemy import func, select

from agents.content.duplicates import stories
from benchmarks.machine import peak_megabytes, slowness
from graph import app
from graph.checkpoints import open_checkpointer
from state.contracts import Assignment
from state.flywheel import Context
from state.ledger import close_ledgers, ledger_at, tables
from state.sources import Snapshot

FEEDS = 200
ENTRIES = 20
LATENCY = 0.05
"""Seconds."""
AIM_SECONDS = 10.0
AIM_MB = 400.0


class FeedServer:
    """Feeds of 20 entries of 120 words each, 50 ms after they are asked for; a 304 for who has them already."""

    def __init__(self) -> None:
        self.asked = 0
        self.feeds = {f"/feed/{at}": feed(f"/feed/{at}").encode() for at in range(FEEDS)}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ")[1].decode()
                self.asked += 1
                await asyncio.sleep(LATENCY)
                writer.write(self.answer(path, b"if-none-match" in head.lower()))
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    def answer(self, path: str, known: bool) -> bytes:
        if path == "/robots.txt":
            return answer(b"200 OK", b"User-agent: *\nDisallow: /private\n", b"text/plain")
        if known:
            return answer(b"304 Not Modified", b"", b"text/plain")
        return answer(b"200 OK", self.feeds[path], b"application/rss+xml")


def answer(status: bytes, body: bytes, kind: bytes) -> bytes:
    head = b'HTTP/1.1 %s\r\netag: "1"\r\ncontent-type: %s\r\n' % (status, kind)
    length = b"" if status.startswith(b"304") else b"content-length: %d\r\n" % len(body)
    return head + length + b"\r\n" + body


def feed(path: str) -> str:
    rng = random.Random(path)
    items = "".join(
        f"<item><title>Entry {at} of {path}</title><link>https://blog.example{path}/{at}</link>"
        f"<pubDate>Tue, 05 Mar 2024 10:00:00 GMT</pubDate><description><![CDATA[<p>{prose(rng)}</p>]]></description></item>"
        for at in range(ENTRIES)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{path}</title>{items}</channel></rss>'


def prose(rng: random.Random, words: int = 120) -> str:
    """Sentences of 15 words, of 3,000 that are all as common."""
    said = [f"word{rng.randrange(3000)}" for _ in range(words)]
    return " ".join(" ".join(said[at : at + 15]).capitalize() + "." for at in range(0, words, 15))


@asynccontextmanager
async def serving(hosts: int) -> AsyncIterator[tuple[FeedServer, list[str]]]:
    """Serve on so many hosts of 127.0.0.0/8, all on one port that is free: the server and its 200 feeds."""
    site = FeedServer()
    names = [f"127.0.0.{at + 1}" for at in range(hosts)]
    first = await asyncio.start_server(site.serve, names[0], 0)
    port = first.sockets[0].getsockname()[1]
    others = await asyncio.start_server(site.serve, names[1:], port) if hosts > 1 else first
    async with first, others:
        yield site, [f"http://{names[at % hosts]}:{port}/feed/{at}" for at in range(FEEDS)]


def workspace(urls: list[str], folder: Path) -> Path:
    """A workspace that reads these feeds and nothing else."""
    listed = ", ".join(f'"{url}"' for url in urls)
    text = f"[sources]\nfolders = []\nfeeds = [{listed}]\nallow_loopback = true\n"
    (folder / "flywheel.toml").write_text(text, encoding="utf-8")
    return folder


async def scouted(folder: Path, piece: str, saver: BaseCheckpointSaver[str]) -> tuple[Assignment, float]:
    """Run `assign` through the compiled graph: what it assigned, and seconds. It reads, groups, weighs and writes down."""
    flow = app.build().compile(checkpointer=saver, interrupt_before=["content"])
    config: RunnableConfig = {"configurable": {"thread_id": piece}}
    began = time.perf_counter()
    state = await flow.ainvoke({}, config, context=Context(workspace=str(folder)), durability="sync")
    return state["assignment"], time.perf_counter() - began


def test_200_feeds(report: Callable[[str], None]) -> None:
    """200 feeds are scouted in at most 10 s and 400 MB, be they on one host or on a hundred; unchanged ones sooner."""
    for hosts in (100, 1):
        done = subprocess.run(
            [sys.executable, __file__, str(hosts)],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent.parent,
        )
        first, again, megabytes, asked, seen = map(float, done.stdout.split())
        report(
            f"{FEEDS} feeds of {ENTRIES} entries on {hosts} host{'s' * (hosts > 1)}, 50 ms latency, scouted: {first:.1f} s first,"
            f" {again:.1f} s unchanged, {megabytes:.0f} MB at most, {asked:.0f} requests, {seen:.0f} texts seen"
        )
        assert seen == FEEDS * ENTRIES
        assert first <= AIM_SECONDS * slowness()
        assert megabytes <= AIM_MB


async def main(hosts: int) -> None:
    """Run in a process of its own, so that the memory measured is this job's."""
    with tempfile.TemporaryDirectory() as place:
        async with serving(hosts) as (site, urls):
            folder = await asyncio.to_thread(workspace, urls, Path(place))
            ledger = await ledger_at(f"sqlite:///{folder}/.flywheel/ledger.db")
            async with open_checkpointer(folder / ".flywheel" / "checkpoints.db") as saver:
                one, first = await scouted(folder, "one", saver)
                asked = site.asked
                two, second = await scouted(folder, "two", saver)
            assert one.topic != two.topic
            assert len(one.runners_up) == 5
            async with ledger._database.reading() as connection:
                seen = await connection.scalar(select(func.count()).select_from(tables.sightings))
        await close_ledgers()
    megabytes = peak_megabytes()
    print(first, second, megabytes, asked, seen)


@pytest.mark.parametrize("alike", [False, True], ids=["different", "alike"])
def test_near_duplicates(alike: bool, report: Callable[[str], None]) -> None:
    """Among 200 documents of 800 words, near-duplicates are found in at most 2 s."""
    rng, serial = random.Random(7), count()
    base = prose(rng, 800)
    texts = [noisy(base, rng) if alike else prose(rng, 800) for _ in range(200)]
    now = datetime(2024, 3, 5, tzinfo=UTC)
    found = [Snapshot.of(text, title="T", origin=f"site{next(serial)}.example", retrieved_at=now) for text in texts]
    began = time.perf_counter()
    groups = stories(found)
    seconds = time.perf_counter() - began
    report(f"near-duplicates among 200 {'copies' if alike else 'different texts'} of 800 words: {seconds:.2f} s")
    assert len(groups) == (1 if alike else 200)
    assert seconds <= 2 * slowness()


def noisy(text: str, rng: random.Random) -> str:
    return " ".join(word if rng.random() > 0.02 else "noise" for word in text.split())


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
