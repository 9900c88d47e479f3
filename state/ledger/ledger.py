"""The ledger whole, and how it is opened."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from state.ledger.address import address
from state.ledger.alerts import Alerts
from state.ledger.archive import Archive, Bodies
from state.ledger.books import BookKeeping
from state.ledger.engagement import Responses
from state.ledger.engine import Database
from state.ledger.gates import Gates
from state.ledger.links import Links
from state.ledger.outbox import Outbox
from state.ledger.pieces import Pieces
from state.ledger.placements import Placements
from state.ledger.profiles import Profiles
from state.ledger.rules import Rules
from state.ledger.sales import Sales
from state.ledger.schema import is_current, migrate
from state.ledger.scouting import Scouting
from state.ledger.story import Story
from state.ledger.subscribers import Subscribers
from state.ledger.traits import Traits


class Ledger(
    Bodies,
    Archive,
    Scouting,
    Pieces,
    Story,
    Outbox,
    Gates,
    Profiles,
    Rules,
    Responses,
    Subscribers,
    Alerts,
    Links,
    Sales,
    Traits,
    Placements,
    BookKeeping,
):
    """One database. Every method is one transaction, and raises the `LedgerError` tree.

    Belongs to the event loop it was opened in.
    """

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Make all calls of the block one transaction: kept whole, or not at all if the block raises.

        The block is short and starts no tasks. Everything that a node writes down belongs in one.
        """
        async with self._database.together():
            yield

    @property
    def closed(self) -> bool:
        return self._database.closed

    async def close(self) -> None:
        """Wait for what is running, then close every connection. Safe to call again."""
        await self._database.close()


async def open_ledger(url: str) -> Ledger:
    """Open the ledger at `url`, make it if it isn't there, and bring its schema up to date.

    `sqlite:////folder/ledger.db` (the folder is made) or `postgresql://user:password@host/name`. Close it when done.
    """
    where = address(url)
    database = await Database.at(where)
    try:
        if not await is_current(database):
            await asyncio.to_thread(migrate, where)
    except BaseException:
        await database.close()
        raise
    return Ledger(database)


@dataclass
class _Open:
    """The ledgers of one event loop, each held open by a generator that closes it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    ledgers: dict[str, tuple[Ledger, AsyncGenerator[Ledger, None]]] = field(default_factory=dict)


_open: WeakKeyDictionary[asyncio.AbstractEventLoop, _Open] = WeakKeyDictionary()
_opening = threading.Lock()


def _ours() -> _Open:
    """Return those of the running loop, and forget those of loops that have ended."""
    with _opening:
        for loop in [loop for loop in _open if loop.is_closed()]:
            del _open[loop]
        return _open.setdefault(asyncio.get_running_loop(), _Open())


async def ledger_at(url: str) -> Ledger:
    """Return this event loop's one ledger for `url`, opening it if need be.

    It closes with `close_ledgers`, or with the loop: `asyncio.run` ends the generators of its loop.
    """
    ours = _ours()
    async with ours.lock:
        if url in ours.ledgers:
            ledger, holding = ours.ledgers[url]
            if not ledger.closed:
                return ledger
            await holding.aclose()
        holding = _hold(url, ours)
        ledger = await anext(holding)
        ours.ledgers[url] = (ledger, holding)
        return ledger


async def close_ledgers() -> None:
    """Close those that `ledger_at` opened in the running loop."""
    ours = _ours()
    async with ours.lock:
        for _, holding in list(ours.ledgers.values()):
            await holding.aclose()


async def _hold(url: str, ours: _Open) -> AsyncGenerator[Ledger, None]:
    ledger = await open_ledger(url)
    try:
        yield ledger
    finally:
        ours.ledgers.pop(url, None)
        await ledger.close()
