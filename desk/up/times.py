"""When a cron expression comes, by the clock of a place that changes it twice a year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

GRACE = timedelta(hours=1)
"""A job that couldn't run at its time, since the machine slept or the program was down, runs up to so much later."""
_MOMENT = timedelta(microseconds=1)
_SHIFT = timedelta(hours=2)
"""No place changes its clock by more."""


class Cron(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types
    """The times of a cron expression, in order and each once.

    A time that a clock change skips comes an hour later that day. One that it repeats comes the first time only. Where the hour
    is `*` or `*/n` they go by the time that passes instead: no gap, and no repeat is left out.

    APScheduler is asked for the times of day alone, as if there were no time zones: with one it runs `30 1 * * *` twice on the
    night that repeats it, and leaves out `30 0 * * *` after the night that skips an hour.
    """

    def __init__(self, expression: str, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)
        self._walls = CronTrigger.from_crontab(expression, timezone=UTC)
        self._goes_by_the_hour = expression.split()[1].startswith("*")

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Aware, in the expression's time zone; None when there is none ever again."""
        start = now.astimezone(UTC)
        if previous_fire_time is not None:
            start = max(start, previous_fire_time.astimezone(UTC) + _MOMENT)
        found: list[datetime] = []
        wall: datetime | None = start.astimezone(self._zone).replace(tzinfo=UTC) - _SHIFT
        last: datetime | None = None
        while (wall := self._walls.get_next_fire_time(None, wall)) is not None and (last is None or wall <= last):
            come = [moment for moment in self._moments(wall) if moment >= start]
            if come and last is None:
                last = wall + _SHIFT  # what is later by the place's clock may come earlier
            found += come
            wall += _MOMENT
        return min(found).astimezone(self._zone) if found else None

    def _moments(self, wall: datetime) -> Iterator[datetime]:
        """When the place's clock shows this, in UTC; `wall` itself is labelled UTC and isn't."""
        first, second = (wall.replace(tzinfo=self._zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        skipped = first.astimezone(self._zone).replace(tzinfo=UTC) != wall
        if not self._goes_by_the_hour:
            yield first
        elif not skipped:
            yield from dict.fromkeys((first, second))


def missed(trigger: Cron, now: datetime) -> datetime | None:
    """The last time of the trigger within `GRACE` before `now`, `now` itself excluded."""
    now = now.astimezone(UTC)
    last, found = None, trigger.get_next_fire_time(None, now - GRACE)
    while found is not None and found.astimezone(UTC) < now:
        last, found = found, trigger.get_next_fire_time(found, found)
    return last
