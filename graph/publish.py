"""`publish`: writes outbox rows and ends the run. It sends nothing: the drainer does (graph/send.py)."""

from __future__ import annotations

from graph.closing import close
from graph.errors import NotApproved
from graph.rooms import Node, Rooms, Update
from state.base import digest_of, sha256_text
from state.contracts.release import Post, Release
from state.flywheel import PublishState
from state.records import OutboxRow


def publish_node(rooms: Rooms) -> Node[PublishState]:
    """Raises NotApproved when no decision in the ledger covers these bytes."""

    async def publish(state: PublishState) -> Update:
        release = state["release"]
        piece, ledger, now = state["piece"], await rooms.ledger_of(state["settings"]), rooms.clock()
        digest = digest_of(release) if release else ""
        decision = await ledger.approved(piece, digest) if release else None
        if release is None or decision is None:
            raise NotApproved(
                piece, "The release has no approval that covers it.", "Send it through review_release again."
            )
        async with ledger.together():
            await ledger.write_outbox(_row(release, digest, post, decision.at) for post in release.posts)
            await close(piece, ledger, now)  # `scheduled`, or what became of it if this runs again after a kill
        return {"shown": None, "rework": None}

    return publish


def _row(release: Release, digest: str, post: Post, approved_at: object) -> OutboxRow:
    """The row of a post. Its date is the approval's, so that writing it again writes the same."""
    return OutboxRow.model_validate(
        {
            "key": sha256_text(f"{release.piece}/{digest}/{post.id}")[:32],
            "piece": release.piece,
            "post_id": post.id,
            "channel": post.channel,
            "release": digest,
            "depends_on": (*post.depends_on, *((post.reply_to,) if post.reply_to else ())),
            "not_before": post.window.not_before,
            "not_after": post.window.not_after,
            "published_at": approved_at,
        }
    )
