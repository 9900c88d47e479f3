from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import Field

from agents.writer import Task, Writer, open_writer
from state.base import Frozen, Line
from state.settings import Models
from tests.support.openai_server import OpenAIServer

KEY = "sk-test-0123456789"


class Asked(Frozen):
    topic: str


class Bit(Frozen):
    text: Line
    weight: int = Field(default=1, ge=1)


class Sketch(Frozen):
    """A title and some bits."""

    title: Line
    bits: tuple[Bit, ...] = Field(default=(), max_length=3)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, endpoint or tracing setting of this machine's reaches a test."""
    stray = ("OPENAI_", "LANGSMITH_", "LANGCHAIN_", "ANTHROPIC_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
    for name in list(os.environ):
        if name.upper().startswith(stray):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANGSMITH_TRACING", "false")


@pytest.fixture(autouse=True)
def quick_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's own backoff, a hundred times faster."""
    from openai import _base_client

    monkeypatch.setattr(_base_client, "INITIAL_RETRY_DELAY", 0.005)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


@pytest.fixture
def key() -> str:
    return KEY


@pytest.fixture
def sketch() -> type[Sketch]:
    return Sketch


@pytest.fixture
def task() -> Task[Asked, Sketch]:
    return Task(
        name="voice.draft",
        agent="voice",
        system="You sketch.",
        ask="Sketch a lamp.",
        given=Asked(topic="a lamp"),
        wants=Sketch,
        by_rule=lambda asked: Sketch(title=f"On {asked.topic}"),
    )


@pytest.fixture
def writer(server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Writer]:
    """Opens a writer on the scripted endpoint; settings of `Models` by keyword."""

    def opened(**settings: Any) -> Writer:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        models = {"default": "openai:m-1", "timeout": 30.0, "retries": 1} | settings
        return open_writer(Models.model_validate(models), "voice")

    return opened
