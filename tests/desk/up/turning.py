"""The wheel on a clock that doesn't tick: it goes from each moment at which something is due to the next, and nothing sleeps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from desk.session import open_desk
from desk.up.jobs import Learn
from desk.up.wheel import Wheel
from graph.rooms import Rooms
from tests.graph.rig import Still

STEP = timedelta(minutes=30)
"""How often the jobs run that have no times of their own."""


@dataclass
class Turning:
    """Every job that is due runs, in the jobs' order. `ran` is what ran by the calendar, by the workspace's clock."""

    wheel: Wheel
    clock: Still
    ran: list[tuple[str, datetime]] = field(default_factory=list)

    async def until(self, end: datetime, each_step: Callable[[datetime], Awaitable[None]] | None = None) -> None:
        upcoming = self._planned()
        while self.clock.now < end:
            soonest = min([self.clock.now + STEP, end, *(moment.astimezone(UTC) for moment in upcoming.values())])
            self.clock.now = soonest.astimezone(UTC)
            for name, job in list(self.wheel.jobs.items()):
                moment = upcoming.get(name)
                if self._is_its_turn(name, moment):
                    await self.wheel.run(name)
                if job.cron and moment and moment.astimezone(UTC) <= self.clock.now:
                    self.ran.append((name, moment))
                    found = self.wheel.trigger(job).get_next_fire_time(moment, self.clock.now)
                    assert found is not None
                    upcoming[name] = found
            if each_step is not None:
                await each_step(self.clock.now)
            assert not self.wheel.stop.event.is_set(), self.wheel.stop.why

    def _is_its_turn(self, name: str, moment: datetime | None) -> bool:
        job, last = self.wheel.jobs[name], self.wheel.records[name].began
        if job.cron:
            return moment is not None and moment.astimezone(UTC) <= self.clock.now
        return last is None or not timedelta() <= self.clock.now - last < timedelta(seconds=job.every)

    def _planned(self) -> dict[str, datetime]:
        found = {}
        for job in self.wheel.jobs.values():
            moment = self.wheel.trigger(job).get_next_fire_time(None, self.clock.now) if job.cron else None
            if moment is not None:
                found[job.name] = moment
        return found

    def times(self, name: str) -> list[str]:
        """When a job ran, by the workspace's clock."""
        zone = ZoneInfo(self.wheel.desk.settings.identity.timezone)
        return [f"{moment.astimezone(zone):%m-%d %H:%M}" for what, moment in self.ran if what == name]


@asynccontextmanager
async def turning(
    workspace: Path, clock: Still, rooms: Rooms | None = None, learn: Learn | None = None
) -> AsyncIterator[Turning]:
    rooms = rooms or Rooms(clock=clock)
    async with open_desk(workspace, rooms=rooms) as desk:
        yield Turning(Wheel(desk, rooms, learn=learn), clock)
