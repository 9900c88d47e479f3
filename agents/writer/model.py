"""A language model as a writer: ask for JSON, hold the answer to the schema, ask once more, count what it cost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from agents.writer.answer import Answer, Misfit, answer_in_error, answer_of, correction, read_answer
from agents.writer.errors import WAY_OUT, WriterRefused, WriterUnfit
from agents.writer.faults import Place, explain
from agents.writer.schema import WireSchema, wire_schema
from agents.writer.seam import In, Out, Task
from state.base import Frozen
from state.records import Spend
from state.settings import Models

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import Runnable, RunnableConfig

Message = tuple[str, str]
"""(role, text) as LangChain takes it: `system`, `human` or `ai`."""

_LONGEST_PAUSE = 120.0
"""Seconds of Retry-After that openai's client waits for at most (openai/_constants.py, MAX_RETRY_AFTER_DELAY)."""


@dataclass(frozen=True)
class Endpoint:
    """A chat model that is ready to be called, in the event loop that will call it."""

    chat: BaseChatModel
    place: Place
    strict: bool
    """Whether `with_structured_output` takes `strict`."""
    close: Callable[[], Awaitable[None]]


class LanguageModelWriter:
    """Writes through a LangChain chat model.

    `connect` builds the endpoint: slow, so it runs in a thread, once for each write; it raises WriterMisconfigured.
    """

    def __init__(self, name: str, models: Models, connect: Callable[[], Endpoint]) -> None:
        self.name = name
        self._models = models
        self._connect = connect
        self._tokens_in = 0
        self._tokens_out = 0

    @property
    def spent(self) -> Spend:
        """Tokens in and out; a price in dollars a million tokens is one in millionths of a dollar a token."""
        cost = self._tokens_in * Decimal(str(self._models.price_in))
        cost += self._tokens_out * Decimal(str(self._models.price_out))
        whole = int(cost.quantize(Decimal(1), rounding=ROUND_HALF_UP))
        return Spend(tokens=self._tokens_in + self._tokens_out, cost=whole)

    async def write(self, task: Task[In, Out]) -> Out:
        """Ask the model, twice at most, for a `task.wants`. Raises a WriterError."""
        endpoint = await asyncio.to_thread(self._connect)
        try:
            return await self._converse(endpoint, task)
        finally:
            await endpoint.close()

    async def _converse(self, endpoint: Endpoint, task: Task[In, Out]) -> Out:
        asked: list[Message] = [("system", task.system), ("human", task.ask)]
        model = await asyncio.to_thread(structured, endpoint, task.wants)
        first = await self._call(model, endpoint, task, asked)
        try:
            return read_answer(first, task.wants)
        except Misfit as misfit:
            asked += [("ai", misfit.shown), ("human", correction(misfit))]
        second = await self._call(model, endpoint, task, asked)
        try:
            return read_answer(second, task.wants)
        except Misfit as misfit:
            raise WriterUnfit(self.name, *_unfit(task, misfit)) from misfit

    async def _call(
        self, model: Runnable[Any, Any], endpoint: Endpoint, task: Task[In, Out], messages: list[Message]
    ) -> Answer:
        """One call, counted. Raises WriterUnavailable, WriterMisconfigured or WriterRefused."""
        try:
            async with asyncio.timeout(self._patience):
                reply = await model.ainvoke(messages, config=self._config(task))
            answer = answer_of(reply["raw"])
        except Exception as exc:
            # Each provider's library has exceptions of its own: whatever it raises is explained, never dropped.
            judged = answer_in_error(exc)
            if judged is None:
                raise explain(exc, endpoint.place) from exc
            answer = judged
        self._count(messages, answer)
        if answer.refused:
            raise WriterRefused(self.name, *_refusal(task, answer))
        return answer

    @property
    def _patience(self) -> float:
        """Seconds until a call is given up, its retries included: a far side that trickles never times out."""
        retries = self._models.retries
        return (retries + 1) * self._models.timeout + retries * _LONGEST_PAUSE

    def _config(self, task: Task[In, Out]) -> RunnableConfig:
        return {
            "run_name": task.name,
            "tags": [f"agent:{task.agent}", f"model:{self.name}"],
            "metadata": {"agent": task.agent, "task": task.name, "model": self.name, "wants": task.wants.__name__},
        }

    def _count(self, messages: list[Message], answer: Answer) -> None:
        """Add what the endpoint says it used; where it says nothing, a token for each four characters."""
        asked = sum(len(text) for _, text in messages)
        self._tokens_in += answer.tokens_in or max(1, asked // 4)
        self._tokens_out += answer.tokens_out or max(1, len(answer.text) // 4)


def structured(endpoint: Endpoint, wants: type[Frozen]) -> Runnable[Any, Any]:
    """Bind the model to the schema; its output is a dict with the message under `raw`.

    We read that message ourselves: LangChain's JSON parser mends a truncated answer and calls it whole.
    """
    schema: WireSchema = wire_schema(wants)
    if endpoint.strict:
        return endpoint.chat.with_structured_output(
            schema.body, method="json_schema", include_raw=True, strict=schema.strict
        )
    try:
        return endpoint.chat.with_structured_output(schema.body, method="json_schema", include_raw=True)
    except (NotImplementedError, TypeError, ValueError):
        return endpoint.chat.with_structured_output(schema.body, include_raw=True)


def _unfit(task: Task[Any, Any], misfit: Misfit) -> tuple[str, str]:
    return (
        f"Asked for {task.name}, it answered twice, and neither answer was a {task.wants.__name__}: {misfit}",
        f"Order a rework, or give the {task.agent} agent a model that is better at structured output. {WAY_OUT}",
    )


def _refusal(task: Task[Any, Any], answer: Answer) -> tuple[str, str]:
    words = f" It said: {answer.refusal}" if answer.refusal else " Its provider's content filter stopped it."
    return (
        f"It refused {task.name}.{words}",
        f"Change the topic or the angle, or give the {task.agent} agent another model. {WAY_OUT}",
    )
