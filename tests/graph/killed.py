"""A process that takes a piece from a scouted topic to published, saying yes to each review, and may kill itself on the way.

Arguments: the workspace, a node (or `channel`), the moment (`start`, `answered`, `end`), and seconds that its clock is ahead.
It prints how the piece ended, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler

from channels import SiteChannel
from desk.session import open_desk
from graph.rooms import Rooms
from state.channels import OutgoingPost, Receipt

PIECE = "a0b1c2d3"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Killer(BaseCallbackHandler):
    """Dies when `node` starts, starts for the second time (its review was answered) or ends."""

    run_inline = True

    def __init__(self, node: str, moment: str) -> None:
        self.node, self.moment = node, moment
        self.names: dict[UUID, str] = {}
        self.starts: Counter[str] = Counter()

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, name: str = "", **rest: Any) -> None:
        self.names[run_id] = name
        self.starts[name] += 1
        if name == self.node and self.moment == {1: "start", 2: "answered"}.get(self.starts[name]):
            die()

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **rest: Any) -> None:
        if self.names.get(run_id) == self.node and self.moment == "end":
            die()


def die_in_channel(moment: str) -> None:
    """Die right before the site takes a post, or right after, before that is written down."""
    plain = SiteChannel.send

    async def fatal(self: SiteChannel, post: OutgoingPost) -> Receipt:
        if moment == "end":
            await plain(self, post)
        die()
        raise AssertionError

    SiteChannel.send = fatal  # type: ignore[method-assign]


async def main(workspace: Path, node: str, moment: str, ahead: float) -> None:
    if node == "channel":
        die_in_channel(moment)
    rooms = Rooms(clock=lambda: datetime.now(UTC) + timedelta(seconds=ahead))
    async with open_desk(workspace, rooms=rooms, callbacks=[Killer(node, moment)]) as desk:
        if await desk.ledger.piece(PIECE) is None:
            await desk.start("", piece=PIECE)
        else:
            await desk.resume(PIECE)
        while await desk.waiting(PIECE):
            await desk.answer(PIECE, {"type": "accept"})
        row = await desk.find(PIECE)
        handoffs, posts = await desk.ledger.handoffs(PIECE), await desk.ledger.outbox(PIECE)
        print(
            json.dumps(
                {
                    "status": row.status,
                    "handoffs": [[h.contract, h.attempt, h.passed] for h in handoffs],
                    "decisions": [[d.point, d.kind] for d in await desk.ledger.decisions(PIECE)],
                    "posts": [post.state for post in posts],
                }
            )
        )


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])))
