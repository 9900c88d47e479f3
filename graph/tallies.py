"""The books summed up: by piece, channel, offer, angle and so on, with rates and how sure each is. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from graph.books import Books, Day, Line, Order, Ordered, total
from graph.intervals import Rate, money_per_click, wilson
from state.trade import Part

By = Literal["piece", "channel", "offer", "angle", "hook", "theme", "placement", "hour", "variant"]
DIMENSIONS: tuple[By, ...] = get_args(By)
_TRAITS: Mapping[By, Part] = {"angle": "angles", "hook": "hooks", "theme": "themes", "placement": "placements"}
NO_OFFER = "no offer"
NOT_NOTED = "not noted"
"""What a piece was like that had been published before that was written down."""
NOT_OUT = "not known to be out"
PLAIN = "as it is"
"""The variant of a link that has none."""


@dataclass(frozen=True)
class Tally(Ordered):
    """Lines that have something in common, taken together."""

    key: str
    """What they have in common: a piece's id, a channel's name, an offer's id, an hour as `09:00`."""
    name: str
    """The same for people: a piece's title."""
    lines: tuple[Line, ...] = field(repr=False)
    published: int
    """Pieces times channels that went out in the time of the books."""

    @cached_property
    def seen(self) -> int | None:
        """Views where a channel tells them, each piece on each channel once; None where none tells."""
        views = {(line.piece, line.channel): line.seen for line in self.lines if line.seen is not None}
        return sum(views.values()) if views else None

    @cached_property
    def clicked(self) -> int:
        return sum(line.clicked for line in self.lines)

    @cached_property
    def bots(self) -> int:
        return sum(line.bots for line in self.lines)

    @cached_property
    def clicked_of_seen(self) -> int:
        """Clicks on channels that tell views: the others' have nothing to be divided by."""
        return sum(line.clicked for line in self.lines if line.seen is not None)

    @cached_property
    def orders(self) -> tuple[Order, ...]:
        """Each once, however many of the lines share it."""
        parts: defaultdict[tuple[str, str], list[Order]] = defaultdict(list)
        for line in self.lines:
            for order in line.orders:
                parts[order.key].append(order)
        return tuple(
            found[0]
            if len(found) == 1
            else Order(key, any(o.bought for o in found), any(o.refunded for o in found), total(o.net for o in found))
            for key, found in parts.items()
        )

    @property
    def click_rate(self) -> Rate | None:
        """Clicks for each view."""
        return wilson(self.clicked_of_seen, self.seen) if self.seen else None

    @property
    def buy_rate(self) -> Rate | None:
        """Orders for each click."""
        return wilson(self.bought, self.clicked)

    def per_click(self, currency: str) -> Rate | None:
        """Millionths of `currency` for each click."""
        return money_per_click((order.net.get(currency, 0) for order in self.orders), self.clicked)


def whole(books: Books) -> Tally:
    """All lines together: published, seen, clicked, bought."""
    return _tally("", "", books.lines, books)


def tallies(books: Books, by: By) -> tuple[Tally, ...]:
    """Those that earned most first, by the currency in which most was earned; then those that were clicked most.

    A piece with two themes counts in both; by everything else each line counts once.
    """
    names = _namer(books, by)
    grouped: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in books.lines:
        for name in names(line):
            grouped[name].append(line)
    made = [_tally(key, name, lines, books) for (key, name), lines in grouped.items()]
    if by == "hour":
        return tuple(sorted(made, key=lambda tally: tally.key))
    return tuple(
        sorted(made, key=lambda t: (-t.earned.get(books.currency, 0), -t.bought, -t.clicked, -(t.seen or 0), t.key))
    )


def stands_out(found: Sequence[Tally], rate: Callable[[Tally], Rate | None]) -> Tally | None:
    """The one whose rate is above every other's, interval and all. None where nothing can be told from the next."""
    rated = sorted(((rate_of, t) for t in found if (rate_of := rate(t))), key=lambda pair: -pair[0].value)
    if len(rated) < 2 or rated[0][0].low <= max(other.high for other, _ in rated[1:]):
        return None
    return rated[0][1]


def weeks(days: Sequence[Day]) -> tuple[Day, ...]:
    """The days by weeks, each by its Monday."""
    found: defaultdict[date, list[Day]] = defaultdict(list)
    for day in days:
        found[day.day - timedelta(days=day.day.weekday())].append(day)
    return tuple(_together(monday, found[monday]) for monday in sorted(found))


def _together(first: date, days: Iterable[Day]) -> Day:
    several = tuple(days)
    return Day(
        day=first,
        published=sum(d.published for d in several),
        clicked=sum(d.clicked for d in several),
        bots=sum(d.bots for d in several),
        bought=sum(d.bought for d in several),
        earned=total(d.earned for d in several),
    )


def _tally(key: str, name: str, lines: Iterable[Line], books: Books) -> Tally:
    these = tuple(lines)
    out = {(line.piece, line.channel) for line in these if books.covers(line.published_at)}
    return Tally(key, name, these, len(out))


_Names = tuple[tuple[str, str], ...]


def _namer(books: Books, by: By) -> Callable[[Line], _Names]:
    """What a line is called: keys and names."""

    def named(line: Line) -> _Names:
        match by:
            case "piece":
                return ((line.piece, line.name),)
            case "channel":
                return ((line.channel, line.channel),)
            case "offer":
                return ((line.offer, line.offer or NO_OFFER),)
            case "variant":
                return ((line.variant, line.variant or (PLAIN if line.code else NO_OFFER)),)
            case "hour":
                zone = ZoneInfo(books.zone_of(line.channel))
                at = f"{line.published_at.astimezone(zone):%H}:00" if line.published_at else ""
                return ((at, at or NOT_OUT),)
            case _:
                found = books.traits.get(line.piece, {}).get(_TRAITS[by], ())
                return tuple((name, name) for name in found) or (("", NOT_NOTED),)

    return named
