"""When posts go out: planned inside their window, by their channel's clock; and which of them are due. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from state.contracts.release import Window
from state.records import Gate, OutboxRow, PostState
from state.settings import Settings

_DAY, _HALF_HOUR = 24 * 60, 30
"""Minutes."""


def planned(
    window: Window, channel: str, approved_at: datetime, settings: Settings, best: Sequence[str] = ()
) -> datetime | None:
    """The first moment inside the window that the channel's times of day and the quiet hours allow; None is at once.

    `best` are the times of day, `09:00`, that were drawn for the channel by what paid: the first of them that the window has room for
    is taken, of the channel's own times where it has any. Where nothing in the window is allowed, the Release, which was approved,
    wins over the settings.
    """
    start, end = opens(window, approved_at), closes(window, approved_at, settings)
    clock = settings.clock_of(channel)
    own = next((c.times for c in settings.channels if c.name == channel), ())
    tries: list[tuple[str, ...]] = [(t,) for t in best if not own or t in own]
    times = tuple(t for t in own if f"times:{t}" not in settings.optimizer.ban)
    if times:
        tries.append(times)
    elif not tries:
        return _if_later(clock.after_quiet(start), start, end, approved_at)
    found = (next((t for t in clock.moments(start, one) if not clock.is_quiet(t)), start) for one in tries)
    return _if_later(next((moment for moment in found if moment <= end), start), start, end, approved_at)


def _if_later(found: datetime, start: datetime, end: datetime, approved_at: datetime) -> datetime | None:
    """What was found, `start` where that is past the end; None is at once."""
    moment = found if found <= end else start
    return moment if moment > approved_at else None


def time_arm(went: datetime, zone: str, times: Collection[str] = ()) -> str:
    """The time of day by which a post that went out then is learnt about: the one of its channel's `times` that it went out at or
    up to half an hour after, else the half hour that it lies in.
    """
    at = went.astimezone(ZoneInfo(zone))
    minutes = at.hour * 60 + at.minute
    past = {t: (minutes - int(t[:2]) * 60 - int(t[3:])) % _DAY for t in times}
    nearest = min(past, key=lambda t: (past[t], t), default="")
    if nearest and past[nearest] < _HALF_HOUR:
        return nearest
    return f"{at.hour:02}:{at.minute // _HALF_HOUR * _HALF_HOUR:02}"


def opens(window: Window, approved_at: datetime) -> datetime:
    """The first moment of the window at which the post may go."""
    return max(approved_at, window.not_before or approved_at)


def closes(window: Window, approved_at: datetime, settings: Settings) -> datetime:
    """The last moment of the window."""
    return window.not_after or opens(window, approved_at) + timedelta(days=settings.schedule.window_days)


def _meant(row: OutboxRow) -> datetime:
    """The time that it was given: its plan, the opening of its window, or its approval."""
    return row.due_at or row.not_before or row.published_at


def was_due(row: OutboxRow, posts: Mapping[str, OutboxRow]) -> datetime:
    """When it should have gone: at its own time, and not before the `posts` of its piece that it waits for."""
    return max([_meant(row), *(was_due(posts[name], posts) for name in row.depends_on if name in posts)])


def is_late(row: OutboxRow, posts: Mapping[str, OutboxRow], settings: Settings, now: datetime) -> bool:
    """Whether it is past its time by more than its grace. `posts` are its piece's, by id."""
    return now > was_due(row, posts) + timedelta(hours=settings.schedule.grace_hours)


def goes_at(row: OutboxRow, posts: Mapping[str, OutboxRow], settings: Settings, now: datetime) -> datetime:
    """The earliest moment at which it can go: what could have gone already, goes at the next look. `posts` are those of its piece
    that are still to go, by id.
    """
    own = (t for t in (row.due_at, row.not_before, row.retry_at) if t)
    before = (goes_at(posts[name], posts, settings, now) for name in row.depends_on if name in posts)
    moment = max([now, *own, *before])
    return settings.clock_of(row.channel).after_quiet(moment) if _is_hushed(row, settings, moment) else moment


def _is_hushed(row: OutboxRow, settings: Settings, now: datetime) -> bool:
    """Whether the quiet hours hold a post back that was meant for another time: one that is tried again, or that waited for something.

    One that a person put there goes, or for which the window left no other time; so does a correction.
    """
    clock, to_go = settings.clock_of(row.channel), row.action == "create" and row.state is not PostState.SENT
    return to_go and clock.is_quiet(now) and not clock.is_quiet(_meant(row))


def has_come(row: OutboxRow, settings: Settings, now: datetime) -> bool:
    """Whether a post's own times let it go: its window, its plan, the pause after a failure, the quiet hours."""
    times = (row.not_before, row.due_at, row.retry_at)
    return all(t is None or t <= now for t in times) and not _is_hushed(row, settings, now)


def due(rows: Sequence[OutboxRow], gates: Collection[Gate], settings: Settings, now: datetime) -> tuple[OutboxRow, ...]:
    """Of the open `rows`, those that are worth a try now: their time has come, their channel is open, and no parent is held up."""
    shut = {g.channel for g in gates if g.closed_until and g.closed_until > now}
    come = [r for r in rows if has_come(r, settings, now) and r.channel not in shut]
    held_up = {(r.piece, r.post_id) for r in rows} - {(r.piece, r.post_id) for r in come}
    return tuple(r for r in come if not any((r.piece, d) in held_up for d in r.depends_on))
