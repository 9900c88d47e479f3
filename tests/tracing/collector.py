"""A LangSmith of our own on loopback: it takes what the client sends and puts each run together again."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass
class TracedRun:
    """One run, as its POST and its PATCH together tell it. `fields` are LangSmith's own."""

    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.fields["name"])

    @property
    def root(self) -> bool:
        return not self.fields.get("parent_run_id")

    @property
    def tags(self) -> set[str]:
        return set(self.fields.get("tags") or ())

    @property
    def metadata(self) -> dict[str, Any]:
        return dict(self.fields["extra"]["metadata"])

    @property
    def ended(self) -> bool:
        return self.fields.get("end_time") is not None


class Collector:
    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        """What came in by POST, as it came."""
        self._runs: dict[str, TracedRun] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        """What LANGSMITH_ENDPOINT is set to."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def runs(self) -> list[TracedRun]:
        """In the order in which they started."""
        return sorted(self._runs.values(), key=lambda run: str(run.fields["dotted_order"]))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _take(self, path: str, content_type: str, body: bytes) -> None:
        with self._lock:
            self.bodies.append(body)
            if path == "/runs/multipart":
                self._take_parts(
                    BytesParser().parsebytes(b"Content-Type: %b\r\n\r\n%b" % (content_type.encode(), body))
                )

    def _take_parts(self, message: Message) -> None:
        """Parts are called `post.ID`, `patch.ID.outputs` and so on (langsmith/_internal/_operations.py)."""
        for part in message.walk():
            name = part.get_param("name", header="content-disposition")
            if not isinstance(name, str):
                continue
            _, run, *key = name.split(".")
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            value = json.loads(payload)
            fields = self._runs.setdefault(run, TracedRun()).fields
            fields.update({key[0]: value} if key else {k: v for k, v in value.items() if v is not None})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._reply()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector._take(self.path, self.headers["Content-Type"], body)
                self._reply()

            def _reply(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: object) -> None:
                return

        return Handler
