"""The web's side of a workspace, put together: each part brings its routes, and perhaps something that runs beside them."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from desk import unsubscribe
from desk.web.redirect import Redirects
from desk.web.webhooks import Webhooks
from graph.assign import read_settings
from graph.rooms import Rooms
from state.flywheel import Context


class Part(Protocol):
    """What brings routes."""

    @property
    def routes(self) -> Sequence[BaseRoute]: ...


@runtime_checkable
class Running(Protocol):
    """A part that is at work as long as the app lives."""

    def running(self) -> AbstractAsyncContextManager[object]: ...


@dataclass(frozen=True)
class Routes:
    """A part that has routes and nothing else."""

    routes: Sequence[BaseRoute]


Health = Callable[[Request], Awaitable[Response]]
Around = Callable[[Starlette], AbstractAsyncContextManager[object]]


def parts() -> tuple[Part, ...]:
    """Everything that the world may ask of a workspace: that of FLYWHEEL_WORKSPACE. A line each."""
    return (
        Redirects(lambda: read_settings(Context()), Rooms().ledger_of),
        Webhooks(),
        Routes(unsubscribe.routes),
    )


def compose(parts: Sequence[Part], health: Health, *, around: Around | None = None) -> Starlette:
    """One app of all parts and /healthz. What `around` gives is begun before the parts, and ends after them."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if around is not None:
                await stack.enter_async_context(around(app))
            for part in parts:
                if isinstance(part, Running):
                    await stack.enter_async_context(part.running())
            yield

    routes = [Route("/healthz", health), *(route for part in parts for route in part.routes)]
    return Starlette(routes=routes, lifespan=lifespan)


def settle() -> None:
    """Leave what was loaded by now out of the garbage collector's rounds. Once a process, when all is up.

    A round over every object of the libraries and the graphs holds all readers up for about a fifth of a second; what is loaded once stays.
    """
    gc.collect()
    gc.freeze()


def troubles_of(parts: Sequence[Part]) -> dict[str, str]:
    """What the parts say is wrong with them, by the kind of part; those that say nothing are well."""
    told = {_kind(part): getattr(part, "trouble", "") for part in parts}
    return {name: str(trouble) for name, trouble in told.items() if trouble}


def wrong_before(parts: Sequence[Part], moment: datetime) -> list[str]:
    """The kinds of those with which something has been wrong since then, or longer."""
    found: list[tuple[str, datetime | None]] = [(_kind(part), getattr(part, "wrong_since", None)) for part in parts]
    return [name for name, since in found if since is not None and since <= moment]


def _kind(part: Part) -> str:
    return type(part).__name__.lower()
