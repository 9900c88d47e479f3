"""When a cron expression comes, by the clock of a place that changes it twice a year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

GRACE = timedelta(hours=1)
"""A job that couldn't run at its time, since the machine slept or the program was down, runs up to so much later."""
_MOMENT = timedelta(microseconds=1)


class Cron(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types
    """The times of a cron expression, in order and each once.

    A time that a clock change skips comes an hour later that day. One that it repeats comes the first time only, unless the
    hour is `*` or `*/n`: those go by the time that passes. (APScheduler alone runs `30 1 * * *` twice on such a day.)
    """

    def __init__(self, expression: str, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)
        self._cron = CronTrigger.from_crontab(expression, timezone=self._zone)
        self._goes_by_the_hour = expression.split()[1].startswith("*")

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Aware, in the expression's time zone; None when there is none ever again."""
        start = now.astimezone(UTC)
        if previous_fire_time is not None:
            start = max(start, previous_fire_time.astimezone(UTC) + _MOMENT)
        found = self._next(start)
        while found is not None and found.fold and not self._goes_by_the_hour:
            found = self._next(found.astimezone(UTC) + _MOMENT)
        return found

    def _next(self, start: datetime) -> datetime | None:
        """The first time that isn't before `start`, which is UTC, as is all arithmetic here: Python adds by the place's clock.

        It is asked for by whole seconds, as APScheduler rounds by the place's clock, and takes the second 01:30 for the first.
        What the spring skips it finds an hour late, and once more when it is asked about that hour.
        """
        asked = start = _whole(start)
        while True:
            found: datetime | None = self._cron.get_next_fire_time(None, asked.astimezone(self._zone))
            if found is None or found.astimezone(UTC) >= start:
                return found.astimezone(UTC).astimezone(self._zone) if found else None
            asked += timedelta(minutes=1)


def _whole(moment: datetime) -> datetime:
    """Up to the next whole second."""
    return moment if not moment.microsecond else moment.replace(microsecond=0) + timedelta(seconds=1)


def missed(trigger: Cron, now: datetime) -> datetime | None:
    """The last time of the trigger within `GRACE` before `now`, `now` itself excluded."""
    now = now.astimezone(UTC)
    last, found = None, trigger.get_next_fire_time(None, now - GRACE)
    while found is not None and found.astimezone(UTC) < now:
        last, found = found, trigger.get_next_fire_time(found, found)
    return last
