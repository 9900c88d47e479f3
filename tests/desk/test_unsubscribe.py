"""Leaving the newsletter, by real HTTP: one click by a mail program, and a page with a button for people."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import lxml.html
import pytest
import uvicorn
from starlette.applications import Starlette

from desk import server, unsubscribe
from state.ledger import Ledger, close_ledgers
from state.subscribers import Subscriber

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Ask = Callable[[Callable[..., Any]], Any]


@pytest.fixture
def site(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """The routes of the server, without its drainer, on loopback."""
    monkeypatch.setenv("FLYWHEEL_WORKSPACE", str(workspace))
    app = Starlette(routes=[*unsubscribe.routes])
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))

    async def serve() -> None:
        try:
            await running.serve()
        finally:
            await close_ledgers()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    while not running.started:
        assert thread.is_alive()
    port = running.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        yield client
    running.should_exit = True
    thread.join()


@pytest.fixture
def reader(in_ledger: Ask) -> Subscriber:
    async def made(ledger: Ledger) -> Subscriber:
        await ledger.subscribe(["ada@example.org"], source="a form", now=NOW)
        (found,) = await ledger.subscribers()
        return found

    found: Subscriber = in_ledger(made)
    return found


def state(in_ledger: Ask) -> str:
    (found,) = in_ledger(lambda ledger: ledger.subscribers())
    return str(found.state.value)


def test_the_server_has_the_routes() -> None:
    """What mails link to is served beside LangGraph's server."""
    assert "/unsubscribe/{token}" in {getattr(route, "path", "") for route in server.app.routes}


def test_one_click_is_enough(site: httpx.Client, reader: Subscriber, in_ledger: Ask) -> None:
    """The POST of a mail program (RFC 8058) lets the reader go, without a redirect; again, it says the same."""
    for _ in range(2):
        answer = site.post(f"/unsubscribe/{reader.token}", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "You are unsubscribed" in answer.text
        assert "set-cookie" not in answer.headers
    assert state(in_ledger) == "unsubscribed"


def test_looking_changes_nothing(site: httpx.Client, reader: Subscriber, in_ledger: Ask) -> None:
    """A link that is followed, by a person or by a scanner, shows a button; pressing it lets go, without JavaScript."""
    for method in ("GET", "HEAD", "GET"):
        assert site.request(method, f"/unsubscribe/{reader.token}").status_code == 200
    assert state(in_ledger) == "active"
    page = lxml.html.document_fromstring(site.get(f"/unsubscribe/{reader.token}").text)
    (form,) = page.xpath("//form[@method='post' and not(@action)]")
    assert form.xpath(".//button[@type='submit']/text()") == ["Unsubscribe"]
    assert not page.xpath("//script")
    assert page.xpath("//meta[@name='viewport']/@content") == ["width=device-width, initial-scale=1"]
    assert "ada@example.org" in page.text_content()
    assert site.post(f"/unsubscribe/{reader.token}").status_code == 200
    assert state(in_ledger) == "unsubscribed"
    assert "<form" not in site.get(f"/unsubscribe/{reader.token}").text


def test_readers_are_told_in_the_authors_language(
    site: httpx.Client, reader: Subscriber, in_ledger: Ask, workspace: Path
) -> None:
    """The question, the button and what came of it."""
    file = workspace / "flywheel.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('language = "en"', 'language = "de"'), encoding="utf-8")
    page = site.get(f"/unsubscribe/{reader.token}").text
    assert 'lang="de"' in page and ">Abbestellen</button>" in page
    assert "ganz aus der Mail kopieren" in site.get(f"/unsubscribe/{reader.token[:-1]}").text
    assert "Abbestellt" in site.post(f"/unsubscribe/{reader.token}").text
    assert state(in_ledger) == "unsubscribed"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_link_is_told_in_words(site: httpx.Client, reader: Subscriber, in_ledger: Ask, method: str) -> None:
    """A link that was cut off says what to do, and lets nobody go."""
    answer = site.request(method, f"/unsubscribe/{reader.token[:-1]}")
    assert answer.status_code == 404
    assert "copy it whole" in answer.text
    assert state(in_ledger) == "active"


def test_a_broken_workspace_is_out_of_order(site: httpx.Client, reader: Subscriber, add: Any) -> None:
    """When nothing can be written down, the answer isn't a success, and gives no secret away."""
    add("flywheel.toml", "\n[identty]\n")
    answer = site.post(f"/unsubscribe/{reader.token}")
    assert answer.status_code == 503
    assert "identty" not in answer.text
