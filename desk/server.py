"""What runs beside LangGraph's server: a small app whose lifespan sends what is due, so that a resumed piece goes out by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from graph.send import graph as drainer
from state.flywheel import Context
from state.ledger import LedgerError, close_ledgers
from state.workspace import WorkspaceError

EVERY = 2.0
"""Seconds between two looks at the outbox."""
_log = logging.getLogger("flywheel.server")


async def drain_forever() -> None:
    """Send what is due, again and again. A workspace or a ledger that can't be read is logged and tried again."""
    while True:
        try:
            await drainer.ainvoke({}, {"run_name": "send", "tags": ["drainer"]}, context=Context())
        except (WorkspaceError, LedgerError) as error:
            _log.warning("Nothing could be sent: %s", error)
        await asyncio.sleep(EVERY)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    task = asyncio.create_task(drain_forever(), name="drainer")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await close_ledgers()


async def health(request: Request) -> JSONResponse:
    return JSONResponse({"ok": True})


app = Starlette(routes=[Route("/healthz", health)], lifespan=lifespan)
