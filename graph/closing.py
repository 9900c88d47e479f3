"""Where a piece stands once its posts are on their way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from state.ledger import Ledger
from state.records import ON_THE_WAY, OutboxRow, PieceStatus, PostState


def status_of(states: Sequence[PostState]) -> PieceStatus:
    """`published` when all are out, `scheduled` while any may still go, `partial` when some are out for good and some aren't."""
    if all(s is PostState.CONFIRMED for s in states):
        return "published"
    if any(s in ON_THE_WAY for s in states):
        return "scheduled"
    return "partial" if any(s is PostState.CONFIRMED for s in states) else "parked"


def _last(rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """The posts of the piece's last release."""
    return [r for r in rows if r.release == rows[-1].release]


async def reopen(piece: str, ledger: Ledger, now: datetime) -> None:
    """Put parked posts on their way again, to be checked afresh. Those whose outcome is unknown stay, for a person who looks."""
    async with ledger.together():
        for row in _last(await ledger.outbox(piece)):
            if row.state is PostState.PARKED and not row.unknown:
                await ledger.move_post(row.key, state=PostState.INTENDED, now=now)
        await close(piece, ledger, now)


async def give_up(piece: str, ledger: Ledger, now: datetime, note: str) -> None:
    """Nothing of what is parked goes out. The piece is `partial` if some of it did, `scheduled` while some may, else `dropped`."""
    async with ledger.together():
        rows = _last(await ledger.outbox(piece))
        for row in rows:
            if row.state is PostState.PARKED:
                await ledger.move_post(
                    row.key, state=PostState.REJECTED, now=now, reason=f"given up: {note}", unknown=row.unknown
                )
        status = status_of([PostState.REJECTED if row.state is PostState.PARKED else row.state for row in rows])
        await ledger.update_piece(piece, now=now, status="dropped" if status == "parked" else status, reason=note)


async def close(piece: str, ledger: Ledger, now: datetime) -> None:
    """Write the piece's status, from where the posts of its last release rest. Call it in the transaction that moves a post."""
    await ledger.update_piece(piece, now=now, waiting_at=None)  # takes the row: two drainers close one after the other
    rows = await ledger.outbox(piece)
    if not rows:
        return
    mine = _last(rows)
    reason = "; ".join(f"{r.post_id}: {r.reason}" for r in mine if r.state in (PostState.PARKED, PostState.REJECTED))
    await ledger.update_piece(piece, now=now, status=status_of([r.state for r in mine]), reason=reason)
