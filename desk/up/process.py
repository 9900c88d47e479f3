"""`flywheel up` as a process: the one of its workspace, its port, its signals, and the order in which all that ends."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from desk.errors import PortTaken, UpAlready
from desk.place import VARIABLE
from desk.session import open_desk
from desk.turns import Held, locked
from desk.up.clockwork import Clockwork
from desk.up.health import Health
from desk.up.logs import say
from desk.up.wheel import PATIENCE, Wheel
from desk.web.app import compose, parts, settle
from graph.rooms import Rooms
from state.workspace import load_settings

LINGER = 5
"""Seconds that requests under way get to be answered when the wheel stops."""
_BACKLOG = 2048


async def up(workspace: Path, host: str, port: int) -> int:
    """Turn the wheel until a signal ends it; the exit code. Raises WorkspaceError, LedgerError, UpAlready or PortTaken."""
    folder = await asyncio.to_thread(workspace.resolve)
    settings = await asyncio.to_thread(load_settings, folder)
    os.environ[VARIABLE] = settings.workspace  # what answers readers looks there
    rooms = Rooms()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_alone(Path(settings.workspace)))
        listening = stack.enter_context(_bound(host, port))
        desk = await stack.enter_async_context(open_desk(folder, rooms=rooms))
        wheel = Wheel(desk, rooms)
        clockwork, public = Clockwork(wheel, rooms.clock), parts()
        stack.enter_context(_signals(wheel))
        app = compose(public, Health(wheel, clockwork.next_run, public).answer)
        await stack.enter_async_context(_serving(app, listening, wheel))
        settle()
        where = _address(listening)
        say("up", f"The wheel of {settings.identity.name} turns; {where}/healthz tells how it is.", url=where)
        if settings.idle_ceiling:
            said = f"[ceilings] {settings.idle_ceiling} holds no model back: [models] has no prices. `flywheel doctor` says more."
            say("ceiling-idle", said, level=logging.WARNING)
        if settings.unnamed_readers:
            said = "[tracking] proxy_header names no header, so all readers of links count as one. `flywheel doctor` says more."
            say("readers-unnamed", said, level=logging.WARNING)
        async with clockwork.turning():
            await wheel.stop.event.wait()
            say("stopping", wheel.stop.why)
    say("stopped", "Everything is written down. `flywheel up` goes on from here.")
    return wheel.stop.code


class _Server(uvicorn.Server):
    """One that leaves the process's signals to us, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _serving(app: Starlette, listening: socket.socket, wheel: Wheel) -> AsyncIterator[None]:
    """Answer on this socket for as long as the block lasts. A server that ends by itself ends the wheel.

    Which header names a reader is `[tracking] proxy_header` alone: uvicorn would take anybody's word that comes through this machine.
    """
    config = uvicorn.Config(
        app, log_config=None, access_log=False, proxy_headers=False, timeout_graceful_shutdown=LINGER
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve([listening]), name="web")
    task.add_done_callback(lambda _: wheel.stop.now("The web server ended by itself.", 1))
    try:
        ready = asyncio.create_task(server.ready.wait())
        await asyncio.wait([ready, task], return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        yield
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def _alone(workspace: Path) -> AsyncIterator[None]:
    """Be the one `flywheel up` of this workspace. The system lets go when the process dies. Raises UpAlready."""
    try:
        handle = await asyncio.to_thread(locked, workspace / ".flywheel" / "up.lock")
    except Held as error:
        raise UpAlready(
            f"`flywheel up` runs for {workspace} already, as process {error.holder}.",
            fix=f"Leave it, or stop it first: kill {error.holder}.",
        ) from None
    try:
        yield
    finally:
        await asyncio.to_thread(handle.close)


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there. Raises PortTaken."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise PortTaken(f"{host} is no address of this machine: {error}.", fix="Name one with --host.") from None
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(_BACKLOG)
    except OSError as error:
        found.close()
        raise _not_there(host, port, error) from None
    try:
        yield found
    finally:
        found.close()


def _not_there(host: str, port: int, error: OSError) -> PortTaken:
    if error.errno == errno.EADDRINUSE:
        return PortTaken(
            f"Port {port} of {host} is in use.", fix="Stop what listens there, or choose another with --port."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return PortTaken(f"Port {port} of {host} isn't yours to use.", fix="Choose one from 1024 on with --port.")
    return PortTaken(f"Nothing can listen at {host}, port {port}: {error.strerror}.", fix="Name another with --host.")


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _signals(wheel: Wheel) -> Iterator[None]:
    """SIGTERM ends the wheel with 0, Ctrl-C with 130, as everywhere in `flywheel`. A second one hurries nothing."""
    loop = asyncio.get_running_loop()
    said = f"Stopping: what runs gets up to {PATIENCE:.0f} s to end."
    for number, code in ((signal.SIGTERM, 0), (signal.SIGINT, 130)):
        loop.add_signal_handler(number, wheel.stop.now, said, code)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
