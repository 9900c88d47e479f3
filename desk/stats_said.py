"""The books in words: the funnel, whether they balance, what stands out, and the cells of a table. For the terminal and the page alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

from graph.books import Books, Money, total
from graph.intervals import ENOUGH, Rate
from graph.tallies import By, Tally, stands_out
from state.money import decimals_of, micros_of, shown
from state.trade import MICROS

TOO_FEW = "not enough data yet"
NOT_TOLD = "not told"
UNATTRIBUTED = "unattributed"
HEADS = ("out", "seen", "clicked", "of views", "bought", "of clicks", "earned", "a click")
"""Of a table's columns behind the first. Those of `NARROW_HEADS` fit 80 columns; the rest are rates, with their intervals."""
NARROW_HEADS = ("seen", "clicked", "bought", "earned")
PLURALS = {"hour": "hours", "offer": "offers", "piece": "pieces", "channel": "channels"}
METHOD = (
    "Intervals are 95 %: Wilson's for clicks of views and orders of clicks; Fay and Feuer's gamma interval for money, "
    f"where there are at least {ENOUGH} orders. Clicks of programs aren't counted as clicks."
)


def money(amounts: Money, nothing: str = "-") -> str:
    """Each currency by itself, as many decimals as it is paid in; exactly what is booked stands in `--json`."""
    return ", ".join(shown(_paid(micros, currency), currency) for currency, micros in amounts.items()) or nothing


def exact(amounts: Money) -> str:
    return ", ".join(shown(micros, currency) for currency, micros in amounts.items()) or "nothing"


def _paid(micros: int, currency: str) -> int:
    minor = micros_of(1, currency)
    return int((Decimal(micros) / minor).quantize(Decimal(1), ROUND_HALF_EVEN)) * minor


def percent(rate: Rate | None, missing: str = TOO_FEW) -> str:
    """`2.1 % (1.8 to 2.5)`; a digit more below one in a hundred."""
    if rate is None:
        return missing
    places = 2 if 0 < rate.high < 0.01 else 1
    value, low, high = (f"{100 * share:.{places}f}" for share in (rate.value, rate.low, rate.high))
    return f"{value} % ({low} to {high})"


def each(rate: Rate | None, currency: str) -> str:
    """`0.74 GBP (0.66 to 0.83)`."""
    if rate is None:
        return TOO_FEW
    places = decimals_of(currency) if rate.value >= MICROS / 10 else decimals_of(currency) + 2
    value, low, high = (f"{x / MICROS:,.{places}f}" for x in (rate.value, rate.low, rate.high))
    return f"{value} {currency} ({low} to {high})"


def period(books: Books) -> str:
    """`since 1 March 2026`, by the author's clock."""
    since = books.since.astimezone(ZoneInfo(books.zone)) if books.since else None
    return f"since {since.day} {since:%B %Y}" if since else "since the beginning"


def funnel(all_of_it: Tally, books: Books) -> list[tuple[str, int, str]]:
    """Published, seen, clicked, bought: name, count, and both in words."""
    t, told = all_of_it, {line.channel for line in all_of_it.lines if line.seen is not None}
    untold = sorted({line.channel for line in t.lines} - told)
    seen = f"{t.seen:,}" if t.seen is not None else "not told by any channel"
    some = f", and {_listed(untold)} tell{'s' if len(untold) == 1 else ''} nothing" if untold and told else ""
    of_views = f", {percent(t.click_rate)} of what was seen" if t.seen else ""
    bots = f"; {t.bots:,} more by programs" if t.bots else ""
    of_clicks = f", {percent(t.buy_rate)} of what was clicked" if t.bought else ""
    others = orders(t, books) - t.bought  # the money that is told beside it is of all
    more = f"; {others:,} more {UNATTRIBUTED}" if others else ""
    back = f"; {t.refunded:,} paid back, whole or in part" if t.refunded else ""
    return [
        ("published", t.published, f"{t.published:,} {'post' if t.published == 1 else 'posts'} {period(books)}"),
        ("seen", t.seen or 0, f"{seen}{some}"),
        ("clicked", t.clicked, f"{t.clicked:,}{of_views}{bots}"),
        ("bought", t.bought, f"{t.bought:,}{of_clicks}{more}{back}"),
    ]


def orders(all_of_it: Tally, books: Books) -> int:
    """All that were made, those that nobody knows the way of among them."""
    known = {order.key for order in all_of_it.orders if order.bought}
    return len(known | {order.key for order in books.unattributed if order.bought})


def balance(books: Books) -> str:
    """That what the lines earned and what is unattributed come to what shops reported, each in full."""
    sides = f"{exact(books.attributed)} by posts and {exact(books.not_attributed)} {UNATTRIBUTED}"
    if books.balance:
        return f"The books balance: {sides} are the {exact(books.sold)} that shops reported, refunds taken off."
    return f"THE BOOKS DON'T BALANCE: {sides}, and shops reported {exact(books.sold)}. Please report this."


def finding(found: Sequence[Tally], by: By, books: Books) -> str:
    """What the data says of this, as a sentence; that nothing stands out where the intervals overlap."""
    currency = books.currency
    named = [t for t in found if t.key]
    called = "{}".format if by in ("channel", "offer", "hour") else "“{}”".format
    plural = PLURALS.get(by, f"{by}s")
    if len(named) < 2:
        return f"Only one {by} so far: {called(named[0].name)}" if named else f"No {by} yet"
    best = stands_out(named, lambda t: t.per_click(currency))
    if best:
        return f"{called(best.name)} earns most for each click: {each(best.per_click(currency), currency)}"
    best = stands_out(named, lambda t: t.buy_rate)
    if best and best.bought:
        return f"More of the clicks on {called(best.name)} end in an order than on any other: {percent(best.buy_rate)}"
    best = stands_out(named, lambda t: t.click_rate)
    if best and best.clicked:
        return f"{called(best.name)} is followed most: {percent(best.click_rate)} of what was seen"
    if not any(t.clicked for t in named):
        return f"Nothing was clicked yet that tells {plural} apart"
    return f"No {by} stands out yet: the intervals of the {plural} overlap"


def row(tally: Tally, currency: str) -> tuple[str, ...]:
    """The cells of HEADS, behind the name."""
    clicks = percent(tally.click_rate, NOT_TOLD if tally.seen is None else TOO_FEW)
    return (
        f"{tally.published:,}",
        NOT_TOLD if tally.seen is None else f"{tally.seen:,}",
        f"{tally.clicked:,}",
        clicks,
        f"{tally.bought:,}",
        percent(tally.buy_rate),
        money(tally.earned),
        each(tally.per_click(currency), currency) if currency else TOO_FEW,
    )


def nobodys(books: Books) -> tuple[str, ...]:
    """The row of what is unattributed, in the same columns."""
    bought = sum(order.bought for order in books.unattributed)
    return ("", "", "", "", f"{bought:,}", "", money(books.not_attributed), "")


def public(tally: Tally, currency: str) -> dict[str, object]:
    """A tally for machines: amounts exact, as decimal numbers in text; rates with the ends of their intervals."""
    per_click = tally.per_click(currency) if currency else None
    return {
        "key": tally.key,
        "name": tally.name,
        "published": tally.published,
        "seen": tally.seen,
        "clicked": tally.clicked,
        "bots": tally.bots,
        "bought": tally.bought,
        "refunded": tally.refunded,
        "earned": plain(tally.earned),
        "click_rate": _ends(tally.click_rate),
        "buy_rate": _ends(tally.buy_rate),
        "per_click": {"currency": currency, **_ends(per_click, MICROS)} if per_click else None,  # type: ignore[dict-item]
    }


def plain(amounts: Money) -> dict[str, str]:
    return {currency: f"{Decimal(micros) / MICROS:f}" for currency, micros in total([amounts]).items()}


def _ends(rate: Rate | None, unit: int = 1) -> dict[str, float] | None:
    return {"value": rate.value / unit, "low": rate.low / unit, "high": rate.high / unit} if rate else None


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
