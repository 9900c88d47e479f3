"""An approved Reply on its way: `answer` writes its one outbox row, and the drainer asks here for the bytes."""

from __future__ import annotations

from graph.errors import NotApproved
from graph.rooms import Node, Rooms, Update
from state.base import digest_of
from state.channels import OutgoingPost
from state.contracts.reply import Reply
from state.engaging import ReplyState
from state.records import REPLY, OutboxRow


def answer_node(rooms: Rooms) -> Node[ReplyState]:
    """Raises NotApproved when no decision in the ledger covers these bytes."""

    async def answer(state: ReplyState) -> Update:
        reply, piece, ledger = state.get("reply"), state["piece"], await rooms.ledger_of(state["settings"])
        decision = await ledger.approved(piece, digest_of(reply)) if reply else None
        if reply is None or decision is None:
            raise NotApproved(piece, "The reply has no approval that covers it.", "Send it through review_reply again.")
        (row,) = await ledger.find_responses(state["response"])
        async with ledger.together():
            fresh = OutboxRow(
                key=row.key,
                piece=piece,
                post_id=f"{REPLY}{await ledger.next_reply(piece)}",
                channel=row.channel,
                release=decision.digest,
                published_at=decision.at,
            )
            await ledger.write_outbox([fresh])
            stands = await ledger.post(row.key)
            assert stands is not None  # ours, or one that was there before: nothing is answered twice
            await ledger.mark_response(row, "answered", reply=stands.release)
        return {"shown": None, "rework": None}

    return answer


def outgoing(reply: Reply, row: OutboxRow) -> OutgoingPost:
    """The bytes of an answer, and what it hangs on: the response, in the thread of our post."""
    to = reply.to
    return OutgoingPost(
        key=row.key,
        piece=row.piece,
        channel=row.channel,
        text=reply.whole,
        published_at=row.published_at,
        reply_to=to.remote_id,
        root=None if to.root == to.remote_id else to.root,
    )
