"""What turns the wheel day and night: APScheduler, and a watch over the clock that it goes by.

Its jobs are kept in memory alone: a start asks the ledger what is to be done. A scheduler sleeps by the time that passes and
plans by the clock, so when that is set it is told: forward, what came due runs at once; back, every job is planned anew.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from desk.up.logs import say
from desk.up.times import GRACE
from desk.up.wheel import Wheel

LOOK = 1.0
"""Seconds between two looks at the clock."""
JUMP = timedelta(seconds=5)
"""By how much the clock has to differ from the time that passed to have been set."""


class Clockwork:
    """Plans every job of a wheel. Use `turning`."""

    def __init__(self, wheel: Wheel, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._wheel, self._clock = wheel, clock
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": int(GRACE.total_seconds())},
        )

    def next_run(self, name: str) -> datetime | None:
        job = self._scheduler.get_job(name)
        found: datetime | None = job.next_run_time if job else None
        return found

    def plan(self) -> None:
        """Every job anew, from now on."""
        for job in self._scheduler.get_jobs():
            if job.id not in self._wheel.jobs:
                job.remove()
        for job in self._wheel.jobs.values():
            trigger = self._wheel.trigger(job) if job.cron else IntervalTrigger(seconds=job.every, timezone=UTC)
            self._scheduler.add_job(self._wheel.run, trigger, args=[job.name], id=job.name, replace_existing=True)

    @asynccontextmanager
    async def turning(self) -> AsyncIterator[None]:
        """Jobs run as they come due, from those on that were missed before; none is begun after the block."""
        self.plan()
        self._wheel.rescheduled = self.plan
        soon = self._clock()
        steady = [job.name for job in self._wheel.jobs.values() if job.every]
        for name in (*steady, *await self._wheel.missed()):
            self._scheduler.modify_job(name, next_run_time=soon)
        self._scheduler.start()
        watch = asyncio.create_task(self._watch(), name="clock")
        try:
            yield
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
            self._scheduler.pause()
            await self._wheel.wind_down()
            self._scheduler.shutdown(wait=False)

    async def _watch(self) -> None:
        ahead = self._ahead()
        while True:
            await asyncio.sleep(LOOK)
            ahead = self.look(ahead)

    def look(self, before: timedelta) -> timedelta:
        """By how much the clock is ahead of the time that passed; where that is another than `before`, it was set."""
        ahead = self._ahead()
        if ahead - before > JUMP:
            say("clock", f"The clock went forward by {ahead - before}: what came due meanwhile runs now.")
            self._scheduler.wakeup()
        elif before - ahead > JUMP:
            say("clock", f"The clock was set back by {before - ahead}: all jobs are planned anew.")
            self.plan()
        else:
            return before
        return ahead

    def _ahead(self) -> timedelta:
        return self._clock() - datetime.fromtimestamp(0, UTC) - timedelta(seconds=time.monotonic())
