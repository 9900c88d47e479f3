"""What people answered, at the desk: collected, taken up one thread each, and answered like a piece's reviews."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Self

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from desk.errors import NoReplyWaits, NoSuchReply, RunElsewhere
from desk.session import Desk, Thread, Waiting
from desk.turnwise import each
from graph import engage
from graph.checkpoints import threads
from graph.rooms import Rooms
from state.ledger import Ledger
from state.records import REPLY, WAITING, Mark, ResponseRow
from state.settings import Settings

_STILL_OPEN: tuple[Mark, ...] = ("open", *WAITING)
_SET_ASIDE: tuple[Mark, ...] = ("spam", "abuse", "ignored")


class Conversations(Desk):
    """A desk whose threads are replies: `waiting`, `state` and `answer` take a reply's id. Made by `beside`."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        saver: AsyncSqliteSaver,
        rooms: Rooms,
        callbacks: Sequence[BaseCallbackHandler],
        model: str,
    ) -> None:
        super().__init__(settings, ledger, saver, rooms, callbacks, model)
        flow = engage.build(rooms)
        self._collector = flow.compile(name="engage")
        self._talk = flow.compile(checkpointer=saver, name="engage")

    @classmethod
    def beside(cls, desk: Desk) -> Self:
        """Another desk on what `desk` has open; closing is `desk`'s affair."""
        return cls(desk.settings, desk.ledger, desk._saver, desk._rooms, desk._callbacks, desk._model)

    async def engage(self) -> tuple[str, ...]:
        """Collect, judge, and have an answer drafted for whatever asks for one. Returns what went wrong, a line a channel."""
        config: RunnableConfig = {"run_name": "engage", "tags": ["engage"]}
        heard = await self._collector.ainvoke({}, config, context=self._context())
        asked = set(heard["asked"])
        rows = await self.ledger.responses(_STILL_OPEN)
        try:
            await each((r for r in rows if r.id in asked or (r.mark in WAITING and r.piece)), self._taken_up)
        finally:
            await self._sweep()
        return tuple(heard["troubles"])

    async def _taken_up(self, row: ResponseRow) -> None:
        with suppress(RunElsewhere):  # another process of ours is at it
            await self.take_up(row)

    async def take_up(self, row: ResponseRow) -> None:
        """Bring its thread to its review. One that waits there stays as it is, unless the response is open anew."""
        thread = await self._thread(row.id)
        snapshot = await self._snapshot(row.id, thread)
        waits = any(task.interrupts for task in snapshot.tasks)
        if waits and row.mark in WAITING:
            return
        cut_off = bool(snapshot.tasks) and not waits
        await self._run(row.id, None if cut_off else {"response": row.id}, lambda _: None, thread)

    async def _thread(self, piece: str) -> Thread:
        """A reply has one thread, of its own name."""
        return Thread(self._talk, piece)

    async def find_reply(self, name: str) -> ResponseRow:
        """The response of this id, or of the one id that starts so. Raises NoSuchReply."""
        found = await self.ledger.find_responses(name)
        if len(found) == 1:
            return found[0]
        fix = "`flywheel replies` lists them." if not found else f"It could be {', '.join(r.id for r in found[:5])}."
        raise NoSuchReply(f"No reply is called {name!r}.", fix=fix)

    async def reply_waiting(self, row: ResponseRow) -> Waiting:
        """What it waits for. Raises NoReplyWaits, saying what would have it asked about."""
        found = await self.waiting(row.id) if row.mark in WAITING else None
        if found is None:
            reason = f": {row.reason}" if row.reason else ""
            fix = (
                f"`flywheel replies --open {row.id}` has an answer drafted."
                if row.mark in _SET_ASIDE
                else f"It stands at {row.response.url or row.channel}."
            )
            raise NoReplyWaits(f"{row.id} is {row.mark}{reason}.", fix=fix)
        return found

    async def answer(self, piece: str, answer: object, **watch: Any) -> None:
        """As `Desk.answer`, for a reply's id. Raises NoReplyWaits."""
        row = await self.find_reply(piece)
        await self.reply_waiting(row)
        await super().answer(piece, answer, **watch)
        await self.drain(row.piece)

    async def open_again(self, row: ResponseRow) -> None:
        """Have it answered whatever it was marked as: a person looked. Raises NoReplyWaits for one that can't be."""
        if row.piece is None or not await self.ledger.mark_response(row, "unanswered", among=(*_SET_ASIDE, *WAITING)):
            raise NoReplyWaits(
                f"{row.id} is {row.mark}, and can't be answered from here.",
                fix=f"It stands at {row.response.url or row.channel}.",
            )
        await self.take_up(await self.find_reply(row.id))

    async def ignore(self, row: ResponseRow) -> None:
        """Give it no answer: a draft that waits is dropped. Raises NoReplyWaits for one that was answered or is gone."""
        if row.mark in WAITING and await self.waiting(row.id):
            await self.answer(row.id, {"type": "ignore", "args": ""})
        elif not await self.ledger.mark_response(row, "ignored", reason="you said so", among=_STILL_OPEN):
            raise NoReplyWaits(f"{row.id} is {row.mark}.", fix="There is nothing to ignore.")

    async def _sweep(self) -> None:
        """Forget the threads of what is settled; the ledger keeps the Reply, the decision and the row."""
        open_ids = {row.id for row in await self.ledger.responses(_STILL_OPEN)}
        for thread in await threads(self._saver):
            if thread.startswith(REPLY) and thread not in open_ids:
                await self._saver.adelete_thread(thread)
