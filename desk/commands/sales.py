"""`flywheel sales`: what was bought and paid back, and what led there; and a file of sales, read in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from agents.revenue.attribution import converted, credit
from desk.errors import WrongUsage
from desk.kept import Kept, ask
from desk.output import Output
from desk.place import Place
from desk.sales_file import FIELDS, Mistake, NoSales, Read, Terms, read_sales
from state.money import Mark, shown
from state.settings import SalesSettings, Settings
from state.trade import Credit, Link, Sale
from state.workspace import load_settings

LISTED = 20
"""Without --all, the newest."""
TOLD = 20
"""Of the lines that can't be read."""
_BIGGEST = 100_000_000


def show(place: Place, *, everything: bool, as_json: bool) -> int:
    """List the sales, and what they come to in each currency."""
    settings, sales, credits, links = ask(place, _credited)
    output = Output(as_json=as_json)
    if not sales:
        output.say(
            f"Nothing was sold yet that is known here. Read a file in with: {place.command('sales', 'import', 'FILE')}"
        )
    else:
        listed = sales if everything else sales[-LISTED:]
        output.rows(("at (UTC)", "shop", "what", "amount", "through"), _cells(listed, credits, links))
        if len(listed) < len(sales):
            output.say(f"{len(sales) - len(listed)} older ones: --all lists them.")
        for line in _summed(credits):
            output.say(line)
        for line in _at_home(credits, settings.sales):
            output.say(line)
    output.result({"sales": [sale.model_dump(mode="json") for sale in sales], "totals": totals(credits)})
    return 0


def bring(place: Place, file: Path, terms: Terms, *, as_json: bool) -> int:
    """Read a CSV file in: all of it, or nothing where a line can't be read. Raises WrongUsage, with each such line."""
    settings = load_settings(place.workspace)
    terms = replace(terms, zone=ZoneInfo(settings.identity.timezone))
    try:
        read = read_sales(_text(file), terms, now=datetime.now(UTC))
    except NoSales as error:
        fix = f"Name its columns with --map COLUMN=FIELD; the fields are {', '.join(FIELDS)}."
        raise WrongUsage(f"Nothing was read in from {file}: {error}.", fix=fix) from error
    if read.mistakes:
        raise _unread(file, read)
    read, new = ask(place, lambda kept: _brought(kept, read))
    if read.mistakes:
        raise _unread(file, read)
    output = Output(as_json=as_json)
    known = len(read.sales) - len(new)
    output.say(f"{len(new)} read in." + (f" {known} were known already, and count once." if known else ""))
    output.result({"new": len(new), "known": known})
    return 0


def terms_of(shop: str, columns: Iterable[str], decimal: str, currency: str) -> Terms:
    """What the command line says of a file. Raises WrongUsage."""
    marks: dict[str, Mark] = {".": ".", ",": ",", "point": ".", "comma": ","}
    if decimal not in marks:
        raise WrongUsage("--decimal is what stands before the decimals.", fix="Write --decimal . or --decimal ,")
    pairs = [column.rpartition("=") for column in columns]
    if wrong := [f"{name}={to}" for name, _, to in pairs if not name or to not in FIELDS]:
        fix = f"Write --map COLUMN=FIELD, the field one of {', '.join(FIELDS)}."
        raise WrongUsage(f"--map {wrong[0]} maps no column to a field.", fix=fix)
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise WrongUsage(f"{currency} is not a currency's code.", fix="Write its three letters, such as GBP.")
    if not shop.strip():
        raise WrongUsage("--shop names the shop.", fix="Leave it out, or give it a name.")
    return Terms(
        shop=shop.strip(),
        columns={name: to for name, _, to in pairs},
        mark=marks[decimal],
        currency=currency.upper(),
    )


def totals(credits: Sequence[Credit]) -> dict[str, dict[str, int]]:
    """By currency, in millionths: what came in, what went back, what is left, and how much of that is nobody's."""
    found: defaultdict[str, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("in", "back", "left", "unattributed"), 0)
    )
    for one in credits:
        sums = found[one.currency]
        sums["in" if one.kind == "sale" else "back"] += abs(one.amount)
        sums["left"] += one.amount
        sums["unattributed"] += one.amount if one.code is None else 0
    return {currency: found[currency] for currency in sorted(found)}


async def _brought(kept: Kept, read: Read) -> tuple[Read, tuple[Sale, ...]]:
    """Write down what was read, unless something else is known by one of its ids."""
    read = read.beside(await kept.ledger.sales())
    return read, () if read.mistakes else await kept.ledger.record_sales(read.sales)


async def _credited(kept: Kept) -> tuple[Settings, tuple[Sale, ...], tuple[Credit, ...], dict[str, Link]]:
    ledger, how = kept.ledger, kept.settings.sales
    sales, touches, links = await ledger.sales(), await ledger.touches(), await ledger.links()
    credits = credit(sales, touches, links, model=how.attribution, window=timedelta(days=how.window_days))
    return kept.settings, sales, credits, {link.code: link for link in links}


def _cells(sales: Iterable[Sale], credits: Iterable[Credit], links: dict[str, Link]) -> list[tuple[str, ...]]:
    through: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for one in credits:
        link = links[one.code] if one.code else None
        through[one.shop, one.event].append(f"{link.piece} on {link.channel}" if link else "unattributed")
    return [
        (
            f"{sale.at:%Y-%m-%d %H:%M}",
            sale.shop,
            sale.kind,
            shown(sale.amount if sale.kind == "sale" else -sale.amount, sale.currency),
            ", ".join(dict.fromkeys(through[sale.shop, sale.event])),
        )
        for sale in sales
    ]


def _summed(credits: Sequence[Credit]) -> list[str]:
    return [
        f"{shown(sums['left'], currency)}: {shown(sums['in'], currency)} came in, {shown(sums['back'], currency)} went back;"
        f" {shown(sums['unattributed'], currency)} of it is unattributed."
        for currency, sums in totals(credits).items()
    ]


def _at_home(credits: Sequence[Credit], settings: SalesSettings) -> list[str]:
    """The sum in the owner's currency, where the table of rates has anything to do, and what it has no rate for."""
    home = settings.currency
    if home is None or all(one.currency == home for one in credits):
        return []
    sums = totals(converted(credits, settings.worth, home))
    apart = [currency for currency in sums if currency != home]
    said = (
        f"By [sales.rates] that is {shown(sums[home]['left'], home)} in all"
        if home in sums
        else f"Nothing is in {home}"
    )
    return [f"{said}, beside {', '.join(apart)}, which has no rate." if apart else f"{said}."]


def _unread(file: Path, read: Read) -> WrongUsage:
    def told(mistake: Mistake) -> dict[str, str]:
        return {"where": f"{file}:{mistake.line}", "message": mistake.said, "fix": ""}

    more = len(read.mistakes) - TOLD
    said = f"Nothing was read in: {len(read.mistakes)} of the lines can't be read" + (
        f", {TOLD} of them:" if more > 0 else "."
    )
    fix = "Mend them, or take them out. --decimal , reads 1.234,50."
    return WrongUsage(said, fix=fix, problems=[told(mistake) for mistake in read.mistakes[:TOLD]])


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _BIGGEST:
            raise WrongUsage(f"{file} has more than {_BIGGEST} bytes.", fix="Cut it into several files.")
        return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise WrongUsage(f"{file} is not UTF-8 at byte {error.start} (from 0).", fix="Save it as UTF-8.") from error
    except OSError as error:
        raise WrongUsage(f"{file} can't be read: {error.strerror}.", fix="Check the path.") from error
