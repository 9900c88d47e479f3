"""A real HTTP server on loopback whose answers a test writes, a fetcher with short limits, and PDF bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO

import pytest
import stamina
from pypdf import PdfReader, PdfWriter

from agents.content.sources import Fetcher, FetchLimits, open_fetcher

Handler = Callable[[asyncio.StreamWriter], Awaitable[None]]

LIMITS = FetchLimits(
    max_bytes=400_000, total_seconds=0.5, connect_seconds=0.4, silent_seconds=0.15, redirects=3, backoff_seconds=0.01
)
SENTENCE = "The harbour froze in the winter of 1929 and nobody could take the boats out for eleven weeks."


@dataclass
class Web:
    """Answers by path. A handler writes the response itself; a list of handlers answers one request each."""

    port: int = 0
    handlers: dict[str, list[Handler]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def on(self, path: str, *handlers: Handler) -> str:
        self.handlers[path] = list(handlers)
        return self.url(path)

    def page(self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8", **headers: str) -> str:
        return self.on(path, answer(200, body, kind, **headers))

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self.serve(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.respond(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def respond(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1]
            self.asked.append((path, dict(line.lower().split(": ", 1) for line in head[1:] if line)))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            try:
                queue = self.handlers.get(path) or [answer(404, "no such page")]
                await (queue.pop(0) if len(queue) > 1 else queue[0])(writer)
                await writer.drain()
            finally:
                self.at_once -= 1


def answer(status: int, body: str | bytes = b"", kind: str = "text/html; charset=utf-8", **headers: str) -> Handler:
    """Write one whole response; underscores in header names become hyphens."""
    data = body.encode() if isinstance(body, str) else body

    async def handler(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} X", f"content-type: {kind}", f"content-length: {len(data)}", "connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + data)

    return handler


def make_pdf(*pages: Sequence[str], title: str = "", author: str = "") -> bytes:
    """Write a PDF by hand: one line of Helvetica for each string, 14 points apart."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = " ".join(f"({line}) Tj T*" for line in lines)
        stream = f"BT /F1 12 Tf 14 TL 72 760 Td {shown} ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects.append(f"<< /Title ({title}) /Author ({author}) >>")
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{len(out)}\n"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}%%EOF\n".encode()


def locked_pdf(password: str) -> bytes:
    """Encrypt a PDF of one line with AES-256."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(make_pdf([SENTENCE]))))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def article(title: str = "The frozen harbour", paragraphs: int = 5, head: str = "") -> str:
    """Write a page with that many paragraphs, a menu and a footer."""
    text = "".join(f"<p>Paragraph {number}. {SENTENCE}</p>" for number in range(1, paragraphs + 1))
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body><nav><a href=/>Home</a></nav>"
        f"<article><h1>{title}</h1>{text}</article><footer>All rights reserved</footer></body></html>"
    )


def rss(*items: str, extra: str = "") -> str:
    """Write an RSS feed around `items`."""
    return (
        f'<?xml version="1.0"?>{extra}<rss version="2.0"><channel><title>Harbour news</title>'
        f"<link>https://harbour.example/</link>{''.join(items)}</channel></rss>"
    )


@dataclass(frozen=True)
class Make:
    """The makers of test material, as one fixture: importlib mode has no importable conftest."""

    answer = staticmethod(answer)
    article = staticmethod(article)
    locked_pdf = staticmethod(locked_pdf)
    pdf = staticmethod(make_pdf)
    rss = staticmethod(rss)
    limits: FetchLimits = LIMITS
    sentence: str = SENTENCE


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    site = Web()
    server = await asyncio.start_server(site.accept, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    yield site
    server.close()
    left = list(site.tasks)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with open_fetcher(LIMITS, allow_loopback=True) as opened:
        yield opened


@pytest.fixture(autouse=True)
def quick_retries() -> Iterator[None]:
    """Three attempts without any wait between them."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield
