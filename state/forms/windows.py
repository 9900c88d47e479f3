"""The window of a channel's posts as a line of a form: `Window: 2026-11-30 09:00 to 2026-12-02 18:00 Europe/Berlin`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from state.contracts.fitting import WINDOW
from state.contracts.release import Window
from state.forms.base import FormError
from state.workspace.problems import Refused
from state.workspace.values import timezone

ZoneOf = Callable[[str], ZoneInfo]
"""The clock of a channel, by which its windows are written."""
_WHEN = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d"
_LINE = re.compile(
    rf"{WINDOW}\s*(?:(?:from\s+)?(?P<start>{_WHEN}))?(?:\s*(?:to|until|-|–)\s*(?P<end>{_WHEN}))?(?:\s+(?P<zone>\S+))?\s*",
    re.IGNORECASE,
)
_HOW = f"Write `{WINDOW} 2026-11-30 09:00 to 2026-12-02 18:00`, or one end of it: `from 2026-11-30 09:00`, `until 2026-12-02 18:00`."


def utc(channel: str) -> ZoneInfo:
    """The clock where nothing is known of a channel's."""
    return ZoneInfo("UTC")


def lines(window: Window, zone: ZoneInfo) -> Iterator[str]:
    """To the minute; none for a window that is open at both ends."""
    start, end = (f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else "" for at in (window.not_before, window.not_after))
    if start and end:
        yield f"{WINDOW} {start} to {end} {zone.key}"
    elif start or end:
        yield f"{WINDOW} {'from' if start else 'until'} {start or end} {zone.key}"


def read(given: Iterable[str], base: Window, zone: ZoneInfo, where: str) -> Window:
    """The window that a line gives, in `zone` unless it names another; `base` where the line is as it was; an open one without any.

    Raises FormError, with `where`, for what is no window.
    """
    named = [line.strip() for line in given]
    if not named:
        return Window()
    if named == list(lines(base, zone)):
        return base
    found = _LINE.fullmatch(named[0])
    if len(named) > 1 or found is None or not (found["start"] or found["end"]):
        raise FormError(where, f"`{named[-1]}` is no window, or a second one.", _HOW)
    try:
        clock = ZoneInfo(timezone(found["zone"])) if found["zone"] else zone
        start, end = (
            datetime.fromisoformat(t).replace(tzinfo=clock).astimezone(UTC) if t else None
            for t in found.group("start", "end")
        )
    except Refused as error:
        raise FormError(where, error.message, error.fix) from error
    except ValueError as error:
        raise FormError(where, f"`{named[0]}` holds a day or an hour that there isn't.", _HOW) from error
    if start and end and end <= start:
        raise FormError(where, f"`{named[0]}` closes before it opens.", "Change the two times over.")
    return Window(not_before=start, not_after=end)
