"""A desk, opened for code that isn't async: people are asked between the runs of its loop, so that Ctrl-C works there too."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from desk.errors import DeskError, Hint, Interrupted, RunByServer
from desk.place import Place
from desk.session import Desk, NothingWaits, Waiting, open_desk
from state.records import PieceRow

T = TypeVar("T")


class Opened:
    """Made by `opened`."""

    def __init__(self, desk: Desk, runner: asyncio.Runner, place: Place) -> None:
        self.desk, self.place, self._runner = desk, place, runner

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` to its end in the desk's loop. Ctrl-C cancels it and raises KeyboardInterrupt."""
        return self._runner.run(work)

    def beside(self, desk: Desk) -> Opened:
        """The same workspace, with another desk in it: what asks a person about pieces asks them about replies too."""
        return Opened(desk, self._runner, self.place)

    def find(self, name: str) -> PieceRow:
        """The piece, and it is ours to drive. Raises NoSuchPiece or RunByServer."""
        row = self.do(self.desk.find(name))
        if row.driver == "server":
            said = f"Piece {row.piece} is run by a LangGraph server, which holds its checkpoints."
            fix = f"Answer it there: in Studio, Agent Inbox or Agent Chat UI. `{self.place.command('show', row.piece)}` tells its story."
            raise RunByServer(said, fix=fix, piece=row.piece)
        return row

    def waiting(self, row: PieceRow) -> Waiting:
        """What the piece waits for. Raises NothingWaits, or DeskError for a piece that stopped on its way."""
        found = self.do(self.desk.waiting(row.piece))
        if found is not None:
            return found
        if row.status == "running":
            said = f"Piece {row.piece} is between two stops: another process is running it, or it was cut off."
            raise DeskError(said, fix=f"If it was cut off: `{self.resume_command(row.piece)}`.", piece=row.piece)
        raise NothingWaits(row)

    def resume_command(self, piece: str) -> str:
        return self.place.command("run", "--resume", piece)

    @contextmanager
    def driving(self, piece: str) -> Iterator[None]:
        """Whatever stops the work inside names the piece, and how to take it up again."""
        try:
            yield
        except KeyboardInterrupt:
            raise self._interrupted(piece) from None
        except DeskError:
            raise
        except Exception as error:
            row = self.do(self.desk.ledger.piece(piece))
            if row is not None and row.status == "running":
                said = f"Piece {piece} is kept as far as it got. Take it up again with `{self.resume_command(piece)}`."
                error.add_note(Hint(said))
            raise

    def _interrupted(self, piece: str) -> Interrupted:
        if self.do(self.desk.ledger.piece(piece)) is None:
            return Interrupted("Stopped before the piece was begun; nothing is kept of it.")
        fix = f"Take it up again with `{self.resume_command(piece)}`."
        return Interrupted(f"Stopped. Piece {piece} is kept as far as it got.", fix=fix, piece=piece)


@contextmanager
def opened(place: Place, *, model: str = "") -> Iterator[Opened]:
    """Open the workspace. Raises what `open_desk` raises; closes everything on every way out."""
    with asyncio.Runner() as runner:
        context = open_desk(place.workspace, model=model)
        desk = runner.run(context.__aenter__())
        try:
            yield Opened(desk, runner, place)
        finally:
            runner.run(context.__aexit__(None, None, None))
