"""The redirects of a workspace as a server of its own, which a test may kill, beside a bare redirect of Starlette's.

Arguments: the workspace, and days by which its clock is ahead. It prints its port. `/bare` is what the figures are held against.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from desk.web.app import settle
from desk.web.redirect import Redirects
from graph.assign import read_settings
from graph.rooms import Rooms
from state.flywheel import Context
from state.ledger import close_ledgers


def app_of(redirects: Redirects) -> Starlette:
    """As the server and `flywheel up` mount them."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with redirects.running():
            yield
        await close_ledgers()

    async def bare(request: Request) -> RedirectResponse:
        return RedirectResponse("https://shop.example/course", status_code=302)

    async def health(request: Request) -> JSONResponse:
        return JSONResponse({"trouble": redirects.trouble})

    routes = [Route("/bare", bare), Route("/healthz", health), *redirects.routes]
    return Starlette(routes=routes, lifespan=lifespan)


def redirects_of(workspace: Path, *, ahead: timedelta = timedelta()) -> Redirects:
    return Redirects(
        lambda: read_settings(Context(workspace=str(workspace))),
        Rooms().ledger_of,
        clock=lambda: datetime.now(UTC) + ahead,
    )


async def main(workspace: Path, ahead: timedelta) -> None:
    app = app_of(redirects_of(workspace, ahead=ahead))
    config = uvicorn.Config(app, port=0, log_level="warning", access_log=False, proxy_headers=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    settle()
    if server.started:
        print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await serving


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), timedelta(days=float(sys.argv[2]) if sys.argv[2:] else 0)))
