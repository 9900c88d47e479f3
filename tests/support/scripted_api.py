"""A server on loopback that speaks as much of Mastodon's, dev.to's, LinkedIn's and X's API as is documented and we use.

It keeps what it is sent, and fails as it is told:

    with ScriptedApi() as api:
        api.turns.append("reset-after")
        ...
        assert len(api.shown("x")) == 1

Each call that posts, edits or deletes uses up one turn; with none left it is "ok":

    ok             done and answered
    reset-before   nothing done, the connection is reset
    reset-after    done, the connection is reset before the answer
    junk-after     done, answered with a page that says nothing
    silent-after   done, no answer until the server ends
    429 SECONDS    nothing done, asked to wait
    500            nothing done
    500-after      done all the same
    401, 402, 403  nothing done, the credentials are refused
    422            nothing done, the same bytes will be refused again
    301            nothing done, sent elsewhere

`reads` holds turns for all other calls. As a process of its own: `python -m tests.support.scripted_api [PORT]` prints its
address. There, `GET /held` lists what it holds, oldest first; `POST /turns` takes a JSON list; `POST /delay` takes the seconds
that each call lasts.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.support import dialects
from tests.support.dialects import Held, Reply, Request, Store

TOKEN = "good-token"


@dataclass
class ScriptedApi:
    port: int = 0
    turns: deque[str] = field(default_factory=deque)
    reads: deque[str] = field(default_factory=deque)
    delay: float = 0.0
    """Seconds that each call lasts."""
    requests: list[Request] = field(default_factory=list)
    store: Store = field(default_factory=Store)

    def __post_init__(self) -> None:
        self.store.token = TOKEN
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.store.url = self.url
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def shown(self, channel: str) -> list[Held]:
        """What readers see, oldest first."""
        return [post for post in self.store.posts if post.channel == channel and post.shown]

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

    def wait(self) -> None:
        """Serve until the process is ended."""
        self._thread.join()

    def answer(self, request: Request) -> Reply | None:
        """The reply, or None for a connection that is to be reset."""
        if control := self._control(request):
            return control
        self._closing.wait(self.delay)
        with self._lock:
            self.requests.append(request)
            queue = self.turns if dialects.acts(request) else self.reads
            turn, _, seconds = (queue.popleft() if queue else "ok").partition(" ")
            if turn in ("429", "500", "401", "402", "403", "422", "301"):
                return Reply(int(turn), {"error": f"As scripted: {turn}."}, _headers(turn, seconds))
            if turn == "reset-before":
                return None
            reply = dialects.respond(request, self.store)
        if turn == "silent-after":
            self._closing.wait()
        if turn == "500-after":
            return Reply(500, {"error": "As scripted: taken, but 500."})
        if turn == "junk-after":
            return Reply(200, "Welcome to our proxy.")
        return None if turn in ("reset-after", "silent-after") else reply

    def _control(self, request: Request) -> Reply | None:
        match request.method, request.path:
            case "GET", "/held":
                return Reply(200, [asdict(post) for post in self.store.posts])
            case "POST", "/turns":
                self.turns.extend(request.json())
                return Reply(200, list(self.turns))
            case "POST", "/delay":
                self.delay = float(request.json())
                return Reply(200, self.delay)
        return None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = api.answer(Request(self.command, parts.path, parse_qs(parts.query), headers, body))
                if reply is None:
                    self._reset()
                    return
                try:
                    self._send(reply.status, reply.body, reply.headers)
                except ConnectionError:
                    return

            do_GET = do_POST = do_PUT = do_DELETE = _serve

            def _send(self, status: int, content: Any, headers: Mapping[str, str]) -> None:
                data = b"" if content is None else json.dumps(content).encode()
                self.send_response(status)
                for name, value in {
                    "Content-Type": "application/json",
                    "Content-Length": str(len(data)),
                    **headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def _reset(self) -> None:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()

            def log_message(self, format: str, *args: object) -> None:
                return

        return Handler


def _headers(turn: str, seconds: str) -> dict[str, str]:
    if turn == "301":
        return {"Location": "/elsewhere"}
    return {"Retry-After": seconds} if seconds else {}


if __name__ == "__main__":
    with ScriptedApi(port=int(sys.argv[1]) if len(sys.argv) > 1 else 0) as scripted:
        print(scripted.url, flush=True)
        scripted.wait()
