"""One round of the drainer over the posts that are due: each under a lease, re-checked, armed, sent and written down."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from types import TracebackType

from graph.closing import close, standing
from graph.delivery import Outcome, Station, blocked, deliver, filled, settled
from graph.gates import failed, refused
from graph.letters import Letters
from graph.timing import has_come
from graph.transports import OpenChannel
from graph.turns import Turns
from state.channels import Channel, Receipt, Unauthorized, Unreachable
from state.ledger import Ledger, LedgerError
from state.offers import Offer
from state.records import ON_THE_WAY, Gate, OutboxRow, PostState, Spend
from state.settings import Settings
from state.workspace import load_offers

LEASE = 120.0
"""Seconds for which one process owns the posts of a (piece, channel); renewed while a call lasts."""
SIDE_BY_SIDE = 4
"""Pieces that are sent to one channel at once."""
Came = tuple[OutboxRow, PostState]
"""A row as it was found, and where it rests now."""


@dataclass(frozen=True)
class Taken:
    """A post as it is under its lease. Without a station it isn't ours to send now, and the lease isn't held."""

    row: OutboxRow
    station: Station | None = None
    armed: bool = False


class Round:
    """Channels are opened once a round. Use it as an async context manager: it closes them."""

    def __init__(
        self, settings: Settings, ledger: Ledger, clock: Callable[[], datetime], open_channel: OpenChannel
    ) -> None:
        self._settings, self._ledger, self._clock, self._open = settings, ledger, clock, open_channel
        self._holder = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._letters = Letters(ledger)
        self._channels: dict[str, tuple[Channel | None, str]] = {}
        self._offers: tuple[Offer, ...] = ()
        self._gates: dict[str, Gate] = {}
        """As they were last seen: only where one has failures does a good answer change it."""
        self._places: dict[str, asyncio.Semaphore] = {}
        self._per_hour = {c.name: c.per_hour for c in settings.channels if c.per_hour}

    async def __aenter__(self) -> Round:
        self._offers = await asyncio.to_thread(load_offers, Path(self._settings.workspace))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with AsyncExitStack() as stack:
            for channel, _ in self._channels.values():
                if channel is not None:
                    stack.push_async_callback(channel.aclose)

    async def all(self, keys: Collection[str]) -> list[Came]:
        """Channels and pieces side by side; what belongs to one piece on one channel in order, after what it depends on."""
        rows = [row for row in await self._ledger.open_posts() if row.key in keys]
        await self._open_channels({row.channel for row in rows})

        def place(row: OutboxRow) -> tuple[str, str]:
            return row.channel, row.piece

        turns = Turns(rows)
        groups = [list(group) for _, group in groupby(sorted(rows, key=place), key=place)]
        done = await asyncio.gather(*(self._in_order(group, turns) for group in groups), return_exceptions=True)
        for result in done:
            if isinstance(result, BaseException):
                raise result
        return [came for result in done if isinstance(result, list) for came in result]

    async def look(self, row: OutboxRow) -> Receipt | None:
        """What the far side says of a post: its receipt if it has it, None if it hasn't or can't be asked."""
        await self._open_channels({row.channel})
        station = await self._station(row, await self._ledger.outbox(row.piece))
        if station.channel is None or station.letter is None or row.action == "delete":
            return None
        try:
            return await station.channel.find(filled(row, station))
        except (Unreachable, Unauthorized):
            return None

    async def _open_channels(self, names: Collection[str]) -> None:
        await asyncio.gather(*(self._open_one(name) for name in names))

    async def _open_one(self, name: str) -> None:
        """One channel's wrong option delays no other's post."""
        self._places[name] = asyncio.Semaphore(SIDE_BY_SIDE)
        try:
            self._channels[name] = (await asyncio.to_thread(self._open, self._settings, name), "")
        except ValueError as error:
            self._channels[name] = (None, str(error))

    async def _in_order(self, rows: Sequence[OutboxRow], turns: Turns) -> list[Came]:
        """The posts of one piece on one channel. A thread keeps its place until it is out, but takes none up while it waits."""
        came, ahead = [], deque(rows)
        try:
            while ahead:
                await turns.come(ahead[0])
                async with self._places[ahead[0].channel]:
                    while ahead and turns.has_come(ahead[0]):
                        row = ahead.popleft()
                        came.append(await self._one(row))
                        turns.over(row)
        finally:
            turns.over(*rows)
        return came

    async def _one(self, row: OutboxRow) -> Came:
        taken = await self._take(row)
        row = taken.row
        if taken.station is None:
            return row, row.state
        try:
            async with self._renewed(row):
                outcome = await self._try(row, taken.station, armed=taken.armed)
            await self._record(row, outcome)
        except BaseException:
            await self._release(row)
            raise
        return row, outcome.state

    async def _take(self, row: OutboxRow) -> Taken:
        """Lease the post, read what its delivery needs to know, and arm it if nothing has to be asked first.

        One transaction, as each costs a flush of the disk; and the lease first, so that what another process sent under it is
        read after that.
        """
        async with self._ledger.together():
            if not await self._lease(row):
                return Taken(row)
            posts = await self._ledger.outbox(row.piece)
            row = next(post for post in posts if post.key == row.key)
            if row.state not in ON_THE_WAY or await self._held_back(row):
                await self._release(row)
                return Taken(row)
            station = await self._station(row, posts)
            if row.state is not PostState.INTENDED or blocked(row, station):
                return Taken(row, station)
            return Taken(await self._armed(row), station, armed=True)

    async def _held_back(self, row: OutboxRow) -> bool:
        """Whether it has to wait since it was found to be due, or its channel was closed, or has had its share of the hour.

        Another process may have tried it, or a person moved it, and the quiet hours may have begun. Corrections, what is taken down
        and looks after an earlier call are no posts more.
        """
        now = self._clock()
        if not has_come(row, self._settings, now):
            return True
        gate = self._gates[row.channel] = await self._ledger.gate(row.channel)
        if gate.closed_until and gate.closed_until > now:
            return True
        fresh = row.action == "create" and row.state is PostState.INTENDED
        per_hour = self._per_hour.get(row.channel) if fresh else None
        turn = await self._ledger.room_at(row, per_hour, now) if per_hour else None
        if turn is not None:
            said = f"{row.channel} takes {per_hour} posts an hour"
            await self._ledger.move_post(
                row.key, state=row.state, now=now, reason=said, retry_at=turn, unknown=row.unknown
            )
        return turn is not None

    async def _lease(self, row: OutboxRow) -> bool:
        return await self._ledger.lease(row.piece, row.channel, holder=self._holder, now=self._clock(), seconds=LEASE)

    async def _release(self, row: OutboxRow) -> None:
        await self._ledger.release_lease(row.piece, row.channel, holder=self._holder)

    @asynccontextmanager
    async def _renewed(self, row: OutboxRow) -> AsyncIterator[None]:
        """Keep the lease for as long as the block lasts, however long its call takes."""

        async def keep() -> None:
            while True:
                await asyncio.sleep(LEASE / 3)
                with suppress(LedgerError):  # what the call comes to must not be lost with it
                    await self._lease(row)

        keeper = asyncio.create_task(keep())
        try:
            yield
        finally:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper

    async def _try(self, row: OutboxRow, station: Station, *, armed: bool) -> Outcome:
        if not armed:
            stop = await settled(row, station) or blocked(row, station)
            if stop is not None:
                return stop
            row = await self._armed(row)
        return await deliver(row, station)

    async def _armed(self, row: OutboxRow) -> OutboxRow:
        """Write down before the call that it is made. The first time is the one that the post bears for good; the row with it."""
        now = self._clock()
        await self._ledger.move_post(row.key, state=PostState.ARMED, now=now, count_try=True)
        first = not row.tries and row.action == "create"
        return row.model_copy(update={"published_at": now}) if first else row

    async def _station(self, row: OutboxRow, posts: Sequence[OutboxRow]) -> Station:
        """Everything that a delivery needs to know; what may have changed is read afresh."""
        channel, trouble = self._channels[row.channel]
        approval = await self._ledger.approved(row.piece, row.release)
        return Station(
            letter=await self._letters.of(row),
            approved_at=approval.at if approval else None,
            siblings=standing(posts),
            offers=self._offers,
            channel=channel,
            trouble=trouble,
            settings=self._settings,
            now=self._clock(),
        )

    async def _record(self, row: OutboxRow, outcome: Outcome) -> None:
        """The post, its piece, its channel's gate, its cost and the end of its lease in one transaction.

        A kill in between would leave a finished piece `scheduled` for good.
        """
        now, ledger = self._clock(), self._ledger
        async with ledger.together():
            await self._release(row)
            await ledger.move_post(
                row.key,
                state=outcome.state,
                now=now,
                reason=outcome.reason,
                url=outcome.url,
                remote_id=outcome.remote_id,
                unknown=outcome.unknown,
                retry_at=now + outcome.pause if outcome.pause else None,
            )
            await self._at_the_gate(row.channel, outcome, now)
            if outcome.cost:
                await ledger.record_spend(row.piece, f"channel:{row.channel}", Spend(cost=outcome.cost), now=now)
            if not row.answers:
                await close(row.piece, ledger, now)

    async def _at_the_gate(self, channel: str, outcome: Outcome, now: datetime) -> None:
        if outcome.answer == "none":
            return
        if outcome.answer == "good" and not self._gates[channel].failures:
            return
        gate = await self._ledger.gate(channel)
        if outcome.answer == "refused":
            after = refused(gate, now, outcome.reason)
        elif outcome.answer == "failed":
            after = failed(gate, now, outcome.reason, retry_after=outcome.retry_after)
        else:
            after = Gate(channel=channel)
        await self._ledger.set_gate(after)
        self._gates[channel] = after
