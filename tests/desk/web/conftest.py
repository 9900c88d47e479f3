"""The redirects of a workspace by real HTTP, with a clock that a test sets, and the clicks that came of it."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from desk.web import redirect
from desk.web.redirect import Redirects
from graph.assign import read_settings
from graph.rooms import Rooms
from state.flywheel import Context
from state.ledger import Ledger, open_ledger
from state.links import code_of
from state.trade import Link
from state.workspace import database_url, load_settings
from tests.support.redirect_server import app_of

PIECE = "piece-1"
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
URLS = {
    "course": "https://upkeep.example/course?utm_source=site",
    "stripe": "https://buy.stripe.com/test_abc?utm_source=site#top",
    "lemon": "https://notes.lemonsqueezy.com/buy/1?utm_source=site",
    "gumroad": "https://ann.gumroad.com/l/kit",
    "mine": "https://pay.upkeep.example/x",
    "odd": "https://upkeep.example/käse\r\nSet-Cookie: a=b?utm_source=site",
    "script": "javascript:alert(1)",
}
CODES = {offer: code_of(PIECE, "site", offer) for offer in URLS}


async def linked(workspace: Path) -> None:
    """A piece, and a link for each address."""
    ledger: Ledger = await open_ledger(database_url(load_settings(workspace)))
    await ledger.start_piece(PIECE, topic="Bridges", driver="embedded", now=NOW)
    links = [Link(code=CODES[offer], piece=PIECE, channel="site", offer=offer, url=url) for offer, url in URLS.items()]
    await ledger.write_links(links, now=NOW)
    await ledger.close()


@dataclass
class Site:
    client: httpx.Client
    redirects: Redirects
    workspace: Path
    loop: asyncio.AbstractEventLoop
    now: datetime = NOW

    def run(self, what: Coroutine[Any, Any, Any]) -> Any:
        """In the server's own loop."""
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(20)

    def get(self, offer: str = "course", method: str = "GET", agent: str = FIREFOX, **headers: str) -> httpx.Response:
        return self.client.request(method, f"/r/{CODES[offer]}", headers={"user-agent": agent, **headers})

    def clicks(self) -> list[sqlite3.Row]:
        """All that are counted, in the order of their ids' making."""
        self.run(self.redirects.flush())
        return counted(self.workspace)

    def bots(self) -> list[bool]:
        return [bool(row["bot"]) for row in self.clicks()]


def counted(workspace: Path) -> list[sqlite3.Row]:
    connection = sqlite3.connect(workspace / ".flywheel" / "ledger.db")
    connection.row_factory = sqlite3.Row
    rows = connection.execute("SELECT * FROM clicks ORDER BY at, rowid").fetchall()
    connection.close()
    return rows


@pytest.fixture
def site(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The journal is taken over when a test says so."""
    monkeypatch.setattr(redirect, "EVERY", 3600.0)
    asyncio.run(linked(workspace))
    with served(workspace) as site:
        yield site


@contextmanager
def served(workspace: Path) -> Iterator[Site]:
    found: list[Site] = []
    redirects = Redirects(
        lambda: read_settings(Context(workspace=str(workspace))), Rooms().ledger_of, clock=lambda: found[0].now
    )
    config = uvicorn.Config(app_of(redirects), port=0, log_level="warning", proxy_headers=False)
    server = uvicorn.Server(config)
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await server.serve()

    found.append(Site(httpx.Client(), redirects, workspace, asyncio.new_event_loop()))
    found[0].loop.close()
    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
        port = server.servers[0].sockets[0].getsockname()[1]
        found[0].loop = loops[0]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            found[0].client.close()
            found[0].client = client
            yield found[0]
    finally:
        server.should_exit = True
        thread.join(20)


def later(site: Site, **time: float) -> None:
    site.now += timedelta(**time)
