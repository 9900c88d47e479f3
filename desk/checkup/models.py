"""Whether each agent's model answers: one real call, as small as can be, to each that is set."""

from __future__ import annotations

import asyncio

from agents.writer import Task, WriterError, open_writer
from desk.checkup.finding import Finding, failed, ok
from state.base import AGENTS, AgentName, Frozen, Line
from state.settings import Models

PATIENCE = 15.0
"""Seconds that a model gets for one word; there is no second try."""


class Ping(Frozen):
    say: str


class Pong(Frozen):
    """A word."""

    word: Line


async def models(settings: Models) -> list[Finding]:
    """One finding an agent; agents that share a model share its call."""
    users: dict[str, AgentName] = {}
    for agent in AGENTS:
        users.setdefault(settings.of(agent), agent)
    quick = settings.model_copy(update={"timeout": min(PATIENCE, settings.timeout), "retries": 0})
    answers = await asyncio.gather(*(_ask(quick, agent) for agent in users.values()))
    errors = dict(zip(users, answers, strict=True))
    return [_finding(agent, settings.of(agent), errors[settings.of(agent)]) for agent in AGENTS]


async def _ask(settings: Models, agent: AgentName) -> WriterError | None:
    """What went wrong, or None."""
    task = Task(
        name="doctor.ping",
        agent=agent,
        system="You answer in one word.",
        ask="Say ready.",
        given=Ping(say="ready"),
        wants=Pong,
        by_rule=lambda ping: Pong(word=ping.say),
    )
    try:
        await open_writer(settings, agent).write(task)
    except WriterError as error:
        return error
    return None


def _finding(agent: AgentName, model: str, error: WriterError | None) -> Finding:
    about = f"model of {agent}"
    if error is not None:
        return failed(about, f"{model}: {error.message}", error.fix)
    return ok(about, "extractive: needs no key and no network." if model == "extractive" else f"{model} answers.")
