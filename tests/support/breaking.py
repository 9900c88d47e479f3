"""A line to a server on which one chosen call breaks: before it gets there, or once the server has done what it says."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

Where = Literal["before", "after"]


@dataclass
class Line:
    """Each call is a connection of its own. `breaks` counts from 1; 0 is none."""

    host: str
    port: int
    url: str = ""
    """The address to call instead of the server's, with the same path."""
    breaks: int = 0
    where: Where = "before"
    calls: list[str] = field(default_factory=list)
    holds: int = 0
    held: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    def hold_at(self, number: int) -> None:
        """Let the call of this number wait for `go` on its way there; `held` says that it does."""
        self.calls.clear()
        self.holds = number

    def break_at(self, number: int, where: Where) -> None:
        """Break the call of this number from now on."""
        self.calls.clear()
        self.breaks, self.where = number, where

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            self.calls.append(head.partition(b" HTTP/")[0].decode())
            if len(self.calls) == self.holds:
                self.held.set()
                await self.go.wait()
            broken = len(self.calls) == self.breaks
            answer = b"" if broken and self.where == "before" else await self.call(head, body)
            if broken:
                writer.transport.abort()
            writer.write(answer)
            await writer.drain()
        writer.close()

    async def call(self, head: bytes, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        host = re.sub(rb"(?i)\r\nhost: [^\r]*", f"\r\nHost: {self.host}:{self.port}".encode(), head)
        writer.write(re.sub(rb"(?i)\r\nconnection: [^\r]*", b"\r\nConnection: close", host) + body)
        answer = await reader.read()
        writer.close()
        return answer


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[Line]:
    parts = urlsplit(url)
    line = Line(parts.hostname or "", parts.port or 80)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    line.url = parts._replace(netloc=f"127.0.0.1:{server.sockets[0].getsockname()[1]}").geturl()
    yield line
    server.close()
