"""Links, clicks and sales as they are counted, and what each piece was like. The tables before them were never written to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def _must(*names: str, kind: type[sa.types.TypeEngine[str]] = sa.String) -> list[sa.Column[str]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def upgrade() -> None:
    for table in ("sales", "clicks", "links"):
        op.drop_table(table)
    op.create_table(
        "links",
        sa.Column("code", sa.String, primary_key=True),
        sa.Column("piece", sa.String, sa.ForeignKey("pieces.piece"), nullable=False),
        *_must("channel", "offer", "variant"),
        *_must("url", kind=sa.Text),
        sa.Column("at", TIME, nullable=False),
    )
    op.create_index(op.f("ix_links_piece"), "links", ["piece"])
    op.create_table(
        "clicks",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("code", sa.String, sa.ForeignKey("links.code"), nullable=False),
        sa.Column("at", TIME, nullable=False),
        *_must("visitor"),
        sa.Column("bot", sa.Boolean, nullable=False),
        *_must("referrer", kind=sa.Text),
    )
    op.create_index(op.f("ix_clicks_code_at"), "clicks", ["code", "at"])
    op.create_index(op.f("ix_clicks_visitor"), "clicks", ["visitor"])
    op.create_table(
        "sales",
        sa.Column("id", sa.Integer, primary_key=True),
        *_must("event", "shop", "order", "kind"),
        sa.Column("amount", sa.BigInteger, nullable=False),
        *_must("currency"),
        sa.Column("code", sa.String),
        sa.Column("click", sa.String),
        *_must("offer"),
        sa.Column("at", TIME, nullable=False),
        sa.UniqueConstraint("shop", "event"),
    )
    op.create_index(op.f("ix_sales_order"), "sales", ["order"])
    op.create_index(op.f("ix_sales_at"), "sales", ["at"])
    op.create_table(
        "traits",
        sa.Column("piece", sa.String, sa.ForeignKey("pieces.piece"), primary_key=True),
        sa.Column("part", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
    )


def downgrade() -> None:
    raise NotImplementedError("the ledger keeps what it has for good; restore a backup instead of going back")
