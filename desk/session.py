"""A workspace, opened: start a piece, answer its reviews, take it up again, send what is due.

The desk drives the graph through LangGraph's own protocol, and keeps nothing itself: pieces are in the ledger, threads in the
checkpoints.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, Interrupt, StateSnapshot

from desk.alerts import alert
from desk.errors import MovedWorkspace
from desk.kept import find_piece
from desk.turns import turn
from graph import amend, app, send
from graph.checkpoints import open_checkpointer, threads
from graph.closing import give_up, is_out, reopen, standing, take_down
from graph.library import READING
from graph.rooms import Rooms
from graph.round import Round
from graph.scouting import TO_BE_FOUND
from state.channels import Receipt
from state.flywheel import Context, FlywheelState, Shown
from state.ledger import Ledger, close_ledgers
from state.records import Handoff, OutboxRow, PieceRow, PostState
from state.settings import Settings
from state.workspace import load_settings


class NothingWaits(Exception):
    """The piece isn't at a review point."""

    def __init__(self, piece: PieceRow) -> None:
        self.piece = piece
        said = f"Piece {piece.piece} is {piece.status}; nothing waits for an answer."
        if piece.status in ("parked", "partial"):
            said += (
                f" {piece.reason}. `flywheel run --resume {piece.piece}` tries again what is parked, "
                f"`flywheel review {piece.piece} --drop NOTE` gives it up."
            )
        super().__init__(f"{said} `flywheel show {piece.piece}` tells its story.")


@dataclass(frozen=True)
class Waiting:
    """A review point that is open. `payload` is what the graph surfaced."""

    shown: Shown
    payload: dict[str, Any]


@dataclass(frozen=True)
class Progress:
    """Something happened: a node ended (`handoff` if one was recorded), begins (`started`), or has read `done` of `asked`."""

    node: str
    started: bool = False
    handoff: Handoff | None = None
    done: int = 0
    asked: int = 0
    """Addresses asked for so far; 0 for what is no reading."""


@dataclass(frozen=True)
class Thread:
    """A run that can stop and go on: the piece's way through the flywheel, or an amendment of it."""

    graph: CompiledStateGraph[Any, Context, Any, Any]
    id: str


Watch = Callable[[Progress], None]
KEEP_CHECKPOINTS = timedelta(days=7)
"""How long after its end a piece can still be looked at step by step."""


def _unwatched(_: Progress) -> None:
    return None


class Desk:
    """Made by `open_desk`."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        saver: AsyncSqliteSaver,
        rooms: Rooms,
        callbacks: Sequence[BaseCallbackHandler],
        model: str,
    ) -> None:
        self.settings, self.ledger = settings, ledger
        self._flywheel = app.build(rooms).compile(checkpointer=saver, name="flywheel")
        self._amender = amend.build(rooms).compile(checkpointer=saver, name="amend")
        self._drainer = send.build(rooms).compile(name="send")
        self._saver, self._clock, self._callbacks, self._model = saver, rooms.clock, list(callbacks), model
        self._rooms = rooms

    def now(self) -> datetime:
        """Aware, UTC."""
        return self._clock()

    async def start(self, topic: str = "", *, piece: str | None = None, watch: Watch = _unwatched) -> str:
        """Run a new piece to its first stop; returns its id. Raises CannotAssign."""
        piece = piece or new_piece_id()
        await self._run(piece, {"topic": topic}, watch, self._flywheel_thread(piece))
        return piece

    async def answer(self, piece: str, answer: object, *, watch: Watch = _unwatched) -> None:
        """Answer the open review and run on to the next stop. `answer` is any shape that graph/answers.py decodes.

        Raises NothingWaits, or pydantic's ValidationError for junk, with the review still open.
        """
        if await self.waiting(piece) is None:
            raise NothingWaits(await self.find(piece))
        await self._run(piece, Command(resume=answer), watch, await self._thread(piece))

    async def resume(self, piece: str, *, watch: Watch = _unwatched) -> None:
        """Take up a piece where a Ctrl-C or a kill left it; a piece at rest stays where it is,
        but what was parked is tried again: what stood in its way may be gone.

        One that was killed before its first checkpoint starts again from its topic.
        """
        row, thread = await self.find(piece), await self._thread(piece)
        snapshot = await self._snapshot(piece, thread)
        if snapshot.tasks and not any(task.interrupts for task in snapshot.tasks):
            await self._run(piece, None, watch, thread)
        elif not snapshot.created_at and row.status == "running":
            await self._run(piece, {"topic": "" if row.topic == TO_BE_FOUND else row.topic}, watch, thread)
        else:
            if row.status in ("parked", "partial", "scheduled"):
                await reopen(piece, self.ledger, self._clock())
            await self.drain(piece)

    async def amend(self, piece: str, *, watch: Watch = _unwatched) -> None:
        """Open the Release of a published piece for review once more. Raises CannotAmend, or NothingWaits for one that waits already."""
        await self.find(piece)
        if await self.waiting(piece) is None:
            await self._run(piece, {"piece": piece}, watch, await self._amendment(piece))

    async def take_down(self, piece: str, note: str) -> None:
        """Take down every post of a piece that is out, at once. Raises NothingWaits when none is."""
        row = await self.find(piece)
        if not any(is_out(post) for post in standing(await self.ledger.outbox(piece)).values()):
            raise NothingWaits(row)
        await take_down(piece, self.ledger, self._clock(), note)
        await self.drain(piece)

    async def give_up(self, piece: str, note: str) -> None:
        """Let go of what is parked: it is never sent. Raises NothingWaits when nothing is."""
        row = await self.find(piece)
        if not any(post.state is PostState.PARKED for post in await self.ledger.outbox(piece)):
            raise NothingWaits(row)
        await give_up(piece, self.ledger, self._clock(), note)

    async def waiting(self, piece: str) -> Waiting | None:
        """What the piece waits for, if it is at a review point."""
        snapshot = await self._snapshot(piece, await self._thread(piece))
        interrupts: tuple[Interrupt, ...] = tuple(i for task in snapshot.tasks for i in task.interrupts)
        shown = snapshot.values.get("shown") if snapshot.values else None
        return Waiting(shown=cast(Shown, shown), payload=interrupts[0].value) if interrupts and shown else None

    def _flywheel_thread(self, piece: str) -> Thread:
        return Thread(self._flywheel, piece)

    async def _amendment(self, piece: str) -> Thread:
        """The thread of the next amendment, or of the one that waits: each Release that went out has had one before it."""
        releases = {row.release for row in await self.ledger.outbox(piece) if not row.answers}
        return Thread(self._amender, f"{piece}~{len(releases)}")

    async def _thread(self, piece: str) -> Thread:
        """Where the piece is at work: its own thread, or that of an amendment which waits or was cut off."""
        own = self._flywheel_thread(piece)
        if (await own.graph.aget_state(self._config(piece, own))).tasks:
            return own
        amendment = await self._amendment(piece)
        snapshot = await amendment.graph.aget_state(self._config(piece, amendment))
        return amendment if snapshot.tasks else own

    async def _snapshot(self, piece: str, thread: Thread) -> StateSnapshot:
        """Where a thread stands. Raises MovedWorkspace: its settings are frozen, the folder that they name among them."""
        snapshot = await thread.graph.aget_state(self._config(piece, thread))
        frozen = snapshot.values.get("settings") if snapshot.values else None
        if frozen is not None and frozen.workspace != self.settings.workspace:
            raise MovedWorkspace(
                f"Piece {piece} was begun in {frozen.workspace}, and this is {self.settings.workspace}.",
                fix="Move the folder back until the piece is finished, or drop the piece from there.",
                piece=piece,
            )
        return snapshot

    async def prune(self) -> None:
        """Forget the checkpoints of pieces that ended a week ago; what the ledger holds of them stays for good."""
        old, kept = self._clock() - KEEP_CHECKPOINTS, await threads(self._saver)
        for row in await self.ledger.pieces() if kept else ():
            mine = [thread for thread in kept if thread.partition("~")[0] == row.piece]
            for thread in mine if row.status in ("published", "dropped") and row.updated_at < old else ():
                await self._saver.adelete_thread(thread)

    async def state(self, piece: str) -> FlywheelState:
        """The piece's state as last checkpointed; empty once its checkpoints are pruned."""
        thread = await self._thread(piece)
        snapshot = await thread.graph.aget_state(self._config(piece, thread))
        return cast(FlywheelState, snapshot.values or {})

    async def drain(self, piece: str | None = None) -> None:
        """Send what is due, of one piece or of all."""
        given = {"piece": piece} if piece else {}
        about = {"piece": piece, "session_id": piece} if piece else {}
        config: RunnableConfig = {"run_name": "send", "tags": ["drainer"], "metadata": about}
        await self._drainer.ainvoke(cast(Any, given), config, context=self._context())
        await alert(self.ledger, self.settings, now=self._clock())

    async def look(self, row: OutboxRow) -> Receipt | None:
        """Ask the far side for one post; None where it hasn't got it in these words, or can't be asked."""
        async with Round(self.settings, self.ledger, self._clock, self._rooms.open_channel) as round_:
            return await round_.look(row)

    async def find(self, name: str) -> PieceRow:
        """The piece of this id, or of the one id that starts so. Raises NoSuchPiece."""
        return await find_piece(self.ledger, name)

    async def _run(self, piece: str, given: object, watch: Watch, thread: Thread) -> None:
        """Drive the thread's graph to its next stop, then send what became due. Raises RunElsewhere."""
        async with turn(Path(self.settings.workspace) / ".flywheel" / "turns", piece):
            stream = thread.graph.astream(
                cast(Any, given),
                self._config(piece, thread),
                context=self._context(),
                stream_mode=["tasks", "custom"],
                durability="sync",
            )
            async with aclosing(cast("AsyncGenerator[Any]", stream)) as events:  # a watch may stop it
                async for mode, event in events:
                    if mode == "tasks":
                        watch(_progress(cast("dict[str, Any]", event)))
                    elif READING in event:
                        watch(_reading(event))
            row = await self.ledger.piece(piece)
            if row is not None and row.status == "scheduled":
                await self.drain(piece)
        await alert(self.ledger, self.settings, now=self._clock())

    def _config(self, piece: str, thread: Thread) -> RunnableConfig:
        return {
            "configurable": {"thread_id": thread.id},
            "run_name": f"piece {piece}",
            "callbacks": self._callbacks,
            "tags": ["flywheel"],
            "metadata": {"piece": piece, "session_id": piece},
        }

    def _context(self) -> Context:
        return Context(workspace=self.settings.workspace, model=self._model)


def _progress(event: dict[str, Any]) -> Progress:
    result = event.get("result")
    if result is None and "input" in event:
        return Progress(node=event["name"], started=True)
    handoffs = dict(result).get("handoffs", ()) if isinstance(result, dict | list) else ()
    return Progress(node=event["name"], handoff=handoffs[-1] if handoffs else None)


def _reading(event: Any) -> Progress:
    """What a node streams while it reads: graph/library.py."""
    return Progress(node="", done=event[READING]["done"], asked=event[READING]["asked"])


def new_piece_id() -> str:
    """Eight hex digits."""
    return secrets.token_hex(4)


def _settings(workspace: Path) -> Settings:
    return load_settings(workspace.expanduser().resolve())


@asynccontextmanager
async def open_desk(
    workspace: Path,
    *,
    model: str = "",
    rooms: Rooms = Rooms(),
    callbacks: Sequence[BaseCallbackHandler] = (),
) -> AsyncIterator[Desk]:
    """Open a workspace. Raises WorkspaceError or LedgerError; closes everything on every way out."""
    settings = await asyncio.to_thread(_settings, workspace)
    kept = Path(settings.workspace) / ".flywheel"
    async with AsyncExitStack() as stack:
        stack.push_async_callback(close_ledgers)
        ledger = await rooms.ledger_of(settings)
        await asyncio.to_thread(kept.mkdir, exist_ok=True)
        saver = await stack.enter_async_context(open_checkpointer(kept / "checkpoints.db"))
        desk = Desk(settings, ledger, saver, rooms, callbacks, model)
        await desk.prune()
        yield desk
