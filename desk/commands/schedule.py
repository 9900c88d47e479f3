"""`flywheel schedule`: the calendar of what is to go out; `move`: another time inside a post's window."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from desk.errors import NotOpen, WrongUsage
from desk.kept import Kept, ask
from desk.output import Output
from desk.place import Place
from desk.posts import find_post, name_of, public, title_of, when
from graph.timing import goes_at
from state.records import OutboxRow, PieceRow, PostState
from state.settings import Settings

_FORM = "YYYY-MM-DD HH:MM"


def run(place: Place, *, as_json: bool) -> int:
    """List what is still to go out, by day, by the author's clock."""
    output = Output(as_json=as_json)
    settings, pieces, posts = ask(place, _open)
    rows, now = [r for r in posts if r.state is PostState.INTENDED], datetime.now(UTC)
    zone = settings.identity.timezone
    waiting: dict[str, dict[str, OutboxRow]] = {}
    for row in rows:
        waiting.setdefault(row.piece, {})[row.post_id] = row
    moments = {row.key: goes_at(row, waiting[row.piece], settings, now) for row in rows}
    rows.sort(key=lambda r: moments[r.key])
    if not rows:
        output.say("Nothing is to go out.")
    day = ""
    for row in rows:
        moment = moments[row.key].astimezone(ZoneInfo(zone))
        if day != (day := f"{moment:%A %d %B %Y}"):
            output.say(day)
        after = f", after {', '.join(row.depends_on)}" if row.depends_on else ""
        until = f"; until {when(row.not_after, zone)}" if row.not_after else ""
        line = f"{moment:%H:%M}  {name_of(row)}  {title_of(row, pieces)}{_there(row, moment, settings)}{after}{until}"
        output.say(line, indent=2)
    if rows:
        output.say(f"Times are those of {zone}. Move one: {place.command('schedule', 'move', 'POST', _FORM)}")
    output.result({"timezone": zone, "posts": [public(row) for row in rows]})
    return 0


def _there(row: OutboxRow, moment: datetime, settings: Settings) -> str:
    """The time by the clock of the post's channel, where that has its own."""
    zone = settings.zone_of(row.channel)
    own = moment.replace(tzinfo=None) != moment.astimezone(zone).replace(tzinfo=None)
    return f" ({moment.astimezone(zone):%H:%M} {zone.key})" if own else ""


async def _open(kept: Kept) -> tuple[Settings, tuple[PieceRow, ...], tuple[OutboxRow, ...]]:
    return kept.settings, await kept.ledger.pieces(), await kept.ledger.open_posts()


def move(name: str, text: str, place: Place, *, as_json: bool) -> int:
    """Raises WrongUsage for a time that can't be read or lies outside the window, NotOpen for a post that isn't to go out."""
    output = Output(as_json=as_json)
    settings, row, moment = ask(place, lambda kept: _moved(kept, name, text))
    quiet = f" That is in the quiet hours of {row.channel}." if settings.clock_of(row.channel).is_quiet(moment) else ""
    output.say(f"{name_of(row)} goes out at {when(moment, settings.identity.timezone)}.{quiet}")
    output.result({"post": public(row)})
    return 0


async def _moved(kept: Kept, name: str, text: str) -> tuple[Settings, OutboxRow, datetime]:
    row = await find_post(kept.ledger, kept.place, name)
    moment = read_moment(text, kept.settings)
    if row.state is not PostState.INTENDED:
        said = f"{name_of(row)} is {row.state.value}, and can't be moved."
        raise NotOpen(said, fix=f"`{kept.place.command('schedule')}` lists what can.", piece=row.piece)
    _refuse_outside(row, moment, datetime.now(UTC), kept.settings)
    await kept.ledger.schedule_post(row.key, moment)
    return kept.settings, await kept.ledger.post(row.key) or row, moment


def read_moment(text: str, settings: Settings) -> datetime:
    """A time by the author's clock, unless it says its offset. Raises WrongUsage."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise WrongUsage(
            f"{text!r} is no time.", fix=f"Write it as {_FORM}, by the clock of {settings.identity.timezone}."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(settings.identity.timezone))


def _refuse_outside(row: OutboxRow, moment: datetime, now: datetime, settings: Settings) -> None:
    """Moving a post inside its window voids no approval; outside, it would be something else than was approved."""
    zone = settings.identity.timezone
    earliest = max(now, row.not_before) if row.not_before else now
    if moment < earliest or (row.not_after and moment > row.not_after):
        until = f" and {when(row.not_after, zone)}" if row.not_after else ""
        raise WrongUsage(
            f"{when(moment, zone)} lies outside the window that was approved.",
            fix=f"Choose a time between {when(earliest, zone)}{until}.",
        )
