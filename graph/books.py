"""The books: what each published post met with, and that no money is counted twice or lost."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from zoneinfo import ZoneInfo

from agents.revenue.attribution import converted, credit
from state.ledger import Ledger
from state.ledger.books import Followed, Published
from state.settings import Settings
from state.trade import Credit, Link, Sale, Touch, made_good

Money = Mapping[str, int]
"""Currency and millionths of it. Currencies are never added up."""
_NOBODY = Followed(0, 0)


@dataclass(frozen=True, slots=True)
class Order:
    """What one order brought those whom it is credited to, in the time that the books are about."""

    key: tuple[str, str]
    """Shop, and its id of the order."""
    bought: bool
    """Whether the sale itself was in that time; a refund alone may be."""
    refunded: bool
    net: Money


class Ordered(ABC):
    """What orders come to."""

    __slots__ = ()

    @property
    @abstractmethod
    def orders(self) -> tuple[Order, ...]:
        """Each once."""

    @property
    def bought(self) -> int:
        return sum(order.bought for order in self.orders)

    @property
    def refunded(self) -> int:
        return sum(order.refunded for order in self.orders)

    @property
    def earned(self) -> Money:
        """Refunds taken off."""
        return total(order.net for order in self.orders)


@dataclass(frozen=True, slots=True)
class Line(Ordered):
    """One link of one piece on one channel; or the piece there, where it has no link."""

    piece: str
    title: str
    topic: str
    channel: str
    post: str
    """Key of the first post's outbox row; empty where a link has been followed and its post isn't known to be out."""
    offer: str
    variant: str
    code: str
    """Empty without a link."""
    published_at: datetime | None
    seen: int | None
    """Views of the piece on the channel, the same on each line of the two; None where the channel tells none."""
    clicked: int
    bots: int
    """Clicks of programs, which `clicked` leaves out."""
    orders: tuple[Order, ...] = ()

    @property
    def name(self) -> str:
        return self.title or self.topic or self.piece


@dataclass(frozen=True, slots=True)
class Day:
    """One day by the author's clock."""

    day: date
    published: int
    clicked: int
    bots: int
    bought: int
    earned: Money
    """Of the sales and refunds of that day, unattributed ones too."""


@dataclass(frozen=True, slots=True)
class Books:
    """From `since` on and before `until`; None is without a bound.

    A line stands for each post that was out by `until`: what it met with is counted in that time alone.
    """

    lines: tuple[Line, ...]
    unattributed: tuple[Order, ...]
    """Orders of which nobody knows what led there, or parts of them."""
    sold: Money
    """All that shops reported, refunds taken off: added up from the reports themselves, not from the lines."""
    traits: Mapping[str, Mapping[str, tuple[str, ...]]]
    """What each piece was like: by part, by piece."""
    days: tuple[Day, ...]
    """From the first on which anything happened to the last, with none left out."""
    zone: str
    """The author's, by which days are counted."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """Those of the channels that have one of their own, by which their times of day are."""
    currency: str = ""
    """That in which most orders were; empty where there are none."""
    waited: tuple[timedelta, ...] = ()
    """How long after the click that its report names each sale came."""
    since: datetime | None = None
    until: datetime | None = None

    def zone_of(self, channel: str) -> str:
        return self.zones.get(channel, self.zone)

    def covers(self, moment: datetime | None) -> bool:
        if self.since is None and self.until is None:
            return moment is not None
        return moment is not None and _within(moment, self.since, self.until)

    @property
    def attributed(self) -> Money:
        return total(line.earned for line in self.lines)

    @property
    def not_attributed(self) -> Money:
        return total(order.net for order in self.unattributed)

    @property
    def balance(self) -> bool:
        """Whether the lines and what is unattributed come to what shops reported, in each currency, to the millionth."""
        return total((self.attributed, self.not_attributed)) == total((self.sold,))

    @property
    def empty(self) -> bool:
        return not self.lines and not self.unattributed


def total(amounts: Iterable[Money]) -> Money:
    """The sum in each currency, by its name. What comes to nothing is left out."""
    sums: defaultdict[str, int] = defaultdict(int)
    for money in amounts:
        for currency, micros in money.items():
            sums[currency] += micros
    return {currency: micros for currency, micros in sorted(sums.items()) if micros}


async def books(
    ledger: Ledger, settings: Settings, since: datetime | None = None, until: datetime | None = None
) -> Books:
    """Put them together. Sales are credited as `[sales]` says, and converted where it gives a rate.

    All sales are credited, whenever they were, as a refund is taken from whoever had its sale; what counts is then cut out of that.
    """
    zone = settings.identity.timezone
    out, followed, when, sales = await asyncio.gather(  # what takes the database longest, at once
        ledger.published(until),
        ledger.followed(since, until),
        ledger.followed_when(_stretch(ZoneInfo(zone), since, until), since, until),
        ledger.sales(),
    )
    views, links, touches = await ledger.views(since, until), await ledger.links(), await ledger.touches()
    how = settings.sales
    credits = credit(sales, touches, links, model=how.attribution, window=timedelta(days=how.window_days))
    told = [one for one in credits if _within(one.at, since, until)]
    if how.currency:
        told = list(converted(told, how.worth, how.currency))
    order_of = {(s.shop, s.event): s.order for s in sales}
    orders, nobodys = _orders(told, order_of, {link.code for link in links})
    mine = [sale for sale in sales if _within(sale.at, since, until)]
    bought = [sale for sale in mine if sale.kind == "sale" and not _came_again(sale, order_of)]
    return Books(
        lines=tuple(_lines(out, views, links, followed, orders)),
        unattributed=nobodys,
        sold=_reported(mine, how.worth if how.currency else {}, how.currency),
        traits=await ledger.likenesses(),
        days=_days(ZoneInfo(zone), [p.at for p in out if _within(p.at, since, until)], when, told, bought),
        zone=zone,
        zones={c.name: c.timezone for c in settings.channels if c.timezone},
        currency=_most_used((*chain.from_iterable(orders.values()), *nobodys)),
        waited=_waited(mine, touches),
        since=since,
        until=until,
    )


def _within(moment: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or moment >= since) and (until is None or moment < until)


def _lines(
    out: Sequence[Published],
    views: Mapping[tuple[str, str], int],
    links: Sequence[Link],
    followed: Mapping[str, Followed],
    orders: Mapping[str, tuple[Order, ...]],
) -> Iterator[Line]:
    """By the time of publication; links of posts that aren't known to be out last, and only where something came of them."""
    linked: defaultdict[tuple[str, str], list[Link]] = defaultdict(list)
    for link in links:
        linked[link.piece, link.channel].append(link)
    names = {p.piece: (p.title, p.topic) for p in out}
    for p in out:
        plain = Line(
            p.piece, p.title, p.topic, p.channel, p.post, "", "", "", p.at, views.get((p.piece, p.channel)), 0, 0
        )
        here = linked.pop((p.piece, p.channel), [])
        yield from (_linked(plain, link, followed, orders) for link in here)
        if not here:
            yield plain
    for (piece, channel), here in linked.items():
        title, topic = names.get(piece, ("", ""))
        plain = Line(piece, title, topic, channel, "", "", "", "", None, views.get((piece, channel)), 0, 0)
        for link in here:
            if link.code in followed or link.code in orders:
                yield _linked(plain, link, followed, orders)


def _linked(plain: Line, link: Link, followed: Mapping[str, Followed], orders: Mapping[str, tuple[Order, ...]]) -> Line:
    clicked, bots = followed.get(link.code, _NOBODY)
    return replace(
        plain,
        offer=link.offer,
        variant=link.variant,
        code=link.code,
        clicked=clicked,
        bots=bots,
        orders=orders.get(link.code, ()),
    )


def _orders(
    credits: Iterable[Credit], order_of: Mapping[tuple[str, str], str], known: set[str]
) -> tuple[Mapping[str, tuple[Order, ...]], tuple[Order, ...]]:
    """The orders of each code, and those of nobody's."""
    apart: defaultdict[str | None, dict[tuple[str, str], list[Credit]]] = defaultdict(dict)
    for one in credits:
        key = (one.shop, order_of[one.shop, one.event])
        apart[one.code if one.code in known else None].setdefault(key, []).append(one)
    made = {code: tuple(_order(key, parts, order_of) for key, parts in found.items()) for code, found in apart.items()}
    return {code: orders for code, orders in made.items() if code is not None}, made.get(None, ())


def _order(key: tuple[str, str], parts: Sequence[Credit], order_of: Mapping[tuple[str, str], str]) -> Order:
    """Money that came again after a refund that failed, or a dispute that was won, was neither bought anew nor paid back."""
    again = {back for part in parts if part.kind == "sale" and (back := _came_again(part, order_of))}
    return Order(
        key=key,
        bought=any(part.kind == "sale" and not _came_again(part, order_of) for part in parts),
        refunded=any(part.kind == "refund" and part.event not in again for part in parts),
        net=total({part.currency: part.amount} for part in parts),
    )


def _came_again(one: Sale | Credit, order_of: Mapping[tuple[str, str], str]) -> str:
    """The report of the money's going, which this one makes good; empty where it is about a sale of its own."""
    gone = made_good(one.event)
    return gone if (one.shop, gone) in order_of else ""


def _waited(sales: Iterable[Sale], touches: Iterable[Touch]) -> tuple[timedelta, ...]:
    sold = {(sale.shop, sale.event): sale.at for sale in sales if sale.kind == "sale"}
    return tuple(sold[t.shop, t.event] - t.last for t in touches if t.named and (t.shop, t.event) in sold)


def _most_used(orders: Iterable[Order]) -> str:
    used = Counter(currency for order in orders for currency in order.net)
    return max(sorted(used), key=lambda currency: used[currency], default="")


def _signed(sale: Sale) -> int:
    return sale.amount if sale.kind == "sale" else -sale.amount


def _reported(sales: Iterable[Sale], worth: Mapping[str, Decimal], home: str | None) -> Money:
    """What the reports come to. A currency with a rate is put into `home`, its total rounded once, half to even."""
    sums = total({sale.currency: _signed(sale)} for sale in sales)
    if home is None:
        return sums
    rated = {c: round(micros * Fraction(worth[c])) for c, micros in sums.items() if c in worth and c != home}
    return total([{home: sum(rated.values())}, {c: micros for c, micros in sums.items() if c not in rated}])


def _stretch(zone: ZoneInfo, since: datetime | None, until: datetime | None) -> int:
    """Seconds of a stretch of which none reaches from one day into the next: an hour, or less where the zone's clock is so set."""
    years = range((since.year if since else 2020), (until or datetime.now(UTC)).year + 2)
    offsets = [datetime(year, month, 1, tzinfo=zone).utcoffset() for year in years for month in (1, 7)]
    return 3600 if all(offset is None or offset.seconds % 3600 == 0 for offset in offsets) else 900


def _days(
    zone: ZoneInfo,
    published: Iterable[datetime],
    followed: Mapping[datetime, Followed],
    credits: Iterable[Credit],
    sales: Iterable[Sale],
) -> tuple[Day, ...]:
    out: defaultdict[date, int] = defaultdict(int)
    people: defaultdict[date, list[Followed]] = defaultdict(list)
    money: defaultdict[date, list[Money]] = defaultdict(list)
    bought: defaultdict[date, set[tuple[str, str]]] = defaultdict(set)
    for moment in published:
        out[moment.astimezone(zone).date()] += 1
    for moment, counts in followed.items():
        people[moment.astimezone(zone).date()].append(counts)
    for one in credits:
        money[one.at.astimezone(zone).date()].append({one.currency: one.amount})
    for sale in sales:
        bought[sale.at.astimezone(zone).date()].add((sale.shop, sale.order))
    used = out.keys() | people.keys() | money.keys()
    if not used:
        return ()
    first, last = min(used), max(used)
    return tuple(
        Day(
            day=day,
            published=out[day],
            clicked=sum(f.clicked for f in people[day]),
            bots=sum(f.bots for f in people[day]),
            bought=len(bought[day]),
            earned=total(money[day]),
        )
        for day in (first + timedelta(days=i) for i in range((last - first).days + 1))
    )
