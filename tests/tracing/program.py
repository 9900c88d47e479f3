"""A process of its own with tracing on: LangSmith reads its settings once, and sends what is left when the process ends.

    python program.py WORKSPACE MODEL TOPIC...

Makes one piece a topic, with one rework by VOICE, and prints `{"pieces": {id: status}}`. The ledger is a SQLite file whatever
DATABASE_URL says; with FAIL_LEDGER set, that address is opened in earnest at the second node.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from desk.session import Desk, open_desk
from graph.rooms import Rooms
from state.ledger import Ledger, LedgerError, ledger_at

REWORK = [{"type": "response", "args": "rework voice: shorter"}]
ACCEPT = [{"type": "accept", "args": None}]


def _loopback_only(event: str, args: tuple[object, ...]) -> None:
    """Audit hook: raises PermissionError for any other host."""
    if event == "socket.connect" and isinstance(args[1], tuple) and args[1][0] not in ("127.0.0.1", "::1"):
        raise PermissionError(f"A connection to {args[1][0]} was tried.")
    if event == "socket.getaddrinfo" and args[0] not in ("127.0.0.1", "localhost", None):
        raise PermissionError(f"A look-up of {args[0]!r} was tried.")


def _rooms(workspace: Path) -> Rooms:
    opened = 0

    async def ledger(url: str) -> Ledger:
        nonlocal opened
        opened += 1
        if "FAIL_LEDGER" in os.environ and opened > 2:
            return await ledger_at(url)
        return await ledger_at(f"sqlite:///{workspace / '.flywheel' / 'ledger.db'}")

    return Rooms(ledger=ledger)


async def _turn(desk: Desk, topic: str) -> tuple[str, str]:
    """One piece, to where it rests: published, or before a person who can't approve."""
    piece = await desk.start(topic)
    reworked = False
    while (waiting := await desk.waiting(piece)) is not None and "approve" in waiting.shown.open:
        rework = waiting.shown.point == "review_draft" and not reworked
        reworked = reworked or rework
        await desk.answer(piece, REWORK if rework else ACCEPT)
    return piece, (await desk.find(piece)).status


async def main(workspace: Path, model: str, topics: list[str]) -> None:
    pieces: dict[str, str] = {}
    async with open_desk(workspace, rooms=_rooms(workspace), model=model) as desk:
        for topic in topics:
            try:
                piece, status = await _turn(desk, topic)
                pieces[piece] = status
            except LedgerError as error:
                pieces[topic] = str(error)
    print(json.dumps({"pieces": pieces}))


if __name__ == "__main__":
    sys.addaudithook(_loopback_only)
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
