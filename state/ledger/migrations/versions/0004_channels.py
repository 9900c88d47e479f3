"""Publishing to many channels: schedules, edits, gates, mailings; and what people answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("action", sa.String, nullable=False, server_default="create"))
        outbox.add_column(sa.Column("target", sa.String))
        outbox.add_column(sa.Column("due_at", TIME))
        outbox.add_column(sa.Column("retry_at", TIME))
    op.create_table(
        "gates",
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("closed_until", TIME),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "subscribers",
        sa.Column("address", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("token", "state")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("source", "reason")),
        sa.Column("at", TIME, nullable=False),
        sa.UniqueConstraint("token"),
    )
    op.create_table(
        "mailings",
        sa.Column("post", sa.String, primary_key=True),
        sa.Column("address", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("message_id", "state")),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    op.create_table(
        "responses",
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("remote_id", sa.String, primary_key=True),
        sa.Column("post", sa.String, sa.ForeignKey("outbox.key")),
        sa.Column("piece", sa.String, sa.ForeignKey("pieces.piece")),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("mark", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reply", sa.String),
        sa.Column("seen_at", TIME, nullable=False),
    )
    op.create_index(op.f("ix_responses_piece"), "responses", ["piece"])
    op.create_index(op.f("ix_responses_mark"), "responses", ["mark"])
    op.create_table(
        "alerts",
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("at", TIME, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("the ledger keeps what it has for good; restore a backup instead of going back")
