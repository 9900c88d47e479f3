"""A process that is killed at any node loses nothing: another takes the piece up and publishes it once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graph.send import LEASE
from state.ledger import Ledger, open_ledger
from state.workspace import database_url, load_settings
from tests.graph.killed import PIECE
from tests.graph.rig import ROOT

pytestmark = pytest.mark.long

AGENTS = ["content", "voice", "revenue", "distribution"]
REVIEWS = ["review_brief", "review_draft", "review_offer", "review_release"]
EVERYWHERE = [
    *((node, moment) for node in ("assign", *AGENTS, *REVIEWS, "publish") for moment in ("start", "end")),
    *((node, "answered") for node in REVIEWS),
    ("channel", "start"),
    ("channel", "end"),
]
AT_ONCE = ("voice", "end")
"""The one that also runs in the quick suite."""


def _run(workspace: Path, node: str = "", moment: str = "", ahead: float = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", str(Path(__file__).with_name("killed.py"))]
    return subprocess.run(
        [*command, str(workspace), node, moment, str(ahead)], cwd=ROOT, capture_output=True, text=True, check=False
    )


async def _decided(workspace: Path) -> list[list[str]]:
    ledger: Ledger = await open_ledger(database_url(load_settings(workspace)))
    try:
        return [[d.point, d.kind] for d in await ledger.decisions(PIECE)]
    finally:
        await ledger.close()


def _whole(done: subprocess.CompletedProcess[str], workspace: Path) -> None:
    """Published: one page, one row, one handoff an attempt, one decision a review."""
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    contracts = ["Assignment", "Brief", "Draft", "MonetizedDraft", "Release"]
    assert told == {
        "status": "published",
        "handoffs": [[contract, 1, True] for contract in contracts],
        "decisions": [[point, "approve"] for point in REVIEWS],
        "posts": ["confirmed"],
    }
    assert len(list(workspace.glob("site/posts/*/index.html"))) == 1


@pytest.mark.parametrize(
    ("node", "moment"),
    [pytest.param(*at, marks=[] if at == AT_ONCE else [pytest.mark.torture]) for at in EVERYWHERE],
)
async def test_killed(node: str, moment: str, workspace: Path) -> None:
    """Killed there, with -9, and taken up by a fresh process, the piece is published once, with every decision kept."""
    killed = _run(workspace, node, moment)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    before = await _decided(workspace)
    done = _run(workspace, ahead=LEASE + 1)
    _whole(done, workspace)
    assert json.loads(done.stdout)["decisions"][: len(before)] == before


@pytest.mark.torture
async def test_killed_again_and_again(workspace: Path) -> None:
    """Killed at the end of every node in turn, the piece still gets there, and is published once."""
    for step, node in enumerate(
        ("assign", *(n for pair in zip(AGENTS, REVIEWS, strict=True) for n in pair), "publish", "channel")
    ):
        killed = _run(workspace, node, "end", ahead=step * (LEASE + 1))
        assert killed.returncode == -signal.SIGKILL, (node, killed.stderr)
    _whole(_run(workspace, ahead=12 * (LEASE + 1)), workspace)
