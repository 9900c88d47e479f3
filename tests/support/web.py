"""A real HTTP server on loopback whose answers a test writes: pages, feeds, sitemaps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Handler = Callable[[asyncio.StreamWriter], Awaitable[None]]
OTHER = "127.0.0.2"
"""The address under which the server is somebody else."""
SENTENCE = "The harbour froze in the winter of 1929 and nobody could take the boats out for eleven weeks."


@dataclass
class Web:
    """Answers by path, with its query or without. A handler writes the response; of several, each answers one request.

    `asked` leaves robots.txt out, which is counted apart: every host's is asked for first.
    """

    port: int = 0
    handlers: dict[str, list[Handler]] = field(default_factory=dict)
    posted: list[str] = field(default_factory=list)
    robots_asked: int = 0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

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
            method, path = head[0].split(" ")[:2]
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
            if path == "/robots.txt":
                self.robots_asked += 1
            else:
                self.asked.append((path, headers))
            if method in ("POST", "PUT"):
                self.posted.append((await reader.readexactly(int(headers["content-length"]))).decode(errors="replace"))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            try:
                queue = self.handlers.get(path) or self.handlers.get(path.partition("?")[0])
                queue = queue or [answer(404, "no such page")]
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


def sitemap(*entries: tuple[str, str], root: str = "urlset") -> str:
    """Write a sitemap of (address, lastmod), or with `root` "sitemapindex" an index of sitemaps."""
    tag = "url" if root == "urlset" else "sitemap"
    listed = "".join(f"<{tag}><loc>{url}</loc><lastmod>{changed}</lastmod></{tag}>" for url, changed in entries)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"{listed}</{root}>"
    )


@asynccontextmanager
async def serving() -> AsyncIterator[Web]:
    """Serve on a port that is free, under two addresses, and end every answer that still runs."""
    site = Web()
    server = await asyncio.start_server(site.accept, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    other = await asyncio.start_server(site.accept, OTHER, site.port)
    yield site
    server.close()
    other.close()
    left = list(site.tasks)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
