"""The language model's writer against a real HTTP endpoint: what is sent, and what is made of each answer."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from blockbuster import blockbuster_ctx

from agents.writer import (
    Task,
    Writer,
    WriterError,
    WriterMisconfigured,
    WriterRefused,
    WriterUnavailable,
    WriterUnfit,
    open_writer,
)
from state.records import Spend
from state.settings import Models
from state.violations import Severity
from tests.support.openai_server import (
    OpenAIServer,
    cut_off,
    filtered,
    good,
    raw,
    refused,
    said,
    silent,
    status,
    trickle,
)

pytestmark = pytest.mark.long

Open = Callable[..., Writer]
GOOD = {"title": "A lamp", "bits": [{"text": "It hums.", "weight": 2}]}


async def failing(writer: Writer, task: Task[Any, Any]) -> WriterError:
    with pytest.raises(WriterError) as caught:
        await writer.write(task)
    violation = caught.value.violation
    assert (violation.severity, violation.waivable) == (Severity.FAIL, False)
    assert 'models.default = "extractive"' in violation.fix
    return caught.value


async def test_a_good_answer_becomes_the_proposal(server: OpenAIServer, writer: Open, task: Task[Any, Any]) -> None:
    """An answer that fits the schema comes back as the frozen proposal."""
    server.queue(good(GOOD))
    assert await writer().write(task) == task.wants.model_validate(GOOD)


async def test_the_request_on_the_wire(server: OpenAIServer, writer: Open, task: Task[Any, Any], key: str) -> None:
    """The request has both messages, the model and a strict schema; no temperature, and the key in its header only."""
    server.queue(good(GOOD))
    await writer().write(task)
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {key}"
    assert request.messages == [("system", "You sketch."), ("user", "Sketch a lamp.")]
    assert request.body["model"] == "m-1"
    assert "temperature" not in request.body
    assert key not in json.dumps(request.body)
    asked = request.body["response_format"]
    assert (asked["type"], asked["json_schema"]["name"], asked["json_schema"]["strict"]) == (
        "json_schema",
        "Sketch",
        True,
    )
    schema = asked["json_schema"]["schema"]
    assert schema["required"] == ["title", "bits"]
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["Bit"]["required"] == ["text", "weight"]
    assert not {"pattern", "default", "maxItems", "minimum"} & set(json.dumps(schema).split('"'))


async def test_an_answer_in_a_code_fence_is_read(server: OpenAIServer, writer: Open, task: Task[Any, Any]) -> None:
    """A local model's habit of fencing its JSON costs no second call."""
    server.queue(said(f"```json\n{json.dumps(GOOD)}\n```"))
    assert (await writer().write(task)).title == "A lamp"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        (said('{"title": "A lamp", "bits": ['), "Invalid JSON"),
        (good({"title": "A lamp", "bits": [{"text": "It hums.", "weight": 0}]}), "bits.0.weight"),
        (good({"title": "A lamp", "bits": [], "mood": "blue"}), "mood: Extra inputs are not permitted"),
        (cut_off('{"title": "A lamp", "bits": []}'), "cut off"),
        (said(""), "Invalid JSON"),
    ],
    ids=["malformed", "out of bounds", "unknown key", "cut off", "empty"],
)
async def test_a_bad_answer_is_shown_to_the_model_and_asked_for_again(
    server: OpenAIServer, writer: Open, task: Task[Any, Any], bad: Any, complaint: str
) -> None:
    """After an answer that doesn't fit, the model sees it and what is wrong with it, and is asked once more."""
    server.queue(bad, good(GOOD))
    opened = writer()
    assert (await opened.write(task)).title == "A lamp"
    again = server.requests[1].messages
    assert [role for role, _ in again] == ["system", "user", "assistant", "user"]
    answer = json.loads(bad.body)["choices"][0]["message"]["content"]
    assert again[2][1] == (answer or "(no answer)")
    assert complaint in again[3][1]
    assert opened.spent.tokens == 240


async def test_two_bad_answers_are_unfit(server: OpenAIServer, writer: Open, task: Task[Any, Any]) -> None:
    """A second answer that doesn't fit ends the task, with both calls counted."""
    server.queue(said("Sure! Here it is."), said("{}"))
    opened = writer()
    error = await failing(opened, task)
    assert isinstance(error, WriterUnfit)
    assert error.violation.code == "writer.unfit"
    assert error.violation.where == "openai:m-1"
    assert "title: Field required" in error.message
    assert opened.spent.tokens == 240
    assert len(server.requests) == 2


async def test_a_long_bad_answer_is_shortened(server: OpenAIServer, writer: Open, task: Task[Any, Any]) -> None:
    """A runaway answer isn't paid for twice: the model is shown its two ends."""
    server.queue(said("word " * 4000), good(GOOD))
    await writer().write(task)
    assert len(server.requests[1].messages[2][1]) < 2100


@pytest.mark.parametrize("reply", [refused("I can't help with that."), filtered()], ids=["refusal", "filter"])
async def test_a_refusal_is_final(server: OpenAIServer, writer: Open, task: Task[Any, Any], reply: Any) -> None:
    """A model that refuses, or is filtered, isn't asked again; what it used is counted."""
    server.queue(reply)
    opened = writer()
    error = await failing(opened, task)
    assert isinstance(error, WriterRefused)
    assert error.violation.code == "writer.refused"
    assert "refused voice.draft" in error.message
    assert opened.spent.tokens == 120
    assert len(server.requests) == 1


async def test_a_filtered_prompt_is_a_refusal(server: OpenAIServer, writer: Open, task: Task[Any, Any]) -> None:
    """A 400 that names the content filter is a refusal, not a mistake in the settings."""
    server.queue(status(400, message="The prompt was filtered.", kind="content_filter"))
    assert isinstance(await failing(writer(), task), WriterRefused)


async def test_a_rate_limit_is_waited_for(server: OpenAIServer, writer: Open, task: Task[Any, Any]) -> None:
    """After a 429 the call is made again, no sooner than Retry-After says."""
    server.queue(status(429, {"Retry-After": "0.15"}), good(GOOD))
    before = time.monotonic()
    await writer().write(task)
    assert time.monotonic() - before >= 0.15
    assert len(server.requests) == 2


@pytest.mark.parametrize("code", [429, 500, 503])
async def test_a_lasting_failure_is_unavailable(
    server: OpenAIServer, writer: Open, task: Task[Any, Any], code: int, key: str
) -> None:
    """When each retry fails too, the error says where, how often and what the far side said."""
    server.always(status(code, message="Come back later."))
    error = await failing(writer(retries=2), task)
    assert isinstance(error, WriterUnavailable)
    assert len(server.requests) == 3
    assert server.url in error.message
    assert f"({code})" in error.message
    assert "Come back later" in error.message
    assert "tried 3 times" in error.message
    assert "rework when it is back" in error.fix
    assert key not in str(error)


async def test_silence_is_unavailable(server: OpenAIServer, writer: Open, task: Task[Any, Any]) -> None:
    """An endpoint that doesn't answer in time is tried again, then given up."""
    server.always(silent())
    error = await failing(writer(timeout=1, retries=1), task)
    assert isinstance(error, WriterUnavailable)
    assert "no answer within 1 s" in error.message
    assert len(server.requests) == 2


async def test_a_trickle_is_unavailable(server: OpenAIServer, writer: Open, task: Task[Any, Any]) -> None:
    """An endpoint that sends a byte now and then can't hold a piece up for ever."""
    server.always(trickle(5000, gap=0.02))
    before = time.monotonic()
    assert isinstance(await failing(writer(timeout=1, retries=0), task), WriterUnavailable)
    assert time.monotonic() - before < 60


async def test_a_closed_port_is_unavailable(
    writer: Open, task: Task[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused connection names the address, without the credentials in it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://me:secret@127.0.0.1:{port}/v1")
    error = await failing(open_writer(Models(default="openai:m-1", retries=0), "voice"), task)
    assert isinstance(error, WriterUnavailable)
    assert f"http://127.0.0.1:{port}/v1 can't be reached" in error.message
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("code", "what", "fix"),
    [
        (401, "refused the key", "OPENAI_API_KEY"),
        (403, "doesn't let this key", "OPENAI_API_KEY"),
        (404, "doesn't know the model", "OPENAI_BASE_URL"),
        (400, "can't take the request", "structured output"),
        (422, "can't take the request", "structured output"),
    ],
)
async def test_a_wrong_setting_is_said_at_once(
    server: OpenAIServer, writer: Open, task: Task[Any, Any], code: int, what: str, fix: str, key: str
) -> None:
    """A 4xx that won't pass by itself isn't retried; it names the setting, and never the key that was refused."""
    server.always(status(code, message=f"Trouble with {key} and sk-ab***yz."))
    error = await failing(writer(retries=2), task)
    assert isinstance(error, WriterMisconfigured)
    assert what in error.message
    assert fix in error.fix
    assert "Trouble with *** and ***." in error.message
    assert len(server.requests) == 1


@pytest.mark.parametrize("kind", ["context_length_exceeded", "exceed_context_size_error"])
async def test_too_long_a_request_names_the_cure(
    server: OpenAIServer, writer: Open, task: Task[Any, Any], kind: str
) -> None:
    """A context overflow asks for a larger model or fewer sources."""
    server.always(status(400, message="Too many tokens.", kind=kind))
    error = await failing(writer(), task)
    assert isinstance(error, WriterMisconfigured)
    assert "larger context window" in error.fix


@pytest.mark.parametrize(
    "reply",
    [
        raw(b"<html>Welcome</html>", "text/html"),
        raw(b'{"error": {"message": "upstream is down"}}'),
        raw(b'{"choices": null}'),
        raw(b'{"id": "1", "object": "chat.completion", "choices": []}'),
        raw(b"[]"),
    ],
    ids=["a web page", "an error", "null choices", "no choices", "a list"],
)
async def test_something_else_than_a_completion(
    server: OpenAIServer, writer: Open, task: Task[Any, Any], reply: Any
) -> None:
    """A 200 that isn't a chat completion is a WriterError too, and points at the address."""
    server.always(reply)
    error = await failing(writer(), task)
    assert isinstance(error, WriterUnavailable)
    assert "OPENAI_BASE_URL" in error.fix


async def test_no_key_is_said_before_any_call(task: Task[Any, Any]) -> None:
    """Without a key and without an endpoint of one's own, nothing is sent anywhere."""
    error = await failing(open_writer(Models(default="openai:m-1"), "voice"), task)
    assert isinstance(error, WriterMisconfigured)
    assert "OPENAI_API_KEY" in error.message


@pytest.mark.parametrize(("name", "value"), [("OPENAI_BASE_URL", "not an address"), ("OPENAI_PROXY", "nor://this")])
async def test_nonsense_in_the_environment(
    task: Task[Any, Any], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """An address that can't be read is a WriterError that points at the environment."""
    monkeypatch.setenv("OPENAI_API_KEY", "k-123")
    monkeypatch.setenv(name, value)
    error = await failing(open_writer(Models(default="openai:m-1", retries=0), "voice"), task)
    assert "OPENAI_BASE_URL" in error.fix


async def test_a_proxy_is_used(server: OpenAIServer, task: Task[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """With OPENAI_PROXY set, the call goes there."""
    monkeypatch.setenv("OPENAI_PROXY", server.url.removesuffix("/v1"))
    server.queue(good(GOOD))
    monkeypatch.setenv("OPENAI_BASE_URL", "http://far.invalid/v1")
    await open_writer(Models(default="openai:m-1", retries=0), "voice").write(task)
    assert server.requests[0].path == "http://far.invalid/v1/chat/completions"


async def test_a_local_endpoint_needs_no_key(
    server: OpenAIServer, task: Task[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With OPENAI_BASE_URL set, a missing key is replaced by a placeholder."""
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "")
    server.queue(good(GOOD))
    await open_writer(Models(voice="openai:llama3:8b"), "voice").write(task)
    assert server.requests[0].headers["authorization"] == "Bearer not-needed"
    assert server.requests[0].body["model"] == "llama3:8b"


async def test_the_price_is_counted_exactly(server: OpenAIServer, writer: Open, task: Task[Any, Any]) -> None:
    """Cost is in millionths of a dollar, rounded half up once over all calls."""
    usage = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
    server.queue(good(GOOD, usage), good(GOOD, usage))
    opened = writer(price_in=0.15, price_out=0.6)
    await opened.write(task)
    assert opened.spent == Spend(tokens=4, cost=1)  # 1.05
    await opened.write(task)
    assert opened.spent == Spend(tokens=8, cost=2)  # 2.1


@pytest.mark.parametrize("usage", [None, {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}])
async def test_usage_that_is_not_told_is_estimated(
    server: OpenAIServer, writer: Open, task: Task[Any, Any], usage: Any
) -> None:
    """An endpoint that keeps its usage to itself is counted at four characters a token, never at nothing."""
    server.queue(good(GOOD, usage))
    opened = writer()
    await opened.write(task)
    assert opened.spent.tokens == len("You sketch.Sketch a lamp.") // 4 + len(json.dumps(GOOD)) // 4


async def test_a_write_never_blocks_the_event_loop(server: OpenAIServer, writer: Open, task: Task[Any, Any]) -> None:
    """Building the client, calling and reading make no blocking call in the loop, as the graph server demands."""
    server.queue(said("{}"), good(GOOD))
    opened = writer()
    with blockbuster_ctx(["agents", "state"]):
        await opened.write(task)


def test_a_writer_outlives_its_event_loop(server: OpenAIServer, writer: Open, task: Task[Any, Any]) -> None:
    """The same writer serves two event loops, one after the other."""
    server.queue(good(GOOD), good(GOOD))
    opened = writer()
    for _ in range(2):
        assert asyncio.run(opened.write(task)).title == "A lamp"


async def test_traces_are_readable_and_hold_no_key(
    server: OpenAIServer, writer: Open, task: Task[Any, Any], key: str
) -> None:
    """A run is named after the task, tagged with its agent, and nothing in it is the key."""
    from langchain_core.tracers.context import collect_runs

    server.queue(good(GOOD))
    with collect_runs() as collected:
        await writer().write(task)
    (run,) = collected.traced_runs
    assert run.name == "voice.draft"
    assert "agent:voice" in (run.tags or [])
    assert (run.extra or {})["metadata"]["task"] == "voice.draft"
    assert key not in run.model_dump_json()
    assert any(child.run_type == "llm" for child in _all(run))


def _all(run: Any) -> list[Any]:
    return [run, *(below for child in run.child_runs for below in _all(child))]
