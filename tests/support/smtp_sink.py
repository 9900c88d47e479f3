"""A mail server on loopback that keeps what it is given, each message a file, so that it can be counted when its sender is dead.

As a process of its own, for clients that are killed:

    python -m tests.support.smtp_sink FOLDER [SECONDS]     prints its port; SECONDS is how long it thinks over each text

`counts(FOLDER)` then says how many messages each reader got. In a test's own loop, `Sink` can be told to answer otherwise.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

OK = "250 OK"
LOSE, KEEP_AND_LOSE = "lose", "keep and lose"
"""In place of an answer to a text: the connection is gone, before or after the text was kept."""


def words_of(mail: EmailMessage, kind: str) -> str:
    """The text (`plain`) or the HTML (`html`) of a message."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


class Sink:
    """`rcpt` and `data` map a reader to what is answered; who isn't in them is taken. What was taken lies in `folder`."""

    def __init__(self, folder: Path, *, thinks: float = 0) -> None:
        self.folder, self.thinks = folder, thinks
        self.rcpt: dict[str, str] = {}
        self.data: dict[str, str] = {}
        self.port = 0
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self.rcpt.get(address, OK)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        (reader,) = envelope.rcpt_tos
        answer = self.data.get(reader, OK)
        await asyncio.sleep(self.thinks)
        if answer in (OK, KEEP_AND_LOSE):
            await asyncio.to_thread(self._keep, reader, envelope.content)
        if answer in (LOSE, KEEP_AND_LOSE):
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return OK
        return answer

    def _keep(self, reader: str, content: bytes) -> None:
        """Whole or not at all: a file is written beside its place first."""
        half = self.folder / f".{uuid.uuid4().hex}"
        half.write_bytes(f"X-Envelope-To: {reader}\r\n".encode() + content)
        half.rename(self.folder / f"{uuid.uuid4().hex}.eml")

    @asynccontextmanager
    async def running(self, **options: Any) -> AsyncIterator[Sink]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(self, loop=loop, ident="sink", **options), "127.0.0.1", 0, backlog=100
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()


def raw(folder: Path) -> list[bytes]:
    """The messages as they came, without the line that says whom they came for."""
    return [path.read_bytes().partition(b"\r\n")[2] for path in sorted(folder.glob("*.eml"))]


def messages(folder: Path) -> list[EmailMessage]:
    return [message_from_bytes(content, policy=policy.default) for content in raw(folder)]


def counts(folder: Path) -> Mapping[str, int]:
    """How many messages each reader got."""
    firsts = (path.read_bytes().partition(b"\r\n")[0].decode() for path in folder.glob("*.eml"))
    return Counter(line.partition(": ")[2] for line in firsts)


def counts_of(folder: Path, subject: str) -> Mapping[str, int]:
    """How many messages of this subject each reader got."""
    return Counter(message["To"] for message in messages(folder) if message["Subject"] == subject)


async def main(folder: Path, thinks: float) -> None:
    async with Sink(folder, thinks=thinks).running() as sink:
        print(sink.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0))
