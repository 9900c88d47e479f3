"""What a workspace keeps, for commands that list it or change a line of it: its settings and its ledger, without the graph.

So they are quick: to import the graph, and all that it runs, takes longer than what they do.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from desk.place import Place
from state.ledger import Ledger, close_ledgers, ledger_at
from state.records import PieceRow
from state.settings import Settings
from state.workspace import database_url, load_settings

T = TypeVar("T")


class NoSuchPiece(Exception):
    """No piece, or more than one, goes by this name."""

    def __init__(self, name: str, found: Sequence[str]) -> None:
        self.name, self.found = name, tuple(found)
        which = (
            f"it could be {', '.join(found)}: give more of it" if found else "`flywheel pieces` lists those there are"
        )
        super().__init__(f"No piece is called {name!r}; {which}.")


@dataclass(frozen=True)
class Kept:
    """Made by `kept`."""

    place: Place
    settings: Settings
    ledger: Ledger


@asynccontextmanager
async def kept(place: Place) -> AsyncIterator[Kept]:
    """Open the workspace's ledger. Raises WorkspaceError or LedgerError; closes it on every way out."""
    settings = await asyncio.to_thread(load_settings, place.workspace)
    try:
        yield Kept(place, settings, await ledger_at(await asyncio.to_thread(database_url, settings)))
    finally:
        await close_ledgers()


def ask(place: Place, question: Callable[[Kept], Awaitable[T]]) -> T:
    """What `question` finds out there, for code that isn't async. Raises as `kept` does."""

    async def asked() -> T:
        async with kept(place) as opened:
            return await question(opened)

    return asyncio.run(asked())


async def find_piece(ledger: Ledger, name: str) -> PieceRow:
    """The piece of this id, or of the one id that starts so. Raises NoSuchPiece."""
    exact = await ledger.piece(name)
    if exact is not None:
        return exact
    found = await ledger.find_pieces(name) if name else ()
    if len(found) != 1:
        raise NoSuchPiece(name, [row.piece for row in found])
    return found[0]
