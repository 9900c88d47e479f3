"""Which writer a name opens, and what importing costs."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from agents.writer import ExtractiveWriter, Task, WriterMisconfigured, WriterUnavailable, open_writer
from agents.writer import opening as opening_module
from agents.writer.opening import Credentials
from state.records import Spend
from state.settings import Models


def test_importing_loads_no_model_library() -> None:
    """The extractive default starts without LangChain or openai."""
    code = "import agents.writer, sys; print(sorted({m.split('.')[0] for m in sys.modules}))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not [name for name in ("langchain", "langchain_core", "langchain_openai", "openai") if f"'{name}'" in found]


async def test_the_rule_writes_and_spends_nothing(task: Task[Any, Any]) -> None:
    """The extractive writer answers by the task's rule, from the data alone."""
    writer = open_writer(Models(), "voice")
    assert isinstance(writer, ExtractiveWriter)
    assert (await writer.write(task)).title == "On a lamp"
    assert writer.spent == Spend()


@pytest.mark.parametrize("name", ["gpt-5", "openai:", ":m", "nobody:m"])
async def test_a_name_that_opens_nothing(task: Task[Any, Any], name: str) -> None:
    """A name without a provider, without a model or of an unknown provider is said to be one."""
    writer = open_writer(Models(default=name), "voice")
    with pytest.raises(WriterMisconfigured) as caught:
        await writer.write(task)
    assert caught.value.violation.where == name


async def test_a_provider_whose_library_is_missing(task: Task[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """An integration that isn't installed is named, with what to install."""
    monkeypatch.setitem(sys.modules, "langchain_anthropic", None)
    with pytest.raises(WriterMisconfigured, match="langchain-anthropic"):
        await open_writer(Models(default="anthropic:claude-x"), "voice").write(task)


def test_credentials_never_show() -> None:
    """Neither the key nor an address with a password in it appears in a repr."""
    shown = repr(Credentials(openai_api_key="sk-hidden", openai_base_url="http://u:hidden@h/v1"))
    assert "hidden" not in shown


def test_an_error_survives_a_process_boundary() -> None:
    """A worker's error reaches its queue whole."""
    error = WriterUnavailable("openai:m", "It slept.", "Wake it.")
    assert pickle.loads(pickle.dumps(error)).violation == error.violation


class ToolCaller(BaseChatModel):
    """A provider that answers structured output by a tool call, as LangChain's default is."""

    broken: bool = False

    @property
    def _llm_type(self) -> str:
        return "tool-caller"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self.bind(tools=tools)

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        if self.broken:
            raise RuntimeError("The wire is cut.")
        call = {"name": "Sketch", "args": {"title": "A lamp", "bits": [{"text": "It hums."}]}, "id": "1"}
        message = AIMessage(content="", tool_calls=[call])
        return ChatResult(generations=[ChatGeneration(message=message)])


@pytest.mark.parametrize("broken", [False, True])
async def test_any_provider_that_langchain_knows(
    task: Task[Any, Any], monkeypatch: pytest.MonkeyPatch, broken: bool
) -> None:
    """A provider that answers by tool call is read the same way, and its errors are ours."""
    asked: dict[str, Any] = {}

    def init(name: str, **kwargs: Any) -> BaseChatModel:
        asked.update(kwargs, name=name)
        return ToolCaller(broken=broken)

    monkeypatch.setattr("langchain.chat_models.init_chat_model", init)
    writer = open_writer(Models(default="someone:m", timeout=7, retries=2), "voice")
    if broken:
        with pytest.raises(WriterUnavailable, match="The wire is cut"):
            await writer.write(task)
        return
    assert (await writer.write(task)).bits[0].text == "It hums."
    assert asked == {"name": "someone:m", "timeout": 7, "max_retries": 2}
    assert writer.spent.tokens > 0


def test_opening_builds_no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a writer raises nothing and connects to nothing: both wait for the first write."""

    def connected(*args: object) -> None:
        raise AssertionError("connected too early")

    monkeypatch.setattr(opening_module, "_connect_openai", connected)
    assert open_writer(Models(default="openai:m"), "content").spent == Spend()
