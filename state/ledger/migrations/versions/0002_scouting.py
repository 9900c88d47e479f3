"""What scouting remembers: the last reading of each address, and which texts were seen by which piece."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "readings",
        sa.Column("url_sha256", sa.String, primary_key=True),
        sa.Column("packed", sa.LargeBinary, nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    op.create_table(
        "sightings",
        sa.Column("sha256", sa.String, primary_key=True),
        sa.Column("piece", sa.String, sa.ForeignKey("pieces.piece"), nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    op.create_index(op.f("ix_sightings_piece"), "sightings", ["piece"])


def downgrade() -> None:
    raise NotImplementedError("the ledger keeps what it has for good; restore a backup instead of going back")
