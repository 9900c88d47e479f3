"""A scripted endpoint that speaks OpenAI's chat completions on loopback, and remembers what it was sent.

    with OpenAIServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        server.queue(good({"title": "A lamp"}), status(429, {"Retry-After": "0.05"}))
        ...
        assert server.requests[0].body["model"] == "m"

Queued replies are used up in order. With the queue empty `otherwise` answers: a function of the request, which by
default says 418. A reply is a `Reply`; `good`, `said`, `refused`, `cut_off`, `filtered`, `status`, `silent`, `trickle`
and `raw` make them. `Request.wants` is the name of the schema that was asked for, so that one function can serve four
agents.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from pydantic import BaseModel

USAGE: dict[str, int] = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


@dataclass(frozen=True)
class Request:
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: dict[str, Any]

    @property
    def wants(self) -> str:
        return str(self.body["response_format"]["json_schema"]["name"])

    @property
    def messages(self) -> list[tuple[str, str]]:
        return [(m["role"], m["content"]) for m in self.body["messages"]]


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False
    """Nothing is sent until the server closes."""
    gap: float = 0.0
    """Seconds between single bytes of the body."""


def raw(body: bytes, content_type: str = "application/json", code: int = 200) -> Reply:
    return Reply(status=code, body=body, headers={"Content-Type": content_type})


def _completion(message: dict[str, Any], finish: str, usage: Mapping[str, int] | None) -> Reply:
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "scripted",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", **message}}],
    }
    if usage is not None:
        body["usage"] = dict(usage)
    return raw(json.dumps(body).encode())


def said(text: str, usage: Mapping[str, int] | None = USAGE) -> Reply:
    return _completion({"content": text, "refusal": None}, "stop", usage)


def good(value: BaseModel | Mapping[str, Any], usage: Mapping[str, int] | None = USAGE) -> Reply:
    return said(value.model_dump_json() if isinstance(value, BaseModel) else json.dumps(value), usage)


def refused(words: str) -> Reply:
    return _completion({"content": None, "refusal": words}, "stop", USAGE)


def cut_off(text: str) -> Reply:
    return _completion({"content": text, "refusal": None}, "length", USAGE)


def filtered() -> Reply:
    return _completion({"content": "", "refusal": None}, "content_filter", USAGE)


def status(code: int, headers: Mapping[str, str] | None = None, message: str = "As scripted.", kind: str = "") -> Reply:
    body = {"error": {"message": message, "type": "scripted", "param": None, "code": kind or None}}
    return Reply(code, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})


def silent() -> Reply:
    return Reply(silent=True)


def trickle(length: int, gap: float) -> Reply:
    return Reply(body=b" " * length, gap=gap)


def _unscripted(request: Request) -> Reply:
    return status(418, message=f"Nothing is scripted for {request.path}.")


class OpenAIServer:
    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.otherwise: Callable[[Request], Reply] = _unscripted
        self._queued: deque[Reply] = deque()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        """What OPENAI_BASE_URL is set to."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def queue(self, *replies: Reply) -> None:
        self._queued.extend(replies)

    def always(self, reply: Reply) -> None:
        self.otherwise = lambda request: reply

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, request: Request) -> Reply:
        self.requests.append(request)
        return self._queued.popleft() if self._queued else self.otherwise(request)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = server._answer(Request(self.path, headers, json.loads(body)))
                try:
                    self._send(reply)
                except ConnectionError:
                    return

            def _send(self, reply: Reply) -> None:
                if reply.silent:
                    server._closing.wait()
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                chunks = [reply.body] if not reply.gap else [bytes([b]) for b in reply.body]
                for chunk in chunks:
                    self.wfile.write(chunk)
                    server._closing.wait(reply.gap)

            def log_message(self, format: str, *args: object) -> None:
                return

        return Handler
