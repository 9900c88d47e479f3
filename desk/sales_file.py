"""A CSV file of sales, as a shop or a bank exports one: text and what its owner says of it in, sales out. Nothing in it is guessed."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from state.base import sha256_text
from state.money import Mark, NoAmount, micros_in, shown
from state.trade import ClickRef, Sale

FIELDS = ("id", "order", "kind", "amount", "currency", "at", "click", "code", "offer")
"""What a column may be called, or be mapped to. `amount` and `at` have to be there."""
_SEPARATORS = (",", ";", "\t")
_LONGEST = 255
_AHEAD = timedelta(days=1)
"""By how much a sale may lie in the future: clocks differ."""


@dataclass(frozen=True)
class Terms:
    """What the file itself doesn't say."""

    shop: str = "csv"
    columns: Mapping[str, str] = field(default_factory=dict)
    """From a column's name in the file to a field."""
    mark: Mark = "."
    currency: str = ""
    """Of rows that name none."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    """Of times that name none."""


class NoSales(ValueError):
    """The file as a whole is no list of sales."""


@dataclass(frozen=True)
class Mistake:
    line: int
    """From 1, as an editor counts."""
    said: str


@dataclass(frozen=True)
class Read:
    sales: tuple[Sale, ...]
    mistakes: tuple[Mistake, ...]
    lines: tuple[int, ...] = ()
    """On which line each of the sales stands."""

    def beside(self, known: Iterable[Sale]) -> Read:
        """With a mistake for each row whose id stands for something else among what is known: it would be lost without a word."""
        kept = {(sale.shop, sale.event): sale for sale in known}
        there = (
            (line, sale, kept.get((sale.shop, sale.event))) for line, sale in zip(self.lines, self.sales, strict=True)
        )
        mistakes = (Mistake(line, _otherwise(was)) for line, sale, was in there if was and _what(was) != _what(sale))
        return replace(self, mistakes=(*self.mistakes, *mistakes))


def _what(sale: Sale) -> tuple[str, int, str]:
    return sale.kind, sale.amount, sale.currency


def _otherwise(was: Sale) -> str:
    return (
        f"the id {was.event!r} is known already, as a {was.kind} of {shown(was.amount, was.currency)}: if this is another row, map a column to "
        "`id` that tells them apart."
    )


def read_sales(text: str, terms: Terms, *, now: datetime) -> Read:
    """Read every row. Raises NoSales where the file's first line names no columns that can be used.

    A row without an id of its own is told from others by what it says, and from those that say the same by how many of them stand before
    it: so a file that is read twice, or a longer one of the same shop, counts each row once.
    """
    rows = _rows(text, terms)
    sales: list[Sale] = []
    mistakes: list[Mistake] = []
    seen: Counter[str] = Counter()
    ids: dict[str, tuple[int, Sale]] = {}
    for line, cells in rows:
        if isinstance(cells, Mistake):
            mistakes.append(cells)
            continue
        said = sha256_text("\x1f".join(f"{name}={cells[name]}" for name in sorted(cells)))
        seen[said] += 1
        try:
            sale = _sale(cells, terms, f"{said[:32]}-{seen[said]}", now)
        except (NoAmount, NoSales) as error:
            mistakes.append(Mistake(line, f"{error}."))
            continue
        before = ids.setdefault(sale.event, (line, sale))
        if before[1] != sale:
            mistakes.append(
                Mistake(line, f"the id {sale.event!r} stands on line {before[0]} as well, with something else.")
            )
        elif before[0] == line:
            sales.append(sale)
    return Read(tuple(sales), tuple(mistakes), tuple(ids[sale.event][0] for sale in sales))


def _rows(text: str, terms: Terms) -> Iterator[tuple[int, Mapping[str, str] | Mistake]]:
    """Each row's line, and its fields or why it has none. Raises NoSales."""
    head = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    names = _names([cell.strip() for cell in _next(reader) or []], terms)
    return _cells(reader, names)


def _names(head: list[str], terms: Terms) -> list[str | None]:
    mapped = {column.casefold(): name for column, name in terms.columns.items()}
    lost = [column for column in terms.columns if column.casefold() not in {cell.casefold() for cell in head}]
    if lost:
        raise NoSales(f"it has no column {', '.join(lost)}: its first line names {', '.join(head) or 'none'}")
    taken = set(terms.columns.values())
    names: list[str | None] = []
    for cell in head:
        own = cell.casefold() if cell.casefold() in FIELDS and cell.casefold() not in taken else None
        names.append(mapped.get(cell.casefold(), own))
    named = Counter(name for name in names if name)
    if twice := [name for name, count in named.items() if count > 1]:
        raise NoSales(f"two of its columns are {', '.join(twice)}")
    wanted = ("amount", "at") if terms.currency else ("amount", "currency", "at")
    if missing := [name for name in wanted if name not in named]:
        raise NoSales(f"no column of its first line is {' or '.join(missing)}: it names {', '.join(head) or 'none'}")
    return names


def _cells(reader: Iterator[list[str]], names: list[str | None]) -> Iterator[tuple[int, Mapping[str, str] | Mistake]]:
    line = getattr(reader, "line_num", 1) + 1
    while (row := _next(reader)) is not None:
        if len(row) == len(names):
            yield line, {name: cell.strip() for name, cell in zip(names, row, strict=True) if name}
        elif any(cell.strip() for cell in row):
            yield line, Mistake(line, f"it has {len(row)} columns, and the first line {len(names)}.")
        line = getattr(reader, "line_num", line) + 1


def _next(reader: Iterator[list[str]]) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        raise NoSales(f"line {getattr(reader, 'line_num', 1)} is no CSV: {error}") from error


def _sale(cells: Mapping[str, str], terms: Terms, event: str, now: datetime) -> Sale:
    """Raises NoAmount or NoSales, with what is wrong in the row."""
    if wrong := [name for name, cell in cells.items() if not cell.isprintable() or len(cell) > _LONGEST]:
        raise NoSales(f"{wrong[0]} holds a line break, a control character or more than {_LONGEST} characters")
    currency = cells.get("currency", "").upper() or terms.currency
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise NoSales(f"{currency!r} is not a currency's code, such as GBP")
    amount = micros_in(cells["amount"], currency, mark=terms.mark)
    kind = cells.get("kind", "").casefold() or ("refund" if amount < 0 else "sale")
    if kind not in ("sale", "refund") or (kind == "sale" and amount < 0):
        raise NoSales("kind is `sale` or `refund`, and what is negative is a refund")
    event = cells.get("id") or event
    ref = ClickRef.parse(cells.get("click"))
    about = {"event": event, "shop": terms.shop, "order": cells.get("order") or event, "kind": kind}
    led = {
        "code": ref.code if ref else cells.get("code") or None,
        "click": ref.click if ref else cells.get("click") or None,
    }
    try:
        at = _time(cells["at"], terms.zone, now)
        return Sale.model_validate(
            {**about, **led, "amount": abs(amount), "currency": currency, "offer": cells.get("offer", ""), "at": at}
        )
    except ValidationError as error:
        raise NoSales("; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors(include_url=False))) from None


def _time(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Read a time of ISO 8601; a day alone is its midnight."""
    try:
        found = datetime.fromisoformat(text)
        at = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
        late = at - now > _AHEAD
    except (ValueError, OverflowError) as error:
        raise NoSales(
            f"{text!r} is no time: write one such as 2026-03-01, 2026-03-01 14:30 or 2026-03-01T14:30+01:00"
        ) from error
    if late:
        raise NoSales(f"{text!r} lies in the future")
    return at
