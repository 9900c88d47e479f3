"""From settings to jobs: what the wheel does, and when each is due."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from langchain_core.runnables import RunnableConfig

from desk.alerts import alert
from desk.engaging import Conversations
from desk.session import Desk, Progress
from desk.turnwise import each
from desk.up.logs import say
from desk.up.making import Stopped, begun_since, make, pick_up
from desk.up.troubles import Bother
from graph import learn
from graph.rooms import Rooms
from graph.timing import due
from state.flywheel import Context
from state.records import PostState

LOW = 50_000_000
"""Bytes of free disk below which a person is told."""
Learn = Callable[[Rooms, Context], Awaitable[object]]
Work = Callable[[], Awaitable[str]]
"""Returns what to say of it, or nothing; said once until it changes. Raises Bother for what a person can mend."""


@dataclass(frozen=True)
class Job:
    """`every` so many seconds, or by `cron` where that isn't empty."""

    name: str
    work: Work
    every: float = 0.0
    cron: str = ""
    done_since: Callable[[datetime, datetime], Awaitable[bool]] | None = None
    """Whether the ledger says that what was due at one moment is done by another; None for what may be done again."""


class Jobs:
    """What each job does at this desk. `stopping` says whether the wheel is to stop: then no further work is begun."""

    def __init__(self, desk: Desk, rooms: Rooms, stopping: Callable[[], bool], learning: Learn | None = None) -> None:
        self.desk, self._stopping, self._rooms = desk, stopping, rooms
        self._talks = Conversations.beside(desk)
        self._learn = learning or run_learning
        self._looked = False

    def all(self) -> Mapping[str, Job]:
        """As the desk's settings have it now, in the order in which they begin when several are due."""
        wheel = self.desk.settings.wheel
        jobs = (
            Job("pick-up", self._pick_up, every=60.0),
            Job("send", self._send, every=2.0),
            Job("make", self._make, cron=wheel.make, done_since=lambda due, now: begun_since(self.desk, due, now)),
            Job("engage", self._engage, cron=wheel.engage),
            Job("learn", self._learned, cron=wheel.learn),
            Job("alert", self._alert, every=30.0),
            Job("disk", self._disk, every=60.0),
            Job("prune", self._prune, every=6 * 3600.0),
        )
        return {job.name: job for job in jobs if job.every or job.cron}

    def _watch(self, progress: Progress) -> None:
        """Stop between two nodes, when the one that ended is kept."""
        if progress.started and self._stopping():
            raise Stopped

    async def _pick_up(self) -> str:
        await pick_up(self.desk, self._watch, self._stopping, thoroughly=not self._looked)
        self._looked = True
        return ""

    async def _make(self) -> str:
        return await make(self.desk, self._watch)

    async def _send(self) -> str:
        """One run of the drainer a piece, so that a trace files it with its piece, and none for nothing."""
        ledger = self.desk.ledger
        rows = due(await ledger.open_posts(), await ledger.gates(), self.desk.settings, self.desk.now())
        before = {row.key: row.state for row in rows}
        await each(dict.fromkeys(row.piece for row in rows), partial(self._send_one, before))
        return ""

    async def _send_one(self, before: Mapping[str, PostState], piece: str) -> None:
        if self._stopping():
            return
        await self.desk.drain(piece)
        for row in await self.desk.ledger.outbox(piece):
            if before.get(row.key, row.state) is not row.state:
                said = f"{row.post_id} of {piece} is {row.state.value}."
                say("post", said, piece=piece, post=row.post_id, state=row.state.value, url=row.url)

    async def _engage(self) -> str:
        self._talks.settings = self.desk.settings
        troubles = await self._talks.engage()
        if troubles:
            raise Bother(f"Not asked: {'; '.join(troubles)}")
        return ""

    async def _learned(self) -> str:
        await self._learn(self._rooms, Context(workspace=self.desk.settings.workspace))
        return ""

    async def _alert(self) -> str:
        await alert(self.desk.ledger, self.desk.settings, now=self.desk.now())
        return ""

    async def _prune(self) -> str:
        await self.desk.prune()
        return ""

    async def _disk(self) -> str:
        free = await asyncio.to_thread(free_bytes, Path(self.desk.settings.workspace))
        if free < LOW:
            raise Bother(f"Only {free / 1e6:.0f} MB are free on the workspace's disk. Make room before it is full.")
        return ""


def free_bytes(workspace: Path) -> int:
    """On the disk that holds what is kept. Blocks."""
    return shutil.disk_usage(workspace / ".flywheel").free


async def run_learning(rooms: Rooms, context: Context) -> object:
    """Run the graph of that name."""
    config: RunnableConfig = {"run_name": "learn", "tags": ["learn"]}
    return await learn.build(rooms).compile(name="learn").ainvoke({}, config, context=context)
