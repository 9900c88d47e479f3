"""The clock that posts go by: a zone, and the hours in which nothing goes out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from state.base import Frozen

_DAYS = 92
"""How many days ahead a time is looked for: longer than any window."""


class Clock(Frozen):
    """What a channel's posts go by: its times of day, its quiet hours and the windows of its posts are in this zone."""

    timezone: str = "UTC"
    quiet: str | None = None
    """`22:00-07:00`; they may pass midnight."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def is_quiet(self, moment: datetime) -> bool:
        return self.quiet is not None and self.is_quiet_at(f"{moment.astimezone(self.zone):%H:%M}")

    def is_quiet_at(self, time_of_day: str) -> bool:
        """Whether `09:00` lies in the quiet hours, the first minute of which counts and the last doesn't."""
        begin, _, end = (self.quiet or "").partition("-")
        return begin <= time_of_day < end if begin <= end else time_of_day >= begin or time_of_day < end

    def after_quiet(self, moment: datetime) -> datetime:
        """`moment`, or the end of the quiet hours that it lies in."""
        if self.quiet is None or not self.is_quiet(moment):
            return moment
        return next(self.moments(moment, [self.quiet.partition("-")[2]]))

    def moments(self, start: datetime, times: Collection[str]) -> Iterator[datetime]:
        """These times of day from `start` on, in order. One that a clock change skips is an hour later that day."""
        first = start.astimezone(self.zone).date()
        for day in (first + timedelta(days=n) for n in range(_DAYS)):
            for text in sorted(times):
                moment = datetime.combine(day, time.fromisoformat(text), self.zone).astimezone(start.tzinfo)
                if moment >= start:
                    yield moment
