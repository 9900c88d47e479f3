"""What the nodes reach for, in one value: so that a test can hand in a scripted writer or a clock, and nothing else changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from agents.content import agent as content
from agents.distribution import agent as distribution
from agents.distribution import replying
from agents.revenue import agent as revenue
from agents.revenue.proposal import RevenueInput
from agents.voice import agent as voice
from agents.voice.proposal import VoiceInput
from agents.writer import Writer, open_writer
from graph.transports import OpenChannel, open_configured
from state.base import AgentName
from state.contracts import Brief, Draft, MonetizedDraft, Release, Reply
from state.ledger import Ledger, ledger_at
from state.settings import Models, Settings
from state.violations import Refusal
from state.workspace import database_url

Update = dict[str, Any]
"""What a node writes: some channels of its graph's state."""
Seen_contra = TypeVar("Seen_contra", contravariant=True)


class Node(Protocol[Seen_contra]):
    """A node, as LangGraph calls it: one slice of the state in, an update out."""

    def __call__(self, state: Seen_contra) -> Awaitable[Update]: ...


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Agents:
    """The four agents. Each takes its own narrow input and a writer, and hands over its contract or refuses."""

    content: Callable[[content.ContentInput, Writer, content.Library], Awaitable[Brief | Refusal]] = content.run
    voice: Callable[[VoiceInput, Writer], Awaitable[Draft | Refusal]] = voice.run
    revenue: Callable[[RevenueInput, Writer], Awaitable[MonetizedDraft | Refusal]] = revenue.run
    distribution: Callable[[distribution.DistributionInput, Writer], Awaitable[Release | Refusal]] = distribution.run
    reply: Callable[[replying.ReplyInput, Writer], Awaitable[Reply | replying.Unwelcome]] = replying.run
    """DISTRIBUTION's other handoff, when somebody answers what was posted."""


@dataclass(frozen=True)
class Rooms:
    agents: Agents = Agents()
    open_writer: Callable[[Models, AgentName], Writer] = open_writer
    ledger: Callable[[str], Awaitable[Ledger]] = ledger_at
    clock: Callable[[], datetime] = _now
    """Aware, UTC."""
    open_channel: OpenChannel = open_configured
    """Raises ValueError, with what to set."""

    async def ledger_of(self, settings: Settings) -> Ledger:
        """The ledger that these settings name. An address that stands in the environment may want a file read: off the loop."""
        in_environment = settings.database.startswith("env:")
        url = await asyncio.to_thread(database_url, settings) if in_environment else database_url(settings)
        return await self.ledger(url)
