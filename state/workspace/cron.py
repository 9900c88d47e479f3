"""Cron expressions in flywheel.toml: five fields, as crontab(5) has them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from state.workspace.problems import Refused

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""By their number in a crontab, where 7 is Sunday again."""
_FIELDS = 5
_DAY = re.compile(r"(?P<first>\w+)(-(?P<last>\w+))?(/(?P<step>\d+))?", re.ASCII)
_BEFORE = datetime(2024, 1, 1, tzinfo=UTC)
"""Begins a leap year, so that the 29th of February is found."""
_LIKE = "Write minute, hour, day, month and weekday, such as `0 6 * * *` for each morning at six."


def cron(value: str) -> str:
    """Keep an expression, its weekdays by name, as APScheduler counts them from Monday on; an empty one is off."""
    fields = value.split()
    if not fields:
        return ""
    if len(fields) != _FIELDS:
        raise Refused(f"`{value}` has {len(fields)} fields, and a cron expression has {_FIELDS}.", _LIKE)
    *others, weekdays = fields
    if weekdays != "*" and others[2] != "*":
        said = f"`{value}` names days of the month and of the week."
        raise Refused(said, "Leave one of the two `*`: some read it as either, some as both.")
    kept = " ".join([*others, _weekdays(value, weekdays)])
    _refuse_unless_it_comes(value, kept)
    return kept


def _weekdays(value: str, field: str) -> str:
    if field == "*":
        return field
    numbers = [n for part in field.lower().split(",") for n in _numbers(value, part)]
    return ",".join(DAYS[n] for n in sorted(set(numbers)))


def _numbers(value: str, part: str) -> list[int]:
    """The days of one part, `1-5` or `mon` or `*/2`, from Sunday, 0."""
    found = _DAY.fullmatch(part.replace("*", "0-6", 1) if part.startswith("*") else part)
    if found is None:
        raise Refused(f"`{value}`: `{part}` is no weekday.", "Write one such as mon, 1 or mon-fri.")
    first = _number(value, found["first"])
    last = _number(value, found["last"]) if found["last"] else first
    if found["last"] == "7" or (last == 0 and first > 0):
        last = 7
    step = int(found["step"] or 1)
    if last < first or step == 0:
        raise Refused(f"`{value}`: `{part}` holds no weekday.", "Write the earlier day first, such as mon-fri.")
    return [n % 7 for n in range(first, last + 1, step)]


def _number(value: str, day: str) -> int:
    if day in DAYS:
        return DAYS.index(day)
    if day in "01234567" and len(day) == 1:
        return int(day) % 7
    raise Refused(f"`{value}`: `{day}` is no weekday.", f"Write one of {', '.join(DAYS)}, or a number from 0, Sunday.")


def _refuse_unless_it_comes(value: str, kept: str) -> None:
    from apscheduler.triggers.cron import CronTrigger

    try:
        first = CronTrigger.from_crontab(kept, timezone=UTC).get_next_fire_time(None, _BEFORE)
    except ValueError as error:
        raise Refused(f"`{value}` is no cron expression: {error}.", _LIKE) from None
    if first is None:
        raise Refused(f"`{value}` names a day that never comes.", _LIKE)
