"""A process that sends pieces, and is killed on the way. Its parent imports everything once and forks a child for each order.

Arguments: the workspace and the channel. An order is a line of JSON on stdin: the piece, how many seconds its clock is ahead, and
where it dies: `before`, `during` or `after` call number `call` (from 1), or `never`; `delay` is how many seconds into the call
`during` strikes. The answer is a line of JSON: by which signal it ended (0 for none), and how long it took.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from graph import send
from graph.rooms import Rooms
from graph.transports import open_configured
from state.channels import Channel, OutgoingPost, Receipt, Strength
from state.flywheel import Context
from state.ledger import close_ledgers
from state.settings import Settings

HEAVY = {"bluesky": ("atproto",), "mastodon": ("mastodon",)}
"""What a channel imports at its first call: a child that has to wait for that would die of its alarm before it called."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Fatal:
    """A channel that is its process's death at one of its calls."""

    channel: Channel
    order: dict[str, Any]
    calls: int = field(default=0)

    @property
    def name(self) -> str:
        return self.channel.name

    @property
    def strength(self) -> Strength:
        return self.channel.strength

    async def find(self, post: OutgoingPost) -> Receipt | None:
        return await self.channel.find(post)

    async def aclose(self) -> None:
        await self.channel.aclose()

    async def send(self, post: OutgoingPost) -> Receipt:
        self.calls += 1
        moment = self.order["moment"] if self.calls == self.order["call"] else "never"
        if moment == "before":
            die()
        if moment == "during":
            signal.signal(signal.SIGALRM, lambda *_: die())
            signal.setitimer(signal.ITIMER_REAL, max(self.order["delay"], 1e-4))
        receipt = await self.channel.send(post)
        if moment == "after":
            die()
        return receipt


async def deliver(workspace: Path, order: dict[str, Any]) -> None:
    def opened(settings: Settings, name: str) -> Channel | None:
        channel = open_configured(settings, name)
        return Fatal(channel, order) if channel else None

    ahead = timedelta(seconds=order["ahead"])
    rooms = Rooms(clock=lambda: datetime.now(UTC) + ahead, open_channel=opened)
    try:
        await send.build(rooms).compile().ainvoke({"piece": order["piece"]}, context=Context(workspace=str(workspace)))
    finally:
        await close_ledgers()


def _deliver(workspace: Path, order: dict[str, Any]) -> None:
    asyncio.run(deliver(workspace, order))


def in_a_child(work: Callable[[], None]) -> int:
    """The signal that ended the child, or 0."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status)
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(code)
    return 0


def main(workspace: Path, channel: str) -> None:
    for module in (f"channels.{channel}", *HEAVY.get(channel, ())):
        import_module(module)
    print("ready", flush=True)
    for line in sys.stdin:
        order, begun = json.loads(line), time.monotonic()
        died = in_a_child(partial(_deliver, workspace, order))
        print(json.dumps({"signal": died, "seconds": time.monotonic() - begun}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
