"""What shops reported: what was bought, and what was paid back; and what the buyers had followed before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, literal, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from state.ledger import tables
from state.ledger.store import Store, batches, read
from state.trade import NamesItsOrder, RefundedSoFar, Sale, Touch

_sales, _clicks, _links = tables.sales, tables.clicks, tables.links
_BATCH = 200
_FEW = 5


class Sales(Store):
    """Rows are written once: a refund is a row of its own. Only what a row didn't know, its click, its offer and its order, is added later."""

    async def record_sale(self, sale: Sale) -> bool:
        """Write down what a shop reported; False where it had reported it before."""
        return bool(await self.record_sales((sale,)))

    async def record_sales(self, sales: Iterable[Sale]) -> tuple[Sale, ...]:
        """Write them down, all or none, and return those that are new, as they are kept. Each counts once, by its shop and event.

        They are taken in one order, so that two who write at once wait for one another and don't lock.
        """
        wanted = sorted(sales, key=lambda sale: (sale.shop, sale.order, sale.event))
        if len(wanted) <= _FEW:  # a report, which may be told ten thousand times: those only read
            wanted = [sale for sale in wanted if not await self._told_whole(sale)]
        plain = [sale for sale in wanted if not isinstance(sale, RefundedSoFar)]
        new: list[Sale] = []
        if not wanted:
            return ()
        async with self._database.writing() as connection:
            for batch in batches(plain, _BATCH):
                new += await self._insert(connection, batch)
            for sale in wanted:
                if isinstance(sale, RefundedSoFar) and (rest := await _rest(connection, sale)):
                    new += await self._insert(connection, [rest])
        return tuple(new)

    async def sales(self) -> tuple[Sale, ...]:
        """Return what shops reported, by time."""
        query = select(*[_sales.c[name] for name in Sale.model_fields]).order_by(_sales.c.at, _sales.c.id)
        async with self._database.reading() as connection:
            return read(Sale, await connection.execute(query))

    async def touches(self, *, since: datetime | None = None) -> tuple[Touch, ...]:
        """Return, for each sale from `since` on, the link that its own click was on, and those to the same offer that its visitor had followed before.

        What tells visitors apart is salted anew each day, so a path reaches back to the midnight before that click, and no further.
        Clicks of bots lie on no path; the click that a sale names counts, whoever made it. A sale whose click isn't here has none.
        """
        named = _clicks.alias("named")
        sold = _sales.join(named, named.c.id == _sales.c.click)
        mine = _sales.c.kind == "sale" if since is None else (_sales.c.kind == "sale") & (_sales.c.at >= since)
        own = select(_sales.c.shop, _sales.c.event, named.c.code, named.c.at, named.c.at, literal(True))
        path = select(
            _sales.c.shop,
            _sales.c.event,
            _clicks.c.code,
            func.min(_clicks.c.at),
            func.max(_clicks.c.at),
            literal(False),
        )
        before = (_clicks.c.at <= _sales.c.at) & _clicks.c.bot.is_(False) & (_clicks.c.id != named.c.id)
        theirs = sold.join(_clicks, _clicks.c.visitor == named.c.visitor)
        led, link = _links.alias("led"), _links.alias("link")
        alike = (led.c.code == named.c.code) & (link.c.code == _clicks.c.code) & (link.c.offer == led.c.offer)
        path = (
            path.select_from(theirs, led, link)
            .where(mine, before, alike, named.c.visitor != "")
            .group_by(_sales.c.shop, _sales.c.event, _clicks.c.code)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(union_all(own.select_from(sold).where(mine), path))).all()
        made = (
            Touch(shop=shop, event=event, code=code, first=first, last=last, named=bool(own_click))
            for shop, event, code, first, last, own_click in rows
        )
        return tuple(
            sorted(made, key=lambda touch: (touch.shop, touch.event, not touch.named, touch.first, touch.code))
        )

    async def _told_whole(self, sale: Sale) -> bool:
        """Whether it is here, and has nothing to add."""
        what = (_sales.c.click, _sales.c.offer, _sales.c.order)
        row = select(*what).where(_sales.c.shop == sale.shop, _sales.c.event == sale.event)
        async with self._database.reading() as connection:
            found = (await connection.execute(row)).one_or_none()
        if found is None:
            return False
        ordered = not isinstance(sale, NamesItsOrder) or found.order != sale.event
        return ordered and (not sale.click or found.click is not None) and (not sale.offer or found.offer != "")

    async def _insert(self, connection: AsyncConnection, batch: list[Sale]) -> list[Sale]:
        """Write what isn't here; to what is here, add the click, the offer and the order that it hadn't been told of."""
        insert = self._database.insert(_sales).values([sale.model_dump() for sale in batch]).on_conflict_do_nothing()
        rows = await connection.execute(insert.returning(_sales.c.shop, _sales.c.event))
        written = {(shop, event) for shop, event in rows}
        for sale in batch:
            if (sale.shop, sale.event) not in written:
                await _add(connection, sale)
        found: dict[tuple[str, str], Sale] = {}
        for sale in batch:
            if (sale.shop, sale.event) in written:
                found.setdefault((sale.shop, sale.event), sale)
        return list(found.values())


async def _add(connection: AsyncConnection, sale: Sale) -> None:
    this = (_sales.c.shop == sale.shop, _sales.c.event == sale.event)
    if sale.click:
        blank = (_sales.c.click.is_(None), _sales.c.code.is_(None))
        await connection.execute(_sales.update().where(*this, *blank).values(click=sale.click, code=sale.code))
    if sale.offer:
        await connection.execute(_sales.update().where(*this, _sales.c.offer == "").values(offer=sale.offer))
    if isinstance(sale, NamesItsOrder):
        await connection.execute(_sales.update().where(*this, _sales.c.order == sale.event).values(order=sale.order))


async def _rest(connection: AsyncConnection, refund: RefundedSoFar) -> Sale | None:
    """What of a running total isn't written down yet. The order is held meanwhile: SQLite has one writer, PostgreSQL a lock of ours."""
    if connection.dialect.name == "postgresql":
        key = f"{refund.shop}/{refund.order}"
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    mine = (_sales.c.shop == refund.shop, _sales.c.order == refund.order, _sales.c.kind == "refund")
    before = await connection.scalar(select(func.coalesce(func.sum(_sales.c.amount), 0)).where(*mine))
    amount = refund.amount - int(before or 0)
    return Sale.model_validate({**refund.model_dump(), "amount": amount}) if amount > 0 else None
