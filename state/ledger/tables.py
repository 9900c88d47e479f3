"""The ledger's tables. `migrations/` makes them; a test holds that both say the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

from state.base import storable

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, kept and given back in UTC. A naive one raises ValueError.

    SQLite keeps no zone, so there the UTC time is stored without one; the text sorts as the times do.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value.isoformat()} has no time zone; give the ledger aware datetimes")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Words for people. What no database can store (NUL, lone surrogates) becomes U+FFFD.

    So a far side's garbled error page can't keep us from writing down that a post was refused.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


def _row_id() -> Column[int]:
    """Make a row number; it grows in the order of writing."""
    return Column("id", Integer, primary_key=True)


def _piece() -> Column[str]:
    return Column("piece", String, ForeignKey("pieces.piece"), nullable=False)


def _must(name: str, kind: type[TypeEngine[Any]]) -> Column[Any]:
    return Column(name, kind, nullable=False)


bodies = Table(
    "bodies",
    metadata,
    Column("digest", String, primary_key=True),  # hex sha256 of `text`
    _must("kind", String),
    _must("text", Text),  # canonical JSON
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("sha256", String, primary_key=True),  # hex, of the text in UTF-8
    _must("about", JSON),  # the Snapshot without its text and hash
    _must("packed", Boolean),  # whether `text` is zlib-compressed
    _must("text", LargeBinary),  # UTF-8
)

readings = Table(
    "readings",
    metadata,
    Column("url_sha256", String, primary_key=True),  # hex, of the URL as the workspace writes it: that may be long
    _must("packed", LargeBinary),  # zlib-compressed UTF-8
    _must("at", UtcTime),
)

pieces = Table(
    "pieces",
    metadata,
    Column("piece", String, primary_key=True),
    _must("topic", Words),
    _must("title", Words),
    _must("status", String),
    Column("waiting_at", String),
    _must("reason", Words),
    _must("insight", Words),
    _must("driver", String),
    _must("created_at", UtcTime),
    _must("updated_at", UtcTime),
    Index(None, "created_at"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("piece", String, ForeignKey("pieces.piece"), primary_key=True),
    Column("sha256", String, ForeignKey("snapshots.sha256"), primary_key=True),
)

sightings = Table(
    "sightings",
    metadata,
    Column("sha256", String, primary_key=True),  # of a text, whether or not it is archived
    _piece(),  # the first that saw it and wasn't dropped
    _must("at", UtcTime),  # when it was seen first
    Index(None, "piece"),
)

handoffs = Table(
    "handoffs",
    metadata,
    _row_id(),
    _piece(),
    _must("contract", String),
    _must("producer", String),
    _must("attempt", Integer),
    _must("passed", Boolean),
    _must("digest", String),  # "" when nothing could be made
    _must("violations", JSON),
    _must("checks", JSON),
    _must("tokens", BigInteger),
    _must("cost", BigInteger),  # millionths of a US dollar
    _must("seconds", Double),
    _must("at", UtcTime),
    UniqueConstraint("piece", "contract", "producer", "attempt", "digest"),
)

decisions = Table(
    "decisions",
    metadata,
    _row_id(),
    _piece(),
    _must("point", String),
    _must("kind", String),
    _must("by", String),
    _must("contract", String),
    _must("digest", String),
    _must("shown", String),
    _must("note", Words),
    Column("to", String),
    _must("at", UtcTime),
    Index(None, "piece"),
)

spending = Table(
    "spending",
    metadata,
    _row_id(),
    _piece(),
    _must("agent", String),
    _must("tokens", BigInteger),
    _must("cost", BigInteger),  # millionths of a US dollar
    _must("at", UtcTime),
    Index(None, "piece"),
    Index(None, "at"),
)

learnings = Table(
    "learnings",
    metadata,
    _row_id(),
    Column("digest", String, ForeignKey("bodies.digest"), nullable=False),
    _must("at", UtcTime),
)

profiles = Table(
    "profiles",
    metadata,
    Column("key", String, primary_key=True),  # of the samples, the background and the way of measuring
    _must("samples", JSON),  # sha256 of each, sorted
    Column("digest", String, ForeignKey("bodies.digest"), nullable=False),
    _must("at", UtcTime),
    Index(None, "at"),
)

voice_rules = Table(
    "voice_rules",
    metadata,
    _row_id(),
    _must("number", Integer),
    _must("version", Integer),
    _must("body", JSON),  # the Rule without its number and version
    _must("change", String),
    _must("cause", String),  # the decision that taught it, or `person`
    _must("at", UtcTime),
    UniqueConstraint("number", "version"),
    Index(None, "cause"),
)

outbox = Table(
    "outbox",
    metadata,
    _row_id(),
    _must("key", String),
    _piece(),
    _must("post_id", String),
    _must("channel", String),
    _must("release", String),
    _must("state", String),
    _must("depends_on", JSON),
    Column("not_before", UtcTime),
    Column("not_after", UtcTime),
    _must("published_at", UtcTime),
    _must("tries", Integer),
    _must("reason", Words),
    Column("url", Words),
    Column("remote_id", Words),
    Column("unknown", Boolean, nullable=False, default=False),
    Column("moved_at", UtcTime),
    Column("action", String, nullable=False, default="create", server_default="create"),
    Column("target", String),  # the key of the post that is edited or taken down
    Column("due_at", UtcTime),  # inside its window; a person may move it
    Column("retry_at", UtcTime),  # not tried again before
    UniqueConstraint("key"),
    Index(None, "piece"),
    Index(None, "state"),
)

leases = Table(
    "leases",
    metadata,
    Column("piece", String, primary_key=True),
    Column("channel", String, primary_key=True),
    _must("holder", String),
    _must("expires_at", UtcTime),
)

gates = Table(
    "gates",
    metadata,
    Column("channel", String, primary_key=True),
    _must("failures", Integer),  # in a row
    Column("closed_until", UtcTime),
    _must("reason", Words),
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("address", String, primary_key=True),  # its domain in lower case
    _must("token", String),  # what an unsubscribe link says instead of the address
    _must("state", String),
    _must("source", Words),  # where the consent was given
    _must("reason", Words),
    _must("at", UtcTime),  # of the last change
    UniqueConstraint("token"),
)

mailings = Table(
    "mailings",
    metadata,
    Column("post", String, primary_key=True),  # the key of the outbox row
    Column("address", String, primary_key=True),
    _must("message_id", String),
    _must("state", String),
    _must("reason", Words),
    _must("at", UtcTime),
)

responses = Table(
    "responses",
    metadata,
    Column("channel", String, primary_key=True),
    Column("remote_id", String, primary_key=True),
    Column("post", String, ForeignKey("outbox.key")),  # none for a mention
    Column("piece", String, ForeignKey("pieces.piece")),
    _must("body", JSON),  # the Response
    _must("mark", String),
    _must("reason", Words),
    Column("reply", String),  # digest of the last Reply that was drafted for it
    _must("seen_at", UtcTime),
    Index(None, "piece"),
    Index(None, "mark"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("subject", String, primary_key=True),  # what was told, and of which state: told once
    _must("at", UtcTime),
)

# One tracked link, what was clicked and bought through it, what a piece was like, and what people did.

links = Table(
    "links",
    metadata,
    Column("code", String, primary_key=True),
    _piece(),
    _must("channel", String),
    _must("offer", String),
    _must("variant", String),
    _must("url", Text),  # where it leads
    _must("at", UtcTime),
    Index(None, "piece"),
)

clicks = Table(
    "clicks",
    metadata,
    Column("id", String, primary_key=True),  # made where it was counted, so that counting it twice counts it once
    Column("code", String, ForeignKey("links.code"), nullable=False),
    _must("at", UtcTime),
    _must("visitor", String),  # a hash whose salt is forgotten at the end of the day
    _must("bot", Boolean),
    _must("referrer", Words),  # its host alone
    Index(None, "code", "at", "bot"),  # all that clicks are counted by, so that counting reads the index alone
    Index(None, "visitor"),
)

sales = Table(
    "sales",
    metadata,
    _row_id(),
    _must("event", String),  # the shop's own id of what it reported, so that what is reported twice counts once
    _must("shop", String),
    _must("order", String),  # a sale and its refunds share it
    _must("kind", String),
    _must("amount", BigInteger),  # millionths of `currency`, never negative
    _must("currency", String),  # ISO 4217
    Column("code", String),  # as the shop gave it back; it may name no link of ours
    Column("click", String),
    _must("offer", String),
    _must("at", UtcTime),
    UniqueConstraint("shop", "event"),
    Index(None, "order"),
    Index(None, "at"),
)

traits = Table(
    "traits",
    metadata,
    Column("piece", String, ForeignKey("pieces.piece"), primary_key=True),
    Column("part", String, primary_key=True),  # themes, angles, hooks, placements
    Column("name", String, primary_key=True),
)

engagement = Table(
    "engagement",
    metadata,
    _row_id(),
    _piece(),
    Column("post", String, ForeignKey("outbox.key"), nullable=False),
    _must("channel", String),
    _must("kind", String),  # like, repost, reply, view, ...
    _must("count", BigInteger),  # in all, as seen at `at`
    _must("at", UtcTime),
    UniqueConstraint("post", "kind", "at"),
    Index(None, "piece"),
)
