"""Where a piece stands once its posts are on their way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from state.ledger import Ledger
from state.records import PieceStatus, PostState

OPEN = (PostState.INTENDED, PostState.ARMED, PostState.SENT)
"""Where a post is on its way; from the other states only a person moves it."""


def status_of(states: Sequence[PostState]) -> PieceStatus:
    """`published` when all are out, `scheduled` while any may still go, `partial` when some are out for good and some aren't."""
    if all(s is PostState.CONFIRMED for s in states):
        return "published"
    if any(s in OPEN for s in states):
        return "scheduled"
    return "partial" if any(s is PostState.CONFIRMED for s in states) else "parked"


async def close(piece: str, ledger: Ledger, now: datetime) -> None:
    """Write the piece's status, from where the posts of its last release rest. Call it in the transaction that moves a post."""
    await ledger.update_piece(
        piece, now=now, waiting_at=None
    )  # takes the piece's row: two drainers close one after the other
    rows = await ledger.outbox(piece)
    current = {r.release for r in rows[-1:]}
    mine = [r for r in rows if r.release in current]
    reason = "; ".join(f"{r.post_id}: {r.reason}" for r in mine if r.state in (PostState.PARKED, PostState.REJECTED))
    await ledger.update_piece(piece, now=now, status=status_of([r.state for r in mine]), reason=reason)
