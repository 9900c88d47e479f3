"""An index that holds all that clicks are counted by: without `bot` in it each click was looked up by itself, in no order of the disk's."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_clicks_code_at"), "clicks")
    op.create_index(op.f("ix_clicks_code_at_bot"), "clicks", ["code", "at", "bot"])


def downgrade() -> None:
    raise NotImplementedError("the ledger keeps what it has for good; restore a backup instead of going back")
