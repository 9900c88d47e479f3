"""Times of day in flywheel.toml: when posts go out, and when nothing does."""

from __future__ import annotations

import re

from state.workspace.problems import Refused

_TIME = re.compile(r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})")
_LAST_HOUR, _LAST_MINUTE = 23, 59


def time_of_day(value: str) -> str:
    """Keep a time on the 24-hour clock, from 00:00 to 23:59."""
    text = value.strip()
    found = _TIME.fullmatch(text)
    if not found or int(found["hour"]) > _LAST_HOUR or int(found["minute"]) > _LAST_MINUTE:
        raise Refused(f"`{value}` is not a time of day.", "Write one from 00:00 to 23:59, such as 09:00.")
    normal = f"{int(found['hour']):02}:{found['minute']}"
    if normal != text:
        raise Refused(f"`{value}` is not written as HH:MM.", f"Did you mean `{normal}`?")
    return normal


def quiet_hours(value: str) -> str:
    """Keep two times of day as `22:00-07:00`; they may pass midnight."""
    start, dash, end = (part.strip() for part in value.partition("-"))
    if not dash:
        raise Refused(f"`{value}` doesn't say from when to when.", "Write it as 22:00-07:00.")
    hours = f"{time_of_day(start)}-{time_of_day(end)}"
    if start == end:
        raise Refused(f"`{value}` begins and ends at once.", "Write two times, or leave the key out.")
    return hours


def quiet_here(value: str) -> str:
    """Keep a channel's own quiet hours; empty for none."""
    return quiet_hours(value) if value.strip() else ""
