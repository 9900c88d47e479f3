"""Where a piece stands once its posts are on their way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from state.base import sha256_text
from state.ledger import Ledger
from state.records import ON_THE_WAY, Decision, DecisionKind, Gate, OutboxRow, PieceStatus, PostState


def standing(rows: Iterable[OutboxRow]) -> dict[str, OutboxRow]:
    """By post id, the row that says where each of a piece's posts rests: the last that was written for it.

    `rows` are in that order. Replies to people's responses are no part of the piece.
    """
    return {row.post_id: row for row in rows if not row.answers}


def status_of(states: Sequence[PostState]) -> PieceStatus:
    """`published` when all are out, `scheduled` while any may still go, `partial` when some are out for good and some aren't."""
    if all(s is PostState.CONFIRMED for s in states):
        return "published"
    if any(s in ON_THE_WAY for s in states):
        return "scheduled"
    return "partial" if any(s is PostState.CONFIRMED for s in states) else "parked"


def rests(row: OutboxRow) -> PostState:
    """Where a post rests: one whose change was given up is out as it was."""
    kept = row.action != "create" and row.state is PostState.REJECTED
    return PostState.CONFIRMED if kept else row.state


def is_out(row: OutboxRow) -> bool:
    """Whether readers can see the post, in these words or in those before them."""
    return row.remote_id is not None and not _is_down(row)


def _may_be_out(row: OutboxRow) -> bool:
    """Whether a call was made for it whose outcome nobody knows."""
    return row.remote_id is None and (row.unknown or row.state is PostState.ARMED)


def _is_down(row: OutboxRow) -> bool:
    return row.action == "delete" and row.state is PostState.CONFIRMED


async def take_down(piece: str, ledger: Ledger, now: datetime, note: str) -> None:
    """A person takes the whole piece down: every post that is out, and nothing that is still to go goes, no answer either.

    That decision is in the ledger. A post parks whose channel can't delete, and a person does it there; so does one that may be out, as
    nobody knows: to call it refused would leave it there unseen.
    """
    async with ledger.together():
        every = await ledger.outbox(piece)
        rows = standing(every).values()
        digest = next((row.release for row in rows), "")
        await ledger.record_decision(piece, _by_person("drop", digest, note, now))
        for row in (r for r in every if r.answers):
            await forgo(row, ledger, now, f"taken down: {note}")
        for row in rows:
            if _may_be_out(row):
                said = f"taken down ({note}), and nobody knows whether {row.channel} has it; look there, then say so"
                await ledger.move_post(row.key, state=PostState.PARKED, now=now, reason=said, unknown=True)
            elif not (is_out(row) or _is_down(row)):
                await ledger.move_post(row.key, state=PostState.REJECTED, now=now, reason=f"taken down: {note}")
        await ledger.write_outbox(_down(row) for row in rows if is_out(row))
        await close(piece, ledger, now)


async def forgo(row: OutboxRow, ledger: Ledger, now: datetime, reason: str) -> None:
    """A reply that nobody has been sent yet isn't sent any more. One that was called for stays: it may be there."""
    if row.state is PostState.INTENDED:
        await ledger.move_post(row.key, state=PostState.REJECTED, now=now, reason=reason)


def _by_person(kind: DecisionKind, release: str, note: str, now: datetime) -> Decision:
    """A decision on a Release that is taken outside its review."""
    return Decision(
        point="review_release",
        kind=kind,
        by="person",
        contract="Release",
        digest=release,
        shown="",
        note=note,
        at=now,
    )


def _down(row: OutboxRow) -> OutboxRow:
    return OutboxRow(
        key=sha256_text(f"{row.key}/delete")[:32],
        piece=row.piece,
        post_id=row.post_id,
        channel=row.channel,
        release=row.release,
        action="delete",
        target=row.target or row.key,
        published_at=row.published_at,
        url=row.url,
        remote_id=row.remote_id,
    )


async def reopen(piece: str, ledger: Ledger, now: datetime) -> None:
    """Put parked posts on their way again, to be checked afresh, and those that wait after a failure are tried now.

    Those whose outcome is unknown stay, for a person who looks. Their channels are open again: a person has seen to them.
    """
    async with ledger.together():
        for row in standing(await ledger.outbox(piece)).values():
            parked = row.state is PostState.PARKED and not row.unknown
            if parked or row.retry_at:
                state = PostState.INTENDED if parked else row.state
                await ledger.move_post(row.key, state=state, now=now, reason="" if parked else row.reason)
                await ledger.set_gate(Gate(channel=row.channel))
        await close(piece, ledger, now)


async def send_again(row: OutboxRow, ledger: Ledger, now: datetime, *, window: timedelta) -> None:
    """A person who looked says that it isn't there and is to go: as soon as it may, with a window that is open.

    That is an approval of the same bytes, as of now.
    """
    said = f"{row.post_id} is to go, at {now.isoformat()}"
    async with ledger.together():
        await ledger.record_decision(row.piece, _by_person("approve", row.release, said, now))
        await ledger.move_post(row.key, state=PostState.INTENDED, now=now)
        open_till = row.not_after if row.not_after and row.not_after > now else now + window
        await ledger.schedule_post(row.key, now, not_after=open_till)
        await ledger.set_gate(Gate(channel=row.channel))
        await close(row.piece, ledger, now)


async def found_posted(row: OutboxRow, ledger: Ledger, now: datetime, *, url: str, remote_id: str) -> None:
    """A person who looked says that it is there."""
    async with ledger.together():
        await ledger.move_post(row.key, state=PostState.CONFIRMED, now=now, url=url, remote_id=remote_id)
        await close(row.piece, ledger, now)


async def note_amendment(piece: str, ledger: Ledger, now: datetime, note: str) -> None:
    """Why a person amended it, beside the approval of the last Release."""
    rows = [row for row in await ledger.outbox(piece) if not row.answers]
    await ledger.record_decision(piece, _by_person("edit", rows[-1].release, note, now))


async def drop_post(row: OutboxRow, ledger: Ledger, now: datetime, note: str) -> tuple[OutboxRow, ...]:
    """One post is never sent, nor are the parts of its thread behind it, which are returned; the others go their way."""
    async with ledger.together():
        behind = _behind(row, standing(await ledger.outbox(row.piece)).values())
        for gone in (row, *behind):
            await ledger.move_post(gone.key, state=PostState.REJECTED, now=now, reason=f"given up: {note}")
        await close(row.piece, ledger, now)
    return behind


def _behind(row: OutboxRow, rows: Iterable[OutboxRow]) -> tuple[OutboxRow, ...]:
    """The parts of its thread that can't go without it, but for those that may be out."""
    lost, found = {row.post_id}, list[OutboxRow]()
    for other in rows:
        waits = other.state in (PostState.INTENDED, PostState.PARKED) and not other.unknown
        if waits and other.channel == row.channel and not lost.isdisjoint(other.depends_on):
            lost.add(other.post_id)
            found.append(other)
    return tuple(found)


async def give_up(piece: str, ledger: Ledger, now: datetime, note: str) -> None:
    """Nothing of what is parked goes out, nor what waits for it.

    The piece is `partial` if some of it is out, `scheduled` while some may go, else `dropped`.
    """
    async with ledger.together():
        rows, states = standing(await ledger.outbox(piece)), dict[str, PostState]()
        for row in rows.values():
            lost = any(states.get(name) is PostState.REJECTED for name in row.depends_on)
            gone = row.state is PostState.PARKED or (lost and row.state is PostState.INTENDED)
            states[row.post_id] = PostState.REJECTED if gone else rests(row)
            if gone:
                said = f"given up: {note}"
                await ledger.move_post(row.key, state=PostState.REJECTED, now=now, reason=said, unknown=row.unknown)
        status = status_of(list(states.values()))
        await ledger.update_piece(piece, now=now, status="dropped" if status == "parked" else status, reason=note)


async def close(piece: str, ledger: Ledger, now: datetime) -> None:
    """Write the piece's status, from where its posts rest. Call it in the transaction that moves a post.

    A published piece whose amendment waits for a person goes on waiting.
    """
    row = await ledger.piece(piece, held=True)  # two drainers close one after the other
    rows = list(standing(await ledger.outbox(piece)).values())
    if not rows or (row and row.status == "waiting"):
        return
    up = [row for row in rows if not _is_down(row)]
    if len(up) < len(rows) and not any(is_out(row) or row.unknown or row.state in ON_THE_WAY for row in up):
        await ledger.update_piece(piece, now=now, status="dropped", waiting_at=None, reason="taken down")
        return
    reason = "; ".join(f"{r.post_id}: {r.reason}" for r in up if r.state in (PostState.PARKED, PostState.REJECTED))
    status = status_of([rests(row) for row in up])
    await ledger.update_piece(piece, now=now, status=status, waiting_at=None, reason=reason)
