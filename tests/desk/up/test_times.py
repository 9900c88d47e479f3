"""When jobs are due, by a clock that is changed twice a year, and set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.up.times import GRACE, Cron, missed

AUTUMN = datetime(2026, 10, 24, 12, tzinfo=UTC)
SPRING = datetime(2026, 3, 28, 12, tzinfo=UTC)


def times(expression: str, start: datetime, count: int, zone: str = "Europe/London") -> list[str]:
    trigger, found, moment = Cron(expression, zone), [], start
    last = None
    for _ in range(count):
        last = trigger.get_next_fire_time(last, moment)
        assert last is not None
        found.append(f"{last:%m-%d %H:%M%z}")
        moment = last
    return found


@pytest.mark.parametrize(
    ("expression", "start", "said"),
    [
        ("30 1 * * *", AUTUMN, ["10-25 01:30+0100", "10-26 01:30+0000", "10-27 01:30+0000"]),
        ("30 1 * * *", SPRING, ["03-29 02:30+0100", "03-30 01:30+0100", "03-31 01:30+0100"]),
        ("0 9 * * *", AUTUMN, ["10-25 09:00+0000", "10-26 09:00+0000", "10-27 09:00+0000"]),
        ("0 9 * * sun", AUTUMN, ["10-25 09:00+0000", "11-01 09:00+0000", "11-08 09:00+0000"]),
    ],
)
def test_a_time_that_is_skipped_comes_an_hour_later_and_one_that_is_repeated_comes_once(
    expression: str, start: datetime, said: list[str]
) -> None:
    """By the clock of the place, on the night of the change and after it."""
    assert times(expression, start, 3) == said


def test_a_start_between_the_two_times_of_a_repeated_hour_doesnt_run_it_again() -> None:
    """At ten past one, winter time, half past one has been."""
    start = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert times("30 1 * * *", start, 1) == ["10-26 01:30+0000"]
    assert times("0 9 * * *", start, 1) == ["10-25 09:00+0000"]


@pytest.mark.long
@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    zone=st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    minutes=st.sampled_from([5, 10, 15, 30]),
)
def test_every_few_minutes_goes_by_the_time_that_passes(start: datetime, zone: str, minutes: int) -> None:
    """Where the hour is `*`, no change of the clock makes a gap or a repeat."""
    trigger, last = Cron(f"*/{minutes} * * * *", zone), start.replace(tzinfo=UTC)
    last = (trigger.get_next_fire_time(None, last) or last).astimezone(UTC)
    for _ in range(12):
        after = trigger.get_next_fire_time(last, last)
        assert after is not None
        assert after.astimezone(UTC) - last == timedelta(minutes=minutes)
        last = after.astimezone(UTC)


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    zone=st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe"]),
)
def test_a_daily_job_comes_once_a_day_whatever_the_clock_does(
    start: datetime, hour: int, minute: int, zone: str
) -> None:
    """Ten runs in ten days, each on a day of its own."""
    trigger, last = Cron(f"{minute} {hour} * * *", zone), None
    days = []
    moment = start.replace(tzinfo=UTC)
    for _ in range(10):
        last = trigger.get_next_fire_time(last, moment)
        assert last is not None
        assert last.astimezone(UTC) >= moment
        days.append(last.date())
        moment = last.astimezone(UTC)
    assert days == [days[0] + timedelta(days=n) for n in range(10)]


def test_what_was_missed_a_short_while_ago_is_found() -> None:
    """Within the grace, and no time that is still to come; of several the last."""
    nine = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
    trigger = Cron("0 9 * * *", "Europe/London")
    assert missed(trigger, nine) is None
    assert missed(trigger, nine + timedelta(minutes=5)) == nine
    assert missed(trigger, nine + GRACE + timedelta(seconds=1)) is None
    assert missed(Cron("*/10 * * * *", "UTC"), nine + timedelta(minutes=5)) == nine
