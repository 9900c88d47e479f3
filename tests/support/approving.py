"""A piece whose posts are in the outbox, as after its last review, without the review."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from graph.publish import publish_node
from graph.rooms import Rooms
from state.base import digest_of
from state.contracts import Release
from state.contracts.release import Post
from state.ledger import Ledger
from state.records import Decision
from state.settings import Settings


async def approve(piece: str, posts: Iterable[Post], settings: Settings, ledger: Ledger) -> None:
    """Begin the piece, approve a Release with these posts, and publish it."""
    now = datetime.now(UTC)
    release = Release(parent="0" * 64, piece=piece, posts=tuple(posts))
    await ledger.start_piece(piece, topic=piece, driver="embedded", now=now)
    await ledger.put_body("Release", release)
    decision = Decision(
        point="review_release",
        kind="approve",
        by="person",
        contract="Release",
        digest=digest_of(release),
        shown="",
        at=now,
    )
    await ledger.record_decision(piece, decision)
    publish = publish_node(Rooms())
    await publish({"piece": piece, "settings": settings, "release": release})
