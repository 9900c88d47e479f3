"""`flywheel stats`: what each post met with, and what it earned: in the terminal, for machines, or as a page."""

from __future__ import annotations

import asyncio
import webbrowser
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from desk.errors import WrongUsage
from desk.output import NARROW, Output
from desk.pages import write_page
from desk.place import Place
from desk.stats_page import KIND, page
from desk.stats_said import (
    HEADS,
    METHOD,
    NARROW_HEADS,
    UNATTRIBUTED,
    balance,
    finding,
    funnel,
    money,
    nobodys,
    plain,
    public,
    row,
)
from graph.books import Books, books
from graph.tallies import DIMENSIONS, By, tallies, whole
from state.ledger import close_ledgers, ledger_at
from state.settings import Settings
from state.workspace import database_url, load_settings

PAGE = Path(".flywheel") / "stats.html"
OVERVIEW: tuple[By, ...] = ("channel", "offer", "angle")
FEW, MANY = 5, 20
"""Rows of a table of the overview, and of the one that was asked for."""
SEVERAL: tuple[By, ...] = ("angle", "hook", "theme", "placement")
"""Of which a piece may have more than one: the rows come to more than all posts."""
WIDE = 120
"""Columns from which a table has its rates and their intervals; a list, and a pipe, have them always."""


@dataclass(frozen=True)
class Asked:
    """What is wanted: `since` a day, `by` something, as a page, and where that goes."""

    since: str = ""
    by: str = ""
    html: bool = False
    out: Path | None = None
    show: bool = False

    def refuse_contradictions(self) -> None:
        """Raises WrongUsage."""
        if (self.out is not None or self.show) and not self.html:
            raise WrongUsage("--out and --open are about the page.", fix="Give --html with them.")
        if self.html and self.by:
            raise WrongUsage("The page is by everything: --html and --by exclude each other.", fix="Give one of them.")
        if self.by and self.by not in DIMENSIONS:
            raise WrongUsage(f"Nothing is counted by {self.by!r}.", fix=f"Say one of {', '.join(DIMENSIONS)}.")


def run(place: Place, asked: Asked, *, as_json: bool) -> int:
    """1 where the books don't balance. Raises WrongUsage for a day that is none, and for a file that can't be written."""
    asked.refuse_contradictions()
    output = Output(as_json=as_json)
    settings, found = asyncio.run(_found(place, asked))
    if asked.html:
        _page(asked, settings, found, output)
    else:
        _say(place, asked, found, output)
        output.result(_public(found, asked))
    return 0 if found.balance else 1


async def _found(place: Place, asked: Asked) -> tuple[Settings, Books]:
    settings = await asyncio.to_thread(load_settings, place.workspace)
    since = _moment(asked.since, settings.identity.timezone) if asked.since else None
    try:
        return settings, await books(await ledger_at(database_url(settings)), settings, since)
    finally:
        await close_ledgers()


def _moment(day: str, zone: str) -> datetime:
    """When the day begins where the author is. Raises WrongUsage."""
    try:
        moment = datetime.combine(datetime.strptime(day, "%Y-%m-%d").date(), time(), ZoneInfo(zone))
        utc = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise WrongUsage(f"{day!r} is no day.", fix="Write it as 2026-03-01.") from None
    if utc > datetime.now(UTC):
        raise WrongUsage(f"{day} is still to come.", fix="Name a day that has begun.")
    return utc


def _say(place: Place, asked: Asked, found: Books, output: Output) -> None:
    if found.empty:
        output.say("Nothing is published yet, so nothing was seen, clicked or bought.")
        output.say(
            f"Start a piece with `{place.command('run', 'a topic')}`; once it is out, this tells what it met with."
        )
        return
    currency = found.currency
    if asked.by:
        by: By = next(by for by in DIMENSIONS if by == asked.by)
        _table(found, by, MANY, currency, output)
    else:
        for name, _, words in funnel(whole(found), found):
            output.say(f"{name}: {words}")
        output.say(f"earned: {money(found.sold, 'nothing yet')}")
        for by in OVERVIEW:
            output.say()
            _table(found, by, FEW, currency, output)
    output.say()
    output.say(balance(found))
    output.say(METHOD)
    if _narrow(output):
        output.say(f"Each rate and its interval: in {WIDE} columns, or with --json.")
    if not asked.by:
        output.say(f"More: {place.command('stats')} --by {'|'.join(DIMENSIONS)}; as a page: --html")


def _table(found: Books, by: By, most: int, currency: str, output: Output) -> None:
    told = tallies(found, by)
    output.say(finding(told, by, found))
    rows = [(t.name, *row(t, currency)) for t in told[:most]]
    rows += [("all posts", *row(whole(found), currency))] if by not in SEVERAL else []
    rows += [(UNATTRIBUTED, *nobodys(found))] if found.unattributed else []
    heads: tuple[str, ...] = (by, *HEADS)
    if _narrow(output):
        kept = (0, *(i for i, head in enumerate(heads) if head in NARROW_HEADS))
        heads, rows = tuple(heads[i] for i in kept), [tuple(cells[i] for i in kept) for cells in rows]
    output.rows(heads, rows)
    if len(told) > most:
        output.say(f"and {len(told) - most:,} more: --json has them all")


def _narrow(output: Output) -> bool:
    """Whether a table is shown, and not all of its columns fit."""
    return not output.piped and NARROW <= output.console.width < WIDE


def _public(found: Books, asked: Asked) -> dict[str, object]:
    currency = found.currency
    wanted = [by for by in DIMENSIONS if by == asked.by] or [*OVERVIEW]
    return {
        "since": found.since.isoformat() if found.since else None,
        "all": public(whole(found), currency),
        "by": {by: [public(t, currency) for t in tallies(found, by)] for by in wanted},
        "unattributed": plain(found.not_attributed),
        "sold": plain(found.sold),
        "balance": found.balance,
    }


def _page(asked: Asked, settings: Settings, found: Books, output: Output) -> None:
    file = asked.out or Path(settings.workspace) / PAGE
    write_page(file, page(found, settings.identity.name, datetime.now(UTC)), KIND, option="--out")
    output.say(balance(found))
    output.say(f"The page: {file}")
    if asked.show:
        webbrowser.open(file.resolve().as_uri())
    output.result({"page": str(file.resolve()), "balance": found.balance})
