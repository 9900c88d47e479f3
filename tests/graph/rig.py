"""What the tests of the graph are driven with: a clock, scripted writers and agents, and a piece on its way through the compiled graph."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, StateSnapshot

from agents.writer import Task
from graph import app, send
from graph.rooms import Agents, Rooms
from graph.transports import open_configured
from state.base import AGENTS, AgentName
from state.channels import Channel
from state.contracts import Brief, Draft, MonetizedDraft, Release
from state.contracts.base import Contract
from state.flywheel import Context, FlywheelState, Shown
from state.ledger import Ledger, ledger_at
from state.records import Decision, Handoff, OutboxRow, PieceRow, ReviewPoint, Spend
from state.settings import Models, Settings
from state.violations import Refusal, Violation
from state.workspace import database_url, load_settings

TOPIC = "Looking at a bridge before it falls"
PIECE = "piece-1"
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
POINT_OF: Mapping[AgentName, ReviewPoint] = {
    "content": "review_brief",
    "voice": "review_draft",
    "revenue": "review_offer",
    "distribution": "review_release",
}
Edge = tuple[str, str]
T = TypeVar("T")


@dataclass
class Clock:
    """A clock that goes a second at each look, and by leaps when it is told to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def leap(self, **time: float) -> None:
        self.now += timedelta(**time)


class Still(Clock):
    """A clock that goes when it is told to."""

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Script:
    """What a scripted writer answers, by task name: the next of a queue, or what a function makes of the task.

    An exception in the queue is raised; a task without an answer is done by its own rule. Each call costs `tokens`.
    """

    answers: dict[str, deque[Any] | Callable[[Task[Any, Any]], Any]] = field(default_factory=dict)
    tokens: int = 0
    cost: int = 0
    asked: list[Task[Any, Any]] = field(default_factory=list)
    models: list[str] = field(default_factory=list)

    def open(self, models: Models, agent: AgentName) -> ScriptedWriter:
        self.models.append(models.of(agent))
        return ScriptedWriter(self)


class ScriptedWriter:
    """One run's writer, over a script that lives longer."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.spent = Spend()

    async def write(self, task: Task[Any, Any]) -> Any:
        self._script.asked.append(task)
        self.spent += Spend(tokens=self._script.tokens, cost=self._script.cost)
        source = self._script.answers.get(task.name)
        answer = source(task) if callable(source) else source.popleft() if source else task.by_rule(task.given)
        if isinstance(answer, Exception):
            raise answer
        return answer


def standing(value: T | None) -> T:
    """What a slot of state holds, where it must hold something."""
    assert value is not None
    return value


Act = Callable[[Contract | Refusal], Contract | Refusal]
"""What a scripted agent does to what the real one made."""


def good(made: Contract | Refusal) -> Contract | Refusal:
    return made


def broken(made: Contract | Refusal) -> Contract | Refusal:
    """A candidate that fails a check which can't be waived: it names another parent."""
    assert isinstance(made, Brief | Draft | MonetizedDraft | Release)
    return made.model_copy(update={"parent": "0" * 64})


def numbered(n: int) -> Act:
    """Another candidate each time that fails a check which can't be waived."""

    def act(made: Contract | Refusal) -> Contract | Refusal:
        return broken(made).model_copy(update={"parent": f"{n:064x}"})

    return act


def asking(to: AgentName) -> Act:
    """A refusal: `to` should mend the agent's input."""
    violation = Violation(code="test.refused", where="all of it", message="I can't work with this.", fix="Mend it.")
    return lambda made: Refusal(to=to, violations=(violation,))


class Acting:
    """The four real agents, each acting up as scripted: an act for each of its runs, `good` when they run out."""

    def __init__(self, **acts: list[Act]) -> None:
        self.left = {agent: deque(acts.get(agent, ())) for agent in AGENTS}
        self.given: dict[str, list[Any]] = {agent: [] for agent in AGENTS}

    def agents(self) -> Agents:
        plain = Agents()
        return Agents(
            content=self._act("content", plain.content),
            voice=self._act("voice", plain.voice),
            revenue=self._act("revenue", plain.revenue),
            distribution=self._act("distribution", plain.distribution),
        )

    def _act(self, name: AgentName, agent: Callable[..., Awaitable[Any]]) -> Any:
        async def run(given: Any, *rest: Any) -> Any:
            self.given[name].append(given)
            made = await agent(given, *rest)
            return self.left[name].popleft()(made) if self.left[name] else made

        return run


_rooms: ContextVar[Rooms] = ContextVar("the rooms of the flow that runs")


def _of_the_flow(agent: AgentName) -> Any:
    async def run(*given: Any) -> Any:
        return await getattr(_rooms.get().agents, agent)(*given)

    return run


@cache
def compiled(stop_at: tuple[str, ...]) -> CompiledStateGraph[Any, Any, Any, Any]:
    """The graph, compiled once for all tests: at each call it looks up the rooms of the flow that runs."""
    rooms = Rooms(
        agents=Agents(*map(_of_the_flow, AGENTS)),
        open_writer=lambda models, agent: _rooms.get().open_writer(models, agent),
        ledger=lambda url: _rooms.get().ledger(url),
        clock=lambda: _rooms.get().clock(),
        open_channel=lambda settings, name: _rooms.get().open_channel(settings, name),
    )
    return app.build(rooms).compile(interrupt_before=list(stop_at), name="flywheel")


class Flow:
    """A piece on its way through the compiled graph, with a real saver and a real ledger."""

    def __init__(
        self, workspace: Path, saver: AsyncSqliteSaver, rooms: Rooms, piece: str = PIECE, stop_at: tuple[str, ...] = ()
    ) -> None:
        self.workspace, self.saver, self.rooms, self.piece = workspace, saver, rooms, piece
        self._graph = compiled(stop_at).copy({"checkpointer": saver})
        self.trail: list[str] = ["__start__"]
        """The nodes that ended, in order."""

    @property
    def graph(self) -> CompiledStateGraph[Any, Any, Any, Any]:
        """The compiled graph with this flow's saver and, from now on, this flow's rooms."""
        _rooms.set(self.rooms)
        return self._graph

    @property
    def config(self) -> RunnableConfig:
        return {"configurable": {"thread_id": self.piece}}

    @property
    def context(self) -> Context:
        return Context(workspace=str(self.workspace))

    async def start(self, topic: str | None = TOPIC) -> Flow:
        """Run to the first stop; with None the input is `{}`."""
        return await self.run({} if topic is None else {"topic": topic})

    async def run(self, given: Any, *, context: Context | None = None) -> Flow:
        """Run to the next stop."""
        stream = self.graph.astream(
            given, self.config, context=context or self.context, stream_mode="updates", durability="sync"
        )
        async for update in stream:
            self.trail += [node for node in update if node != "__interrupt__"]
        return self

    async def answer(self, answer: Any) -> Flow:
        return await self.run(Command(resume=answer))

    async def accept(self, times: int = 1) -> Flow:
        for _ in range(times):
            await self.answer([{"type": "accept", "args": None}])
        return self

    async def rework(self, to: AgentName, note: str = "try again") -> Flow:
        return await self.answer([{"type": "response", "args": f"rework {to}: {note}"}])

    async def edit(self, **texts: str) -> Flow:
        args = (await self.args()) | texts
        return await self.answer([{"type": "edit", "args": {"action": (await self.shown()).point, "args": args}}])

    async def drop(self) -> Flow:
        return await self.answer([{"type": "ignore", "args": None}])

    async def to(self, point: ReviewPoint) -> Flow:
        """Start, and accept until this point waits."""
        await self.start()
        while (await self.shown()).point != point:
            await self.accept()
        return self

    async def snapshot(self) -> StateSnapshot:
        return await self.graph.aget_state(self.config)

    async def state(self) -> FlywheelState:
        return cast(FlywheelState, (await self.snapshot()).values)

    async def payload(self) -> dict[str, Any]:
        """What the one open interrupt surfaced."""
        tasks = (await self.snapshot()).tasks
        (interrupt,) = (i for task in tasks for i in task.interrupts)
        surfaced: dict[str, Any] = interrupt.value
        return surfaced

    async def shown(self) -> Shown:
        """What waits for a person; an error when nothing does."""
        assert await self.payload()
        shown = (await self.state())["shown"]
        assert shown is not None
        return shown

    async def args(self) -> dict[str, str]:
        return dict((await self.shown()).args)

    async def codes(self) -> list[str]:
        return [v.code for v in (await self.shown()).violations]

    async def edges(self) -> set[Edge]:
        """Every edge that the piece went along."""
        ahead = (await self.snapshot()).next or ("__end__",)
        return set(zip(self.trail, [*self.trail[1:], *ahead], strict=True))

    async def waits(self) -> bool:
        return bool((await self.snapshot()).tasks)

    async def ledger(self) -> Ledger:
        settings = await asyncio.to_thread(load_settings, self.workspace)
        return await self.rooms.ledger(database_url(settings))

    async def row(self) -> PieceRow:
        row = await (await self.ledger()).piece(self.piece)
        assert row is not None
        return row

    async def handoffs(self) -> tuple[Handoff, ...]:
        return await (await self.ledger()).handoffs(self.piece)

    async def decisions(self) -> tuple[Decision, ...]:
        return await (await self.ledger()).decisions(self.piece)

    async def posts(self) -> tuple[OutboxRow, ...]:
        return await (await self.ledger()).outbox(self.piece)

    async def drain(self, rooms: Rooms | None = None) -> tuple[OutboxRow, ...]:
        """Send what is due; where the posts rest."""
        drainer = send.build(rooms or self.rooms).compile()
        await drainer.ainvoke({"piece": self.piece}, context=self.context)
        return await self.posts()

    def pages(self) -> list[Path]:
        """The posts that stand on the site."""
        return sorted(self.workspace.glob("site/posts/*/index.html"))


OpenFlow = Callable[..., Flow]
"""The fixture `flow`: `flow(acting, script=..., piece=..., stop_at=...)` makes a piece's flow."""


def changed(workspace: Path, **tables: str) -> None:
    """Put these lines into flywheel.toml in place of its tables of the same names; `__` in a name is a dot."""
    path = workspace / "flywheel.toml"
    for name, lines in tables.items():
        table = f"[{name.replace('__', '.')}]"
        head, found, rest = path.read_text(encoding="utf-8").partition(f"\n{table}\n")
        _, mark, after = rest.partition("\n[")
        tail = f"{mark}{after}" if found else ""
        path.write_text(f"{head}\n{table}\n{lines}\n{tail}", encoding="utf-8")


def reviews(**policies: str) -> str:
    """The lines of a [reviews] table: `never` for all but those given; autopublish with a release that isn't `always`."""
    chosen = dict.fromkeys(("brief", "draft", "offer"), "never") | {"release": "always"} | policies
    auto = ["autopublish = true"] if chosen["release"] != "always" else []
    return "\n".join([*(f"{name} = {json.dumps(policy)}" for name, policy in chosen.items()), *auto])


def site_alone(settings: Settings, name: str) -> Channel | None:
    """The real site; the other channels take no posts, and none is called."""
    return open_configured(settings, name) if name == "site" else None


def rooms_of(clock: Clock, acting: Acting | None = None, script: Script | None = None) -> Rooms:
    """Real rooms with this clock, and with scripted agents or writers where they are given."""
    rooms = Rooms(ledger=ledger_at, clock=clock, open_channel=site_alone)
    rooms = replace(rooms, agents=acting.agents()) if acting else rooms
    return replace(rooms, open_writer=script.open) if script else rooms
