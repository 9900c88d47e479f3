"""A published piece and the people who answer it, driven through the compiled graph of engage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.types import Command

from graph import engage
from graph.transports import OpenChannel
from state.channels import Engagement, Kind, Response
from state.contracts import Reply
from state.flywheel import Context, Shown
from state.ledger import Ledger
from state.records import OutboxRow, ResponseRow
from tests.graph.far_sides import Forum, Office
from tests.graph.rig import NOON, Script, rooms_of

QUESTION = "How many people died that morning?"


@dataclass
class Audience:
    """`office` has sent the piece already; every response below is said by somebody there."""

    office: Office
    saver: AsyncSqliteSaver
    script: Script = field(default_factory=Script)
    said: int = 0

    def forum(self, name: str = "bluesky") -> Forum:
        side = self.office.sides[name]
        assert isinstance(side, Forum)
        return side

    async def post(self, name: str = "bluesky") -> OutboxRow:
        """The first post there."""
        return next(row for row in (await self.office.rows()).values() if row.channel == name)

    async def says(self, text: str, name: str = "bluesky", **fields: Any) -> Response:
        """Somebody answers the first post there."""
        post = await self.post(name)
        self.said += 1
        given = {"remote_id": f"{name}/said-{self.said}", "kind": Kind.REPLY, "author": "ada.example", "at": NOON}
        response = Response.model_validate({**given, "text": text, "to": post.remote_id, **fields})
        heard = self.forum(name).heard.get(post.remote_id or "", Engagement())
        self.hears(name, post, heard.counts, (*heard.responses, response))
        return response

    def hears(self, name: str, post: OutboxRow, counts: Mapping[Kind, int], responses: tuple[Response, ...]) -> None:
        self.forum(name).heard[post.remote_id or ""] = Engagement(counts=counts, responses=responses)

    async def names_us(self, text: str, name: str = "bluesky") -> Response:
        self.said += 1
        response = Response(
            remote_id=f"{name}/said-{self.said}",
            kind=Kind.MENTION,
            author="bo.example",
            text=text,
            at=self.office.clock.now,
        )
        self.forum(name).named.append(response)
        return response

    @property
    def context(self) -> Context:
        return Context(workspace=str(self.office.workspace))

    def graph(self, stop_at: tuple[str, ...] = (), channel: OpenChannel | None = None) -> Any:
        rooms = replace(rooms_of(self.office.clock, script=self.script), open_channel=channel or self.office.open)
        flow = engage.build(rooms)
        return flow.compile(checkpointer=self.saver, interrupt_before=list(stop_at), name="engage")

    async def collect(self, thread: str = "collecting") -> dict[str, Any]:
        """One run that collects; what it leaves in state."""
        config: RunnableConfig = {"configurable": {"thread_id": thread}}
        state: dict[str, Any] = await self.graph().ainvoke({}, config, context=self.context, durability="sync")
        return state

    async def asked(self) -> tuple[Conversation, ...]:
        """Collect, and take up each response that wants an answer."""
        ids = (await self.collect())["asked"]
        found = tuple(Conversation(self, response) for response in ids)
        for conversation in found:
            await conversation.start()
        return found

    async def ledger(self) -> Ledger:
        return await self.office.ledger()

    async def marks(self) -> dict[str, str]:
        """What became of each response, by its words."""
        return {row.response.text: row.mark for row in await (await self.ledger()).responses()}

    async def replies(self) -> tuple[OutboxRow, ...]:
        """The rows of the outbox that answer somebody."""
        return tuple(row for row in await (await self.ledger()).outbox() if row.answers)


@dataclass
class Conversation:
    """The thread of one response."""

    audience: Audience
    response: str
    stop_at: tuple[str, ...] = ()

    @property
    def config(self) -> RunnableConfig:
        return {"configurable": {"thread_id": self.response}}

    @property
    def graph(self) -> Any:
        return self.audience.graph(self.stop_at)

    async def run(self, given: Any) -> None:
        await self.graph.ainvoke(given, self.config, context=self.audience.context, durability="sync")

    async def start(self) -> None:
        await self.run({"response": self.response})

    async def answer(self, answer: Any) -> None:
        await self.run(Command(resume=answer))

    async def accept(self) -> None:
        await self.answer([{"type": "accept", "args": None}])

    async def edit(self, text: str) -> None:
        await self.answer([{"type": "edit", "args": {"action": "review_reply", "args": {"reply": text}}}])

    async def snapshot(self) -> Any:
        return await self.graph.aget_state(self.config)

    async def payload(self) -> dict[str, Any]:
        (interrupt,) = (i for task in (await self.snapshot()).tasks for i in task.interrupts)
        surfaced: dict[str, Any] = interrupt.value
        return surfaced

    async def waits(self) -> bool:
        return any(task.interrupts for task in (await self.snapshot()).tasks)

    async def shown(self) -> Shown:
        shown: Shown = (await self.snapshot()).values["shown"]
        return shown

    async def form(self) -> str:
        return dict((await self.shown()).args)["reply"]

    async def codes(self) -> list[str]:
        return [v.code for v in (await self.shown()).violations]

    async def row(self) -> ResponseRow:
        (row,) = await (await self.audience.ledger()).find_responses(self.response)
        return row

    async def reply(self) -> Reply:
        """The last that was made for it."""
        body = await (await self.audience.ledger()).body((await self.row()).reply or "")
        assert body is not None
        return Reply.model_validate_json(body[1])
