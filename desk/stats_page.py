"""The books as one HTML file that needs nothing else: charts, and beside each the table it is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from desk.charts import Bar, bars, over_time, steps
from desk.drawing import draw
from desk.output import safe
from desk.pages import framed
from desk.stats_said import (
    HEADS,
    METHOD,
    TOO_FEW,
    UNATTRIBUTED,
    balance,
    finding,
    funnel,
    money,
    nobodys,
    orders,
    period,
    row,
)
from graph.books import Books, Day
from graph.tallies import By, Tally, tallies, weeks, whole
from state.trade import MICROS

KIND = "stats"
SECTIONS: tuple[tuple[By, str], ...] = (
    ("channel", "Channels"),
    ("offer", "Offers"),
    ("piece", "Pieces"),
    ("angle", "Angles"),
    ("hook", "Opening hooks"),
    ("theme", "Themes"),
    ("hour", "Hours"),
)
DRAWN, LISTED = 6, 12
"""Rows of a chart, and of the table beside it; hours are all there."""
WEEKS = 53
"""The last of them; `--since` cuts out others."""


@dataclass(frozen=True)
class _Section:
    """What is said, and, where there is one, its chart beside its table; the chart may still be being drawn."""

    kind: str
    said: str
    drawn: Future[str] | None = None
    table: str = ""
    caption: str = ""

    def html(self) -> str:
        """Waits for the chart."""
        heading = f'<p class="kind">{_said(self.kind)}</p><h2>{_said(self.said)}</h2>'
        if self.drawn is None:
            return f"<section>{heading}</section>"
        below = f"<figcaption>{_said(self.caption)}</figcaption>" if self.caption else ""
        figure = f"<figure>{self.drawn.result()}{below}</figure>"
        return f'<section>{heading}<div class="beside">{figure}{self.table}</div></section>'


def page(books: Books, name: str, made: datetime) -> str:
    """`name` is the publication's, `made` when the page was, in UTC."""
    currency = books.currency
    title = f"What paid: {name}"
    sections = [_funnel(books), _time(books, currency, made)]
    for by, heading in SECTIONS:
        found = tallies(books, by)
        if any(tally.key for tally in found):
            sections.append(_section(found, by, heading, books, currency))
    meta = f"Everything {period(books)}, as of {made:%Y-%m-%d %H:%M} UTC."
    told = f'<p class="{"balance" if books.balance else "warning"}">{_said(balance(books))}</p>'
    head = f'<header>\n<h1>{_said(title)}</h1>\n<p class="meta">{_said(meta)}</p>\n{told}\n</header>'
    foot = f'<footer><p class="meta">{_said(METHOD)}</p></footer>'
    return framed(
        KIND, _said(title), "\n".join([head, *(section.html() for section in sections), foot]), "base.css", "stats.css"
    )


def _funnel(books: Books) -> _Section:
    told = whole(books)
    counts = funnel(told, books)
    drawn = draw(steps([(name, n, _short(n, name, told)) for name, n, _ in counts]), "From published to bought.")
    earned = money(books.sold, "nothing yet")
    said = f"{told.clicked:,} clicks, {orders(told, books):,} orders, {earned}"
    rows = [(name, words) for name, _, words in counts]
    table = _table(("step", "how often"), rows, "The funnel", "stacked words")
    return _Section("From published to bought", said, drawn, table)


def _short(count: int, name: str, told: Tally) -> str:
    return "not told" if name == "seen" and told.seen is None else f"{count:,}"


def _time(books: Books, currency: str, made: datetime) -> _Section:
    """Up to the day on which the page is made: a clock that was wrong once would push everything else out."""
    last = made.astimezone(ZoneInfo(books.zone)).date()
    found = weeks([day for day in books.days if day.day <= last])[-WEEKS:]
    if not found:
        return _Section("Over time", "Nothing happened yet")
    best = max(found, key=lambda week: week.earned.get(currency, 0))
    earned = money({currency: best.earned[currency]}) if best.earned.get(currency, 0) > 0 else ""
    said = f"The best week began on {_day(best)}: {earned}" if earned else "No week has earned anything yet"
    drawn = draw(over_time(found, currency), "Clicks and earnings by week.")
    rows = [(_day(w), f"{w.published:,}", f"{w.clicked:,}", f"{w.bought:,}", money(w.earned)) for w in reversed(found)]
    table = _table(("week of", "out", "clicked", "bought", "earned"), rows, "By week", "plain")
    caption = f"Each bar is a week; money in {currency}, refunds taken off." if currency else "Each bar is a week."
    return _Section("Over time", said, drawn, f'<div class="long" tabindex="0">{table}</div>', caption)


def _day(week: Day) -> str:
    return f"{week.day.day} {week.day:%b %Y}"


def _section(found: Sequence[Tally], by: By, heading: str, books: Books, currency: str) -> _Section:
    """The chart of the first, the table of more, and what is left out."""
    shown = found if by == "hour" else found[:DRAWN]
    drawn = draw(bars([_bar(t, currency) for t in shown], currency or "earned", f"{currency} a click", MICROS), heading)
    rows = [(t.name, *row(t, currency)) for t in (found if by == "hour" else found[:LISTED])]
    rest = len(found) - len(rows)
    rows += [(UNATTRIBUTED, *nobodys(books))] if books.unattributed else []
    table = _table((by, *HEADS), rows, heading)
    left = f"The first {len(shown)} are drawn. " if len(shown) < len(found) else ""
    more = f"{rest:,} more aren't listed; `flywheel stats --by {by} --json` has them. " if rest else ""
    others = "Other currencies stand in the table. " if set(books.sold) - {currency} else ""
    both = "A piece with several counts in each. " if by in ("angle", "hook", "theme") else ""
    return _Section(heading, finding(found, by, books), drawn, table, f"{left}{more}{others}{both}".strip())


def _bar(tally: Tally, currency: str) -> Bar:
    earned = tally.earned.get(currency, 0)
    return Bar(
        name=tally.name,
        amount=earned / MICROS,
        said=money({currency: earned}) if earned else "0",
        rate=tally.per_click(currency),
        rate_said=TOO_FEW,
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], name: str, kind: str = "stacked") -> str:
    """`stacked`: on a phone each row is a list of its own, for which the style takes the heads from `data-head`."""
    head = "".join(f'<th scope="col">{_said(cell)}</th>' for cell in heads)
    body = "".join(
        f'<tr><th scope="row" dir="auto">{_said(first)}</th>'
        + "".join(
            f'<td data-head="{escape(label)}">{_cell(cell)}</td>' for label, cell in zip(heads[1:], rest, strict=True)
        )
        + "</tr>"
        for first, *rest in rows
    )
    caption = f"<caption>{_said(name)}</caption>"
    return f'<table class="{kind}">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(text: str) -> str:
    """A rate's interval, in brackets, goes below it."""
    if not text.endswith(")"):
        return _said(text)
    value, _, interval = text.rpartition(" (")
    return f"<span>{_said(value)} <small>{_said(f'({interval}')}</small></span>"


def _said(text: str) -> str:
    return escape(safe(text)).replace(" %", "\N{NO-BREAK SPACE}%")
