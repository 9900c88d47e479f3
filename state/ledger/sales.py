"""What shops reported: what was bought, and what was paid back."""

from __future__ import annotations

from sqlalchemy import select

from state.ledger import tables
from state.ledger.store import Store
from state.trade import Sale

_sales = tables.sales


class Sales(Store):
    """Rows are written once and never changed: a refund is a row of its own."""

    async def record_sale(self, sale: Sale) -> bool:
        """Write down what a shop reported; False where it had reported it before."""
        insert = self._database.insert(_sales).values(sale.model_dump()).on_conflict_do_nothing()
        async with self._database.writing() as connection:
            return (await connection.execute(insert.returning(_sales.c.id))).first() is not None

    async def sales(self) -> tuple[Sale, ...]:
        """Return what shops reported, by time."""
        query = select(*[_sales.c[name] for name in Sale.model_fields]).order_by(_sales.c.at, _sales.c.id)
        async with self._database.reading() as connection:
            return tuple(Sale.model_validate(dict(row._mapping)) for row in await connection.execute(query))
