"""Operator alerts, told to a webhook on loopback: once each, never loudly, and never in anybody's way."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from desk.alerts import VARIABLE, alert
from desk.checkup.alerts import alerts
from state.channels import Kind, Response
from state.ledger import Ledger, open_ledger
from state.ledger.tables import gates
from state.records import Decision, OutboxRow, PostState, ResponseRow, ReviewPoint
from state.settings import Identity, Settings
from tests.support.web import Web, answer, serving

# apprise reads images with a module that Python 3.13 leaves out; it says so when its services are loaded.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
PIECE = "piece-1"
TOKEN = "s3cr3t-token"


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    opened = await open_ledger(f"sqlite:///{tmp_path}/ledger.db")
    await opened.start_piece(PIECE, topic="Bridges", driver="embedded", now=NOW)
    yield opened
    await opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(workspace=str(tmp_path), database="", identity=Identity(name="The Upkeep Letter"))


@pytest.fixture
async def hook(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Web]:
    """A webhook that takes everything, and is named in the environment."""
    async with serving() as web:
        web.on(f"/{TOKEN}", answer(200, "ok"))
        monkeypatch.setenv(VARIABLE, f"json://127.0.0.1:{web.port}/{TOKEN}")
        yield web


def told(web: Web) -> list[str]:
    """The messages that came, a title and a body each."""
    return ["{title}\n{message}".format(**json.loads(body)) for body in web.posted]


async def waits(ledger: Ledger, point: ReviewPoint = "review_draft") -> None:
    await ledger.update_piece(PIECE, now=NOW, status="waiting", waiting_at=point)


async def test_everything_once(ledger: Ledger, settings: Settings, hook: Web) -> None:
    """A waiting piece and its point, a waiting reply, a parked post with its reason, a channel that is down: one message, with commands, once."""
    await waits(ledger)
    post = OutboxRow(key="k", piece=PIECE, post_id="ghost", channel="ghost", release="r", published_at=NOW)
    await ledger.write_outbox([post])
    await ledger.move_post("k", state=PostState.PARKED, now=NOW, reason="the offer is not live")
    said = Response(remote_id="1", kind=Kind.REPLY, author="ada", text="Why?\nTell me.", at=NOW)
    row = ResponseRow(channel="bluesky", response=said, post="k", piece=PIECE, mark="drafted", seen_at=NOW)
    await ledger.see_responses([row])
    async with ledger._database.writing() as connection:
        down = {"channel": "mastodon", "failures": 5, "closed_until": NOW, "reason": "no answer"}
        await connection.execute(insert(gates), [down])
    for _ in range(3):
        await alert(ledger, settings, now=NOW)
    (message,) = told(hook)
    where = f"-w {settings.workspace}"
    for part in (
        "The Upkeep Letter: 4 things to look at",
        f"“Bridges” waits at review_draft\nflywheel review {PIECE} {where}",
        f"ada on bluesky wants an answer: Why? Tell me.\nflywheel review {row.id} {where}",
        f"ghost of {PIECE} is parked: the offer is not live\nflywheel run --resume {PIECE} {where}",
        "mastodon doesn't work, and is left alone for a while: no answer",
    ):
        assert part in message


async def test_what_is_new_again(ledger: Ledger, settings: Settings, hook: Web) -> None:
    """A piece that was sent back and waits once more, and a channel that failed again after it had worked, are told again."""
    shut = {"channel": "mastodon", "failures": 5, "closed_until": NOW, "reason": "no answer"}
    await waits(ledger)
    async with ledger._database.writing() as connection:
        await connection.execute(insert(gates), [shut])
    await alert(ledger, settings)
    decision = {"point": "review_draft", "kind": "rework", "by": "person", "contract": "Draft", "digest": "d"}
    await ledger.record_decision(PIECE, Decision.model_validate({**decision, "shown": "s", "note": "n", "at": NOW}))
    async with ledger._database.writing() as connection:
        await connection.execute(gates.update().values(failures=0))
    await alert(ledger, settings)
    async with ledger._database.writing() as connection:
        await connection.execute(gates.update().values(failures=5))
    await alert(ledger, settings)
    first, second, third = told(hook)
    assert "2 things" in first
    assert "review_draft" in second and "mastodon" not in second
    assert "mastodon" in third and "review_draft" not in third


async def test_many_things(ledger: Ledger, settings: Settings, hook: Web) -> None:
    """Many things at once are one message that counts what it leaves out."""
    for n in range(25):
        await ledger.start_piece(f"p{n}", topic=f"Topic {n}", driver="embedded", now=NOW)
        await ledger.update_piece(f"p{n}", now=NOW, status="waiting", waiting_at="review_brief")
    await alert(ledger, settings)
    (message,) = told(hook)
    assert "25 things" in message
    assert message.rstrip().endswith("And 5 more.")


@pytest.mark.long
async def test_a_service_that_fails(
    ledger: Ledger, settings: Settings, hook: Web, caplog: pytest.LogCaptureFixture
) -> None:
    """A service that refuses is told again the next time; the log says which address, and never what stands in it."""
    caplog.set_level(logging.DEBUG)
    hook.on(f"/{TOKEN}", answer(500, "no"), answer(200, "ok"))
    await waits(ledger)
    await alert(ledger, settings)
    assert await ledger.told() == frozenset()
    await alert(ledger, settings)
    await alert(ledger, settings)
    assert len(hook.posted) == 2
    assert "The 1. address of ALERT_URLS could not be told." in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("urls", ["", f"nonsense://{TOKEN}", f"json://127.0.0.1:1/{TOKEN}", f"json://[::{TOKEN}"])
async def test_nobody_there(
    urls: str,
    ledger: Ledger,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No address, one that means nothing, and a service that isn't there stop nothing and reveal nothing."""
    monkeypatch.setenv(VARIABLE, urls)
    caplog.set_level(logging.DEBUG)
    await waits(ledger)
    await alert(ledger, settings)
    assert await ledger.told() == frozenset()
    assert TOKEN not in caplog.text


async def test_a_ledger_that_is_gone(
    ledger: Ledger, settings: Settings, hook: Web, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong is logged, and raised to nobody."""
    await ledger.close()
    await alert(ledger, settings)
    assert "Nobody could be alerted: LedgerClosed" in caplog.text
    assert hook.posted == []


def test_the_doctor_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """`doctor` says which address apprise doesn't know, by its number, and shows none of them."""
    monkeypatch.setenv(VARIABLE, f"json://127.0.0.1/{TOKEN}  nonsense://{TOKEN}")
    good, bad = alerts()
    assert (good.state, bad.state) == ("ok", "failed")
    assert "Address 2 of ALERT_URLS" in bad.message
    assert TOKEN not in f"{good} {bad}"
    monkeypatch.delenv(VARIABLE)
    (off,) = alerts()
    assert off.state == "ok"
