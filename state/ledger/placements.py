"""Which offers pieces carry, and since when."""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select

from state.ledger import tables
from state.ledger.store import Store
from state.records import PieceStatus

_decisions, _handoffs, _pieces, _bodies = tables.decisions, tables.handoffs, tables.pieces, tables.bodies


class Placed(NamedTuple):
    piece: str
    offers: tuple[str, ...]
    at: datetime


class Carrier(NamedTuple):
    piece: str
    status: PieceStatus


class Placements(Store):
    """What was approved at review_offer stands, whether it is out yet or not: so that two pieces side by side don't share one slot."""

    async def placements(self, since: datetime) -> tuple[Placed, ...]:
        """Return the pieces whose offers were approved since then, by time: of each the last approval. Dropped ones are left out."""
        last = (
            select(func.max(_decisions.c.id))
            .where(
                _decisions.c.contract == "MonetizedDraft",
                _decisions.c.kind.in_(("approve", "edit")),
                _decisions.c.at >= since,
            )
            .group_by(_decisions.c.piece)
        )
        query = (
            select(_decisions.c.piece, _decisions.c.at, _bodies.c.text)
            .join(_pieces, _pieces.c.piece == _decisions.c.piece)
            .join(_bodies, _bodies.c.digest == _decisions.c.digest)
            .where(_decisions.c.id.in_(last), _pieces.c.status != "dropped")
            .order_by(_decisions.c.at)
        )
        async with self._database.reading() as connection:
            return tuple(
                Placed(piece, tuple(dict.fromkeys(i["offer"] for i in json.loads(text)["insertions"])), at)
                for piece, at, text in await connection.execute(query)
            )

    async def carriers(self, offer: str) -> tuple[Carrier, ...]:
        """Return the pieces that carry an offer and whose posts wait: for a review of the offer or the Release, or for their time."""
        last = (
            select(func.max(_handoffs.c.id))
            .where(_handoffs.c.contract == "MonetizedDraft", _handoffs.c.digest != "")
            .group_by(_handoffs.c.piece)
        )
        waits = _pieces.c.waiting_at.in_(("review_offer", "review_release"))
        query = (
            select(_pieces.c.piece, _pieces.c.status, _bodies.c.text)
            .join(_handoffs, _handoffs.c.piece == _pieces.c.piece)
            .join(_bodies, _bodies.c.digest == _handoffs.c.digest)
            .where(_handoffs.c.id.in_(last), or_(waits, _pieces.c.status == "scheduled"))
            .order_by(_pieces.c.piece)
        )
        async with self._database.reading() as connection:
            return tuple(
                Carrier(piece, status)
                for piece, status, text in await connection.execute(query)
                if any(i["offer"] == offer for i in json.loads(text)["insertions"])
            )
