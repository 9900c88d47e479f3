"""Far sides in memory, one for each strength: what they hold, what was asked of them, and what goes wrong when."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from graph import send
from graph.rooms import Rooms
from state.channels import (
    Channel,
    Engagement,
    Gone,
    OutcomeUnknown,
    OutgoingPost,
    Receipt,
    Rejected,
    Response,
    Strength,
    Unreachable,
)
from state.flywheel import Context
from state.ledger import Ledger, ledger_at, open_ledger
from state.records import OutboxRow, PieceRow
from state.settings import Settings
from state.workspace import database_url, load_settings
from tests.graph.rig import PIECE, Clock

Turn = Literal[
    "ok",
    "unseen",
    "unreachable",
    "rejected",
    "unknown-posted",
    "unknown-lost",
    "broken-posted",
    "crash-before",
    "crash-after",
]
"""What becomes of one call of `send`. `unseen`: taken, but it doesn't show until `show()`."""
KEY_LASTS = timedelta(hours=1)


class Crash(BaseException):
    """Stands for a process that dies: nothing after it is recorded."""


@dataclass
class FarSide:
    """One channel and all that readers see there."""

    name: str
    strength: Strength
    clock: Clock
    turns: deque[Turn] = field(default_factory=deque)
    finds: deque[bool] = field(default_factory=deque)
    """Whether a look-up gets through; it does when this runs out."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    """(`send` or `find`, key), in order."""
    held: list[OutgoingPost] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    keys: dict[str, datetime] = field(default_factory=dict)
    gate: asyncio.Event | None = None
    """Every send waits for it."""

    def copies(self) -> Counter[str]:
        return Counter(post.key for post in self.held)

    def sends(self) -> list[str]:
        return [key for what, key in self.calls if what == "send"]

    def show(self) -> None:
        self.hidden.clear()

    async def send(self, post: OutgoingPost) -> Receipt:
        self.calls.append(("send", post.key))
        if self.gate:
            await self.gate.wait()
        turn: Turn = self.turns.popleft() if self.turns else "ok"
        match turn:
            case "unreachable":
                raise Unreachable("connection refused")
            case "rejected":
                raise Rejected("It says no.", "Write something else.")
            case "unknown-lost":
                raise OutcomeUnknown("no answer in 30 s")
            case "crash-before":
                raise Crash
        self._take(post)
        if turn == "unseen":
            self.hidden.add(post.key)
        if turn == "broken-posted":
            raise KeyError("cid")
        if turn == "unknown-posted":
            raise OutcomeUnknown("the connection was reset")
        if turn == "crash-after":
            raise Crash
        return self._receipt(post)

    def _take(self, post: OutgoingPost) -> None:
        now = self.clock.now
        replayed = self.strength is Strength.NATIVE and post.key in self.copies()
        recognised = (
            self.strength is Strength.KEYED
            and now - self.keys.get(post.key, datetime.min.replace(tzinfo=now.tzinfo)) < KEY_LASTS
        )
        if replayed:
            self.held = [post if held.key == post.key else held for held in self.held]
        elif not recognised:
            self.held.append(post)
        self.keys.setdefault(post.key, now)

    async def find(self, post: OutgoingPost) -> Receipt | None:
        self.calls.append(("find", post.key))
        if self.finds and not self.finds.popleft():
            raise Unreachable("connection refused")
        if self.strength is Strength.NONE or post.key not in self.copies() or post.key in self.hidden:
            return None
        return self._receipt(post)

    async def aclose(self) -> None:
        return None

    def _receipt(self, post: OutgoingPost) -> Receipt:
        return Receipt(url=f"https://{self.name}.example/{post.key}", remote_id=f"{self.name}/{post.key}")


@dataclass
class Changing(FarSide):
    """A far side that lets posts be changed, unless it is told to refuse, and taken down."""

    refuses: bool = False
    edited: list[str] = field(default_factory=list)

    async def edit(self, post: OutgoingPost, remote_id: str) -> Receipt:
        if self.refuses:
            raise Rejected("It says no.", "Write something else.")
        self.edited.append(post.key)
        self.held = [post if held.key == post.key else held for held in self.held]
        return self._receipt(post)

    async def delete(self, remote_id: str) -> None:
        self.held = [held for held in self.held if self._receipt(held).remote_id != remote_id]


@dataclass
class Forum(FarSide):
    """A far side where people answer: what was done below each post, by its remote id, and who named us elsewhere."""

    heard: dict[str, Engagement] = field(default_factory=dict)
    named: list[Response] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    trouble: Exception | None = None
    """Raised by every question."""
    asked: list[str] = field(default_factory=list)
    """The remote ids that were asked after, and `mentions`."""
    closed: int = 0

    async def engagement(self, remote_id: str) -> Engagement:
        self.asked.append(remote_id)
        if self.trouble:
            raise self.trouble
        if remote_id in self.gone:
            raise Gone(remote_id)
        return self.heard.get(remote_id, Engagement())

    async def mentions(self, since: datetime) -> tuple[Response, ...]:
        self.asked.append("mentions")
        return tuple(r for r in self.named if r.at >= since)

    async def aclose(self) -> None:
        self.closed += 1


class Office:
    """A published piece's outbox, and the drainer that empties it into far sides."""

    def __init__(self, workspace: Path, clock: Clock, sides: Iterable[FarSide]) -> None:
        self.workspace, self.clock = workspace, clock
        self.sides = {side.name: side for side in sides}
        self.url = database_url(load_settings(workspace))

    def open(self, settings: Settings, name: str) -> Channel | None:
        return self.sides.get(name)

    async def drain(self) -> dict[str, OutboxRow]:
        """One run of the drainer; the rows by post id. A crash is let pass: the next run is another process's.

        It is run when the pauses after earlier failures are over.
        """
        await self._wait()
        drainer = send.build(Rooms(clock=self.clock, open_channel=self.open)).compile()
        with suppress(Crash):
            await drainer.ainvoke({"piece": PIECE}, context=Context(workspace=str(self.workspace)))
        return await self.rows()

    async def _wait(self) -> None:
        ledger = await self.ledger()
        pauses = [row.retry_at for row in await ledger.open_posts()] + [g.closed_until for g in await ledger.gates()]
        self.clock.now = max([self.clock.now, *(at for at in pauses if at)])

    async def drain_elsewhere(self) -> None:
        """One run with a ledger of its own, as another process has."""
        ledger = await open_ledger(self.url)

        async def ours(url: str) -> Ledger:
            return ledger

        drainer = send.build(Rooms(clock=self.clock, ledger=ours, open_channel=self.open)).compile()
        try:
            await drainer.ainvoke({"piece": PIECE}, context=Context(workspace=str(self.workspace)))
        finally:
            await ledger.close()

    async def ledger(self) -> Ledger:
        return await ledger_at(self.url)

    async def rows(self) -> dict[str, OutboxRow]:
        return {row.post_id: row for row in await (await self.ledger()).outbox(PIECE)}

    async def piece(self) -> PieceRow:
        row = await (await self.ledger()).piece(PIECE)
        assert row is not None
        return row
