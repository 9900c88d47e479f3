"""The first schema. Names of constraints come from the naming convention of `state.ledger.tables.metadata`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _contents()
    _pieces()
    _story()
    _outbox()
    _results()


def downgrade() -> None:
    raise NotImplementedError("the ledger keeps what it has for good; restore a backup instead of going back")


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _must(name: str, kind: Any, *refers: sa.ForeignKey) -> sa.Column[Any]:
    return sa.Column(name, kind, *refers, nullable=False)


def _of_piece() -> sa.Column[Any]:
    return _must("piece", sa.String, sa.ForeignKey("pieces.piece"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f("_".join(("ix", table, *columns))), table, list(columns))


def _contents() -> None:
    op.create_table(
        "bodies",
        sa.Column("digest", sa.String, primary_key=True),
        _must("kind", sa.String),
        _must("text", sa.Text),
    )
    op.create_table(
        "snapshots",
        sa.Column("sha256", sa.String, primary_key=True),
        _must("about", sa.JSON),
        _must("packed", sa.Boolean),
        _must("text", sa.LargeBinary),
    )
    op.create_table(
        "learnings",
        _id(),
        _must("digest", sa.String, sa.ForeignKey("bodies.digest")),
        _must("at", TIME),
    )


def _pieces() -> None:
    op.create_table(
        "pieces",
        sa.Column("piece", sa.String, primary_key=True),
        _must("topic", sa.Text),
        _must("title", sa.Text),
        _must("status", sa.String),
        sa.Column("waiting_at", sa.String),
        _must("reason", sa.Text),
        _must("insight", sa.Text),
        _must("driver", sa.String),
        _must("created_at", TIME),
        _must("updated_at", TIME),
    )
    _index("pieces", "created_at")
    op.create_table(
        "evidence",
        sa.Column("piece", sa.String, sa.ForeignKey("pieces.piece"), primary_key=True),
        sa.Column("sha256", sa.String, sa.ForeignKey("snapshots.sha256"), primary_key=True),
    )


def _story() -> None:
    op.create_table(
        "handoffs",
        _id(),
        _of_piece(),
        *(_must(name, sa.String) for name in ("contract", "producer", "digest")),
        _must("attempt", sa.Integer),
        _must("passed", sa.Boolean),
        *(_must(name, sa.JSON) for name in ("violations", "checks")),
        *(_must(name, sa.BigInteger) for name in ("tokens", "cost")),
        _must("seconds", sa.Double),
        _must("at", TIME),
        sa.UniqueConstraint("piece", "contract", "producer", "attempt", "digest"),
    )
    op.create_table(
        "decisions",
        _id(),
        _of_piece(),
        *(_must(name, sa.String) for name in ("point", "kind", "by", "contract", "digest", "shown")),
        _must("note", sa.Text),
        sa.Column("to", sa.String),
        _must("at", TIME),
    )
    _index("decisions", "piece")
    op.create_table(
        "spending",
        _id(),
        _of_piece(),
        _must("agent", sa.String),
        *(_must(name, sa.BigInteger) for name in ("tokens", "cost")),
        _must("at", TIME),
    )
    _index("spending", "piece")
    _index("spending", "at")


def _outbox() -> None:
    op.create_table(
        "outbox",
        _id(),
        _of_piece(),
        *(_must(name, sa.String) for name in ("key", "post_id", "channel", "release", "state")),
        _must("depends_on", sa.JSON),
        *(sa.Column(name, TIME) for name in ("not_before", "not_after")),
        _must("published_at", TIME),
        _must("tries", sa.Integer),
        _must("reason", sa.Text),
        *(sa.Column(name, sa.Text) for name in ("url", "remote_id")),
        sa.Column("unknown", sa.Boolean, nullable=False),
        sa.Column("moved_at", TIME),
        sa.UniqueConstraint("key"),
    )
    _index("outbox", "piece")
    _index("outbox", "state")
    op.create_table(
        "leases",
        sa.Column("piece", sa.String, primary_key=True),
        sa.Column("channel", sa.String, primary_key=True),
        _must("holder", sa.String),
        _must("expires_at", TIME),
    )


def _results() -> None:
    op.create_table(
        "links",
        sa.Column("code", sa.String, primary_key=True),
        _of_piece(),
        *(_must(name, sa.String) for name in ("channel", "offer", "variant")),
        _must("url", sa.Text),
    )
    _index("links", "piece")
    op.create_table(
        "clicks",
        _id(),
        _must("code", sa.String, sa.ForeignKey("links.code")),
        _must("at", TIME),
        sa.Column("referrer", sa.Text),
    )
    _index("clicks", "code", "at")
    op.create_table(
        "sales",
        _id(),
        _must("reference", sa.String),
        sa.Column("code", sa.String, sa.ForeignKey("links.code")),
        *(_must(name, sa.String) for name in ("offer", "currency")),
        _must("amount", sa.BigInteger),
        _must("at", TIME),
        sa.UniqueConstraint("reference"),
    )
    _index("sales", "code")
    op.create_table(
        "engagement",
        _id(),
        _of_piece(),
        _must("post", sa.String, sa.ForeignKey("outbox.key")),
        *(_must(name, sa.String) for name in ("channel", "kind")),
        _must("count", sa.BigInteger),
        _must("at", TIME),
        sa.UniqueConstraint("post", "kind", "at"),
    )
    _index("engagement", "piece")
