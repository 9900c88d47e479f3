"""A piece from twenty sources of 1,500 words, without a model: seconds after start-up, and the memory of the whole process."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from desk.session import open_desk
from state.text import split_sentences

ROOT = Path(__file__).parent.parent
SOURCES, WORDS = 20, 1500
TOPIC = "What the label on a light bulb doesn't say"
_ALONE = """
import asyncio, json, sys, time
from pathlib import Path
from benchmarks.machine import peak_megabytes
from desk.session import open_desk

async def main():
    async with open_desk(Path(sys.argv[1])) as desk:
        started = time.perf_counter()
        piece = await desk.start(sys.argv[2])
        seconds = time.perf_counter() - started
        status = (await desk.find(piece)).status
    print(json.dumps({"seconds": seconds, "status": status, "mb": peak_megabytes()}))

asyncio.run(main())
"""


@pytest.fixture
def twenty(automatic: Path) -> Path:
    """The example workspace with its sources replaced by twenty of 1,500 words, shuffled from the example's own sentences.

    Each sentence gets a number of its own, so that no two documents repeat one another.
    """
    rng = random.Random(20)
    sources = automatic / "sources"
    sentences = [
        s
        for p in sorted(sources.glob("*.md"))
        for line in p.read_text(encoding="utf-8").splitlines()
        if line and line[0].isalpha() and ":" not in line[:10]
        for s in split_sentences(line)
        if len(s.split()) > 9
    ]
    shutil.rmtree(sources)
    sources.mkdir()
    for i in range(SOURCES):
        lines, count = [], 0
        while count < WORDS:
            paragraph = " ".join(
                f"{s[:-1]}, as entry {rng.randrange(10_000)} has it." for s in rng.sample(sentences, 4)
            )
            lines.append(paragraph)
            count += len(paragraph.split())
        head = f"---\ntitle: Record {i}\nauthor: Author {i}\norigin: record{i}.example\n---\n\n"
        (sources / f"record-{i}.md").write_text(head + "\n\n".join(lines), encoding="utf-8")
    return automatic


def test_piece_from_twenty_sources(twenty: Path, benchmark: BenchmarkFixture, report: Callable[[str], None]) -> None:
    """Aim: 2 s after start-up."""

    async def pieces(count: int) -> list[float]:
        seconds = []
        async with open_desk(twenty) as desk:
            for i in range(count):
                started = time.perf_counter()
                piece = await desk.start(TOPIC, piece=f"{i:06x}00")
                seconds.append(time.perf_counter() - started)
                row = await desk.find(piece)
                assert row.status == "published", row
                await desk.ledger.update_piece(piece, now=row.updated_at, status="dropped")
        return seconds

    seconds = benchmark.pedantic(lambda: asyncio.run(pieces(3)), rounds=1)
    report(f"a piece from {SOURCES} sources of {WORDS} words: {', '.join(f'{s:.2f}' for s in seconds)} s (aim: 2 s)")


def test_memory_of_a_piece(twenty: Path, report: Callable[[str], None]) -> None:
    """Aim: 300 MB, in a process that does nothing else."""
    done = subprocess.run(
        [sys.executable, "-c", _ALONE, str(twenty), TOPIC], check=True, capture_output=True, text=True, cwd=ROOT
    )
    figures = json.loads(done.stdout)
    report(f"in a process of its own: {figures['seconds']:.2f} s, {figures['mb']:.0f} MB at most (aim: 2 s, 300 MB)")
    assert figures["status"] == "published"


def test_help(benchmark: BenchmarkFixture, report: Callable[[str], None]) -> None:
    """`flywheel --help`, from the shell's point of view (aim: 0.3 s)."""
    command = [sys.executable, "-m", "desk", "--help"]
    benchmark.pedantic(
        lambda: subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=os.environ),
        rounds=7,
        warmup_rounds=1,
    )
    assert benchmark.stats is not None
    report(f"flywheel --help: median {benchmark.stats.stats.median:.2f} s (aim: 0.3 s)")
