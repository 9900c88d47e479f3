"""What runs beside LangGraph's server: a small app whose lifespan sends what is due, so that a resumed piece goes out by itself.
Readers leave the newsletter there, too, and follow links to offers, and shops report their sales.

It serves the workspace of FLYWHEEL_WORKSPACE. Posts of a run whose Context names another one go out when the graph `send` is run
with the same Context.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from langchain_core.runnables import RunnableConfig
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse

from desk.alerts import alert
from desk.turnwise import each
from desk.web.app import compose, parts, settle, troubles_of
from graph.assign import read_settings
from graph.send import graph as drainer
from graph.timing import due
from state.flywheel import Context
from state.ledger import LedgerError, close_ledgers, ledger_at
from state.workspace import WorkspaceError, database_url

EVERY = 2.0
"""Seconds between two looks at the outbox."""
_log = logging.getLogger("flywheel.server")


async def drain() -> None:
    """Send what is due, and alert: one run of the drainer a piece, so that a trace files it with its piece, and none for nothing.

    Raises WorkspaceError or LedgerError.
    """
    settings = await read_settings(Context())
    ledger = await ledger_at(await asyncio.to_thread(database_url, settings))
    now = datetime.now(UTC)
    rows = due(await ledger.open_posts(), await ledger.gates(), settings, now)
    try:
        await each(dict.fromkeys(row.piece for row in rows), _send)
    finally:
        await alert(ledger, settings, now=now)


async def _send(piece: str) -> None:
    config: RunnableConfig = {
        "run_name": "send",
        "tags": ["drainer"],
        "metadata": {"piece": piece, "session_id": piece},
    }
    await drainer.ainvoke({"piece": piece}, config, context=Context())


async def drain_forever() -> None:
    """Send what is due, every `EVERY` seconds. Whatever goes wrong is logged, once until it changes, and tried again."""
    trouble = ""
    while True:
        try:
            await drain()
            trouble = ""
        except Exception as error:
            # Unattended: a drainer that dies of a surprise would stop all publishing without a word.
            if str(error) != trouble:
                known = isinstance(error, WorkspaceError | LedgerError)
                _log.warning("Nothing could be sent; next try in %g s. %s", EVERY, error, exc_info=not known)
            trouble = str(error)
        await asyncio.sleep(EVERY)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    task = asyncio.create_task(drain_forever(), name="drainer")
    settle()
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await close_ledgers()


public = parts()


async def health(request: Request) -> JSONResponse:
    troubles = troubles_of(public)
    return JSONResponse({"ok": not troubles, "troubles": troubles}, status_code=503 if troubles else 200)


app = compose(public, health, around=lifespan)
