"""What an agent asks of a writer, and the writer that needs no model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from state.base import AgentName, Frozen
from state.records import Spend

In = TypeVar("In", bound=Frozen)
Out = TypeVar("Out", bound=Frozen)


@dataclass(frozen=True)
class Task(Generic[In, Out]):
    """One piece of writing to do, said twice: in words for a model, as data for a rule."""

    name: str
    """`voice.draft`: the run's name in traces."""
    agent: AgentName
    system: str
    """The prompt: a Markdown file's text."""
    ask: str
    """The user message, rendered by the agent."""
    given: In
    """The same as data, for the rule-based writer."""
    wants: type[Out]
    """The proposal's schema."""
    by_rule: Callable[[In], Out]


class Writer(Protocol):
    @property
    def spent(self) -> Spend:
        """All that this writer's calls have cost so far, failed ones too."""
        ...

    async def write(self, task: Task[In, Out]) -> Out:
        """Do the task. Raises a WriterError when it can't be done."""
        ...


class ExtractiveWriter:
    """Works by the task's own rule: no key, no network, nothing spent, the same answer every time."""

    @property
    def spent(self) -> Spend:
        return Spend()

    async def write(self, task: Task[In, Out]) -> Out:
        return await asyncio.to_thread(task.by_rule, task.given)
