"""`kill -9` of the wheel, over and over, at whatever it is doing: it goes on, and everything is there once."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.desk.conftest import ask_ledger, on
from tests.desk.up.driver import until, up
from tests.graph.rig import changed

pytestmark = pytest.mark.torture

KILLS = 6
PIECES = 2


def test_killed_at_any_moment_it_goes_on(workspace: Path) -> None:
    """Pieces are made, approved and sent by a process that is killed again and again: none is lost, none is out twice."""
    changed(workspace, wheel=f'make = "* * * * *"\nengage = ""\nlearn = ""\nwaiting = {PIECES}')
    chance = random.Random("20251122")
    for _ in range(KILLS):
        with up(workspace) as wheel:
            wheel.ready()
            time.sleep(chance.uniform(0, 8))
            wheel.process.send_signal(signal.SIGKILL)
            wheel.process.wait()
        approve_one(workspace)
    with up(workspace) as wheel:
        wheel.ready()
        until(lambda: _running(workspace) == 0 and len(_waiting(workspace)) == PIECES)
        changed(workspace, wheel='make = ""\nengage = ""\nlearn = ""')
        while _waiting(workspace):
            approve_one(workspace)
        until(lambda: set(_statuses(workspace)) <= {"published", "dropped"})
        assert wheel.end(signal.SIGTERM) == 0
    rows = ask_ledger(workspace, lambda ledger: ledger.pieces())
    posts = ask_ledger(workspace, lambda ledger: ledger.outbox())
    published = {row.piece for row in rows if row.status == "published"}
    assert len(published) >= PIECES
    assert Counter(post.piece for post in posts) == dict.fromkeys(published, 1)
    assert len(list(workspace.glob("site/posts/*/index.html"))) == len(published)
    assert len({row.topic for row in rows}) == len(rows)


def approve_one(workspace: Path) -> None:
    """One review of each piece that waits, in a process of its own kind."""
    for piece in _waiting(workspace):
        assert on(workspace)("review", piece, "--approve").code == 0


def _statuses(workspace: Path) -> list[str]:
    return [row.status for row in ask_ledger(workspace, lambda ledger: ledger.pieces())]


def _waiting(workspace: Path) -> list[str]:
    return [row.piece for row in ask_ledger(workspace, lambda ledger: ledger.pieces()) if row.status == "waiting"]


def _running(workspace: Path) -> int:
    return _statuses(workspace).count("running")
