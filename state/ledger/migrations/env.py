"""Run by alembic, on the connection and in the transaction that `state.ledger.schema` gives it."""

from __future__ import annotations

from alembic import context

from state.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
