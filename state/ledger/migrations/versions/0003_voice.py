"""The author's measured profiles, and the rules that edits taught."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "profiles",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("samples", sa.JSON, nullable=False),
        sa.Column("digest", sa.String, sa.ForeignKey("bodies.digest"), nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    op.create_index(op.f("ix_profiles_at"), "profiles", ["at"])
    op.create_table(
        "voice_rules",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("number", "version")),
        sa.Column("body", sa.JSON, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("change", "cause")),
        sa.Column("at", TIME, nullable=False),
        sa.UniqueConstraint("number", "version"),
    )
    op.create_index(op.f("ix_voice_rules_cause"), "voice_rules", ["cause"])


def downgrade() -> None:
    raise NotImplementedError("the ledger keeps what it has for good; restore a backup instead of going back")
