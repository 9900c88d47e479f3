"""The wheel: runs each job, keeps what came of it, reads the settings again before each, and stops without losing anything.

It has no clock and no scheduler of its own: whoever turns it (`desk/up/clockwork.py`, or a test with a clock of its own) says
which job is due. What there is to do is told by the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from desk.session import Desk
from desk.up.jobs import Job, Jobs, Learn
from desk.up.logs import say
from desk.up.making import Stopped
from desk.up.times import Cron, missed
from desk.up.troubles import Bother, Troubles, is_the_disk
from graph.rooms import Rooms
from state.settings import Settings
from state.workspace import WorkspaceError, load_settings
from state.workspace.config import stamp_of

PATIENCE = 20.0
"""Seconds that what runs gets to end when the wheel stops; then it is cut off, as a kill would, and taken up at the next start."""


@dataclass
class Record:
    """What is known of a job since the start."""

    runs: int = 0
    began: datetime | None = None
    ended: datetime | None = None
    said: str = ""
    """What it said last; told once."""


@dataclass
class Stop:
    """Why the wheel stops, and with which exit code."""

    event: asyncio.Event = field(default_factory=asyncio.Event)
    why: str = ""
    code: int = 0

    def now(self, why: str, code: int = 0) -> None:
        """The first reason counts."""
        if not self.event.is_set():
            self.why, self.code = why, code
            self.event.set()


class Wheel:
    """One for an open desk. `rescheduled` is called when the settings say other times than before."""

    def __init__(self, desk: Desk, rooms: Rooms, *, learn: Learn | None = None) -> None:
        self.desk, self.stop, self.troubles = desk, Stop(), Troubles()
        self._jobs = Jobs(desk, rooms, self.stop.event.is_set, learn)
        self.jobs = self._jobs.all()
        self.records = {name: Record() for name in self.jobs}
        self.rescheduled: Callable[[], None] = lambda: None
        self._running: set[asyncio.Task[None]] = set()
        self._read_as = stamp_of(Path(self.desk.settings.workspace))

    async def run(self, name: str) -> None:
        """Run a job once. Whatever goes wrong is noted, and the job is tried again at its next time."""
        if self.stop.event.is_set():
            return
        task = asyncio.create_task(self._run(name), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait([task])

    async def _run(self, name: str) -> None:
        await self._refresh()
        job, record = self.jobs.get(name), self.records.setdefault(name, Record())
        if job is None:  # switched off since
            return
        record.began, record.runs = self.desk.now(), record.runs + 1
        try:
            said = await job.work()
            self.troubles.over(name)
            if said and said != record.said:
                say(f"{name}-rests", said, job=name)
            record.said = said
        except Stopped:
            say("cut-short", f"{name} was stopped half-way; it goes on at the next start.", job=name)
        except Exception as error:
            self._went_wrong(name, error)
        finally:
            record.ended = self.desk.now()

    def _went_wrong(self, name: str, error: Exception) -> None:
        self.troubles.tell(name, error, self.desk.now())
        if is_the_disk(error):
            said = self.troubles.now_wrong[name].said
            self.stop.now(
                f"Nothing can be written: {said} Everything up to here is kept; start again when it is mended.", 1
            )

    async def missed(self) -> tuple[str, ...]:
        """Names of the jobs that were due a short while ago, when nothing ran, and aren't done."""
        found, now = [], self.desk.now()
        for job in self.jobs.values():
            moment = missed(self.trigger(job), now) if job.cron else None
            if moment and not (job.done_since and await job.done_since(moment, now)):
                found.append(job.name)
        return tuple(found)

    def trigger(self, job: Job) -> Cron:
        return Cron(job.cron, self.desk.settings.identity.timezone)

    async def _refresh(self) -> None:
        """Take over what flywheel.toml says by now. One that is broken changes nothing, and is told once."""
        stamp = await asyncio.to_thread(stamp_of, Path(self.desk.settings.workspace))
        if stamp == self._read_as:
            return
        try:
            settings = await asyncio.to_thread(_same_ledger, self.desk.settings)
        except (WorkspaceError, Bother, OSError) as error:
            self.troubles.tell("settings", error, self.desk.now())
            return
        self._read_as = stamp
        self.troubles.over("settings")
        before, self.desk.settings = self.desk.settings, settings
        self.jobs = self._jobs.all()
        if (settings.wheel, settings.identity.timezone) != (before.wheel, before.identity.timezone):
            self.rescheduled()
            say("settings", "flywheel.toml says other times than before; they hold from now on.")

    async def wind_down(self) -> None:
        """Let what runs come to its end, for as long as `PATIENCE` lasts, then cut it off. No job begins any more."""
        running = set(self._running)
        if not running:
            return
        say("waits", f"Waiting up to {PATIENCE:.0f} s for {', '.join(sorted(t.get_name() for t in running))} to end.")
        _, late = await asyncio.wait(running, timeout=PATIENCE)
        for task in late:
            task.cancel()
            say("cut-off", f"{task.get_name()} was cut off; it goes on at the next start.", job=task.get_name())
        if late:
            await asyncio.wait(late)


def _same_ledger(before: Settings) -> Settings:
    """Read the settings anew. Raises WorkspaceError, or Bother where they name another ledger than the one that is open."""
    settings = load_settings(Path(before.workspace))
    if settings.database != before.database:
        raise Bother("[database] names another ledger than before. Stop and start again to use that.")
    return settings
