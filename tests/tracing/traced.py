"""Pieces made by a process with tracing on, and what it sent."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.tracing.collector import Collector, TracedRun

ROOT = Path(__file__).parents[2]
TOPIC = "What the label on a light bulb doesn't say"
OTHER = "Repairs by radio"
KEY = "sk-canary-7d1f0c55aa"
"""Baits, this and the next: neither may be found in what is sent."""
PASSWORD = "canary-pw-93b1e2"
UNSAID = "A heron slept on the weir."
"""A sentence in the middle of a source that has nothing to do with the topic: nobody picks it, so nobody may send it."""
SOURCE = f"""---
title: What a lamp's label leaves out
author: Ida Thorne
---

The label on a light bulb gives its watts, and leaves out how many hours the light bulb burns. Since 2010 the label of a light
bulb in Europe has had to give its lumens. A label is read in 3 seconds, at a shelf, under another bulb's light.

The hours on the label of a light bulb come from a test of 20 bulbs in a laboratory. Half of those bulbs were dark when the hours
that the label gives were over. {UNSAID} Nobody who buys a light bulb is told so by its label.

A light bulb that is switched often burns fewer hours than its label says. In 2021 the label of a light bulb changed its letters
from A to G. Bulbs that wore an A on the old label wear an F on the new one. The label still doesn't say whether the bulb can be
opened.
"""


@dataclass(frozen=True)
class Traced:
    """What one process did, and what it sent. `pieces` are (id or topic, status or error)."""

    workspace: Path
    pieces: dict[str, str]
    runs: list[TracedRun]
    sent: str
    seconds: float
    errors: str

    @property
    def roots(self) -> list[TracedRun]:
        return [run for run in self.runs if run.root]

    @property
    def told(self) -> str:
        """Every string in every run, white space levelled."""
        return " ".join(" ".join(text for run in self.runs for text in _strings(run.fields)).split())


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for held in value.values():
                yield from _strings(held)
        case list():
            for held in value:
                yield from _strings(held)


def _workspace(to: Path) -> Path:
    ignored = shutil.ignore_patterns(".flywheel", "site", ".env")
    workspace = Path(shutil.copytree(ROOT / "examples" / "upkeep", to, ignore=ignored))
    (workspace / "sources" / "label.md").write_text(SOURCE, encoding="utf-8")
    settings = workspace / "flywheel.toml"
    # A short piece on lamps may carry the repair kit: REVENUE's model is called only where an offer fits.
    settings.write_text(f"{settings.read_text(encoding='utf-8')}\n[revenue]\nenough = 0.05\n", encoding="utf-8")
    return workspace


def run_traced(folder: Path, endpoint: str, *topics: str, model: str = "", **environment: str) -> Traced:
    """Run the program with tracing to `endpoint`; what it sent isn't filled in."""
    workspace = _workspace(folder / "upkeep")
    given = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ} | {
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "LANGSMITH_TRACING": "true",
        "LANGSMITH_ENDPOINT": endpoint,
        "LANGSMITH_API_KEY": "ls-none",
        "LANGSMITH_DISABLE_RUN_COMPRESSION": "true",
        "OPENAI_API_KEY": KEY,
        "DATABASE_URL": f"postgresql://flywheel:{PASSWORD}@127.0.0.1:1/none",
        **environment,
    }
    started = time.monotonic()
    command = [sys.executable, str(Path(__file__).with_name("program.py")), str(workspace), model, *topics]
    done = subprocess.run(command, env=given, capture_output=True, text=True, timeout=120, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    pieces = json.loads(done.stdout.splitlines()[-1])["pieces"]
    return Traced(workspace, pieces, [], "", time.monotonic() - started, done.stderr)


def collected(folder: Path, *topics: str, model: str = "", **environment: str) -> Traced:
    with Collector() as collector:
        done = run_traced(folder, collector.url, *topics, model=model, **environment)
    sent = b"\n".join(collector.bodies).decode("utf-8")
    return replace(done, runs=collector.runs, sent=sent)
