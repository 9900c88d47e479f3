"""What a row of the outbox stands for: the post of its Release, or its Reply, as it was approved."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from state.contracts import MonetizedDraft, Release
from state.contracts.release import Post
from state.contracts.reply import Reply
from state.ledger import Ledger
from state.records import OutboxRow

KEPT = 64
"""Bodies that are kept parsed: the posts of one piece come one after the other."""


@dataclass(frozen=True)
class Letter:
    """An approved post, and what its offers hang on; or an approved answer to somebody.

    A post that is to be taken down has neither.
    """

    post: Post | None = None
    monetized: MonetizedDraft | None = None
    home: Post | None = None
    """The article that a short post leads to."""
    reply: Reply | None = None


class Letters:
    """Reads the bodies from the ledger, each once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: OrderedDict[str, tuple[Release, MonetizedDraft | None]] = OrderedDict()

    async def of(self, row: OutboxRow) -> Letter | None:
        """None when the ledger doesn't hold what was approved."""
        if row.answers:
            body = await self._ledger.body(row.release)
            return Letter(reply=Reply.model_validate_json(body[1])) if body else None
        found = await self._release(row.release)
        if found is None:
            return None
        release, monetized = found
        post = next((p for p in release.posts if p.id == row.post_id), None)
        if post is None and row.action != "delete":
            return None
        return Letter(post, monetized, home=_home(post, release) if post else None)

    async def _release(self, digest: str) -> tuple[Release, MonetizedDraft | None] | None:
        if digest in self._known:
            self._known.move_to_end(digest)
            return self._known[digest]
        body = await self._ledger.body(digest)
        if body is None:
            return None
        release = Release.model_validate_json(body[1])
        parent = await self._ledger.body(release.parent)
        self._known[digest] = release, MonetizedDraft.model_validate_json(parent[1]) if parent else None
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return self._known[digest]


def _home(post: Post, release: Release) -> Post | None:
    return None if post.title else next((p for p in release.posts if p.id in post.depends_on and p.title), None)
