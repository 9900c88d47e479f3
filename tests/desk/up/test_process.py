"""`flywheel up` as a process: what it answers, what it refuses, and how it ends."""

from __future__ import annotations

import signal
import socket
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from state.ledger import Ledger
from state.records import PostState
from state.trade import Link
from tests.desk.conftest import ask_ledger, on
from tests.desk.up.driver import SOON, until, up
from tests.graph.rig import changed
from tests.support.approving import approve
from tests.support.killing import posts_of, workspace_for
from tests.support.scripted_api import TOKEN, ScriptedApi

pytestmark = pytest.mark.server

CODE = "a" * 10
FULL_AT = 120
"""KiB that no file may pass: enough for a start, and not for a piece."""


def statuses(workspace: Path) -> Counter[str]:
    rows = ask_ledger(workspace, lambda ledger: ledger.pieces())
    return Counter(row.status for row in rows)


def test_it_makes_a_piece_and_sends_it_once_approved(workspace: Path) -> None:
    """A piece comes to its review by itself; approved from another process it goes out; /healthz tells all the while."""
    changed(workspace, wheel='make = "* * * * *"\nwaiting = 1')
    with up(workspace) as wheel:
        wheel.ready()
        until(lambda: wheel.events("made"))
        piece = wheel.events("made")[0]["piece"]
        answer = wheel.health()
        assert answer.status_code == 200
        told = answer.json()
        assert (told["ok"], told["waiting"], told["allowed"], told["troubles"]) == (True, 1, 1, {})
        assert told["jobs"]["make"]["next_run"] is not None
        assert told["jobs"]["send"]["runs"] > 0
        assert told["disk"]["free"] > 0
        flywheel = on(workspace)
        for _ in range(4):
            assert flywheel("review", piece, "--approve").code == 0
        until(lambda: statuses(workspace)["published"] == 1)
        assert httpx.get(f"{wheel.url}/unsubscribe/nobody", trust_env=False).status_code == 404
        assert wheel.end(signal.SIGTERM) == 0
        assert [line["event"] for line in wheel.log][-2:] == ["stopping", "stopped"]
    assert len(list(workspace.glob("site/posts/*/index.html"))) == 1


def test_a_ceiling_that_holds_nothing_back_is_told(workspace: Path) -> None:
    """Whoever leaves it on with a model without prices learns at the start that dollars are no bound."""
    changed(workspace, wheel='make = ""', models='default = "openai:m-1"', ceilings="dollars_day = 2.0")
    with up(workspace) as wheel:
        wheel.ready()
        (told,) = wheel.events("ceiling-idle")
        assert told["level"] == "warning" and "dollars_day" in told["message"]
        assert wheel.end(signal.SIGTERM) == 0


def test_a_reader_cant_pass_for_many(workspace: Path) -> None:
    """`flywheel up` believes no header about an address, on this machine neither, unless the settings name it; and says who counts as whom."""
    changed(workspace, wheel='make = ""', tracking='url = "https://go.letter.example"')
    ask_ledger(workspace, _linked)
    with up(workspace) as wheel:
        wheel.ready()
        (told,) = wheel.events("readers-unnamed")
        assert told["level"] == "warning" and "proxy_header" in told["message"]
        with httpx.Client(headers={"user-agent": "Mozilla/5.0 Firefox/130.0"}, timeout=20, trust_env=False) as client:
            for n in range(3):
                there = client.get(f"{wheel.url}/r/{CODE}", headers={"x-forwarded-for": f"198.51.100.{n}"})
                assert there.status_code == 302
        assert wheel.end(signal.SIGTERM) == 0
    with closing(sqlite3.connect(workspace / ".flywheel" / "ledger.db")) as ledger:
        assert ledger.execute("SELECT count(*), count(DISTINCT visitor) FROM clicks").fetchone() == (3, 1)


async def _linked(ledger: Ledger) -> None:
    await ledger.start_piece("p1", topic="Bridges", driver="embedded", now=datetime.now(UTC))
    link = Link(code=CODE, piece="p1", channel="site", offer="course", url="https://upkeep.example/course")
    await ledger.write_links([link], now=datetime.now(UTC))


def test_ctrl_c_ends_it_with_130(workspace: Path) -> None:
    """As everywhere in `flywheel`; everything is closed, and nothing it started is left."""
    changed(workspace, wheel='make = ""\nengage = ""\nlearn = ""')
    with up(workspace) as wheel:
        assert wheel.ready().end(signal.SIGINT) == 130
        assert wheel.events("stopped")
    assert not list(workspace.glob(".flywheel/*-wal"))


def test_a_second_one_is_told_who_runs_the_workspace(workspace: Path) -> None:
    """Until the first one is killed; then the next takes over at once."""
    changed(workspace, wheel='make = ""')
    with up(workspace) as first:
        first.ready()
        with up(workspace) as second:
            assert second.process.wait(SOON) == 1
            assert f"as process {first.process.pid}" in second.file.read_text()
        first.process.kill()
        first.process.wait()
        with up(workspace) as third:
            assert third.ready().health().status_code == 200


def test_a_port_in_use_is_told(workspace: Path) -> None:
    """With what to do about it, before anything is begun."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with up(workspace, "--port", str(port)) as wheel:
            assert wheel.process.wait(SOON) == 1
            said = wheel.file.read_text()
    assert f"Port {port} of 127.0.0.1 is in use." in said
    assert "--port" in said
    assert not (workspace / ".flywheel" / "ledger.db").exists()


def test_a_folder_that_cant_be_written_is_told(workspace: Path) -> None:
    """Here .flywheel is a file, which holds for root as well."""
    (workspace / ".flywheel").write_text("")
    with up(workspace) as wheel:
        assert wheel.process.wait(SOON) == 1
        said = wheel.file.read_text()
    assert "Error:" in said
    assert "Traceback" not in said


def test_a_disk_that_fills_up_ends_it_cleanly(workspace: Path) -> None:
    """It says so and ends with 1; with room again the same piece goes on, and nothing of it is lost."""
    changed(workspace, wheel='make = "* * * * *"\nwaiting = 1')
    assert on(workspace)("pieces").code == 0  # its ledger is made while there is room
    with up(workspace, blocks=FULL_AT) as wheel:
        assert wheel.process.wait(SOON) == 1, wheel.file.read_text()
        told = wheel.log
    assert "Nothing can be written" in next(line["message"] for line in told if line["event"] == "stopping")
    assert told[-1]["event"] == "stopped"
    begun = [row.piece for row in ask_ledger(workspace, lambda ledger: ledger.pieces())]
    with up(workspace) as wheel:
        wheel.ready()
        until(lambda: statuses(workspace)["waiting"] == 1)
        wheel.end(signal.SIGTERM)
    assert [row.piece for row in ask_ledger(workspace, lambda ledger: ledger.pieces())][-len(begun) :] == begun


def test_a_broken_settings_file_is_told_once_and_outlived(workspace: Path) -> None:
    """The line is named; what it said before goes on, and the mended file holds at once."""
    changed(workspace, wheel='make = ""\nengage = ""\nlearn = ""')
    settings = workspace / "flywheel.toml"
    whole = settings.read_text(encoding="utf-8")
    with up(workspace) as wheel:
        wheel.ready()
        settings.write_text(whole.replace('make = ""', 'make = "61 * * * *"'), encoding="utf-8")
        until(lambda: wheel.events("trouble"))
        runs = wheel.health().json()["jobs"]["send"]["runs"]
        until(lambda: wheel.health().json()["jobs"]["send"]["runs"] > runs + 1)
        (told,) = wheel.events("trouble")
        assert "61 * * * *" in told["message"]
        assert "flywheel.toml:" in told["message"]
        assert "settings" in wheel.health().json()["troubles"]
        settings.write_text(whole.replace('make = ""', 'make = "5 4 * * *"'), encoding="utf-8")
        until(lambda: wheel.events("well-again"))
        until(lambda: "make" in wheel.health().json()["jobs"])
        assert wheel.end(signal.SIGTERM) == 0


def scheduled(folder: Path, api: ScriptedApi) -> Path:
    """A workspace with one article on its way to dev.to, where every call takes a while."""
    workspace = workspace_for(folder, "devto", {"server": api.url})
    changed(workspace, wheel='make = ""\nengage = ""\nlearn = ""')

    async def approved(ledger: Ledger) -> None:
        from state.workspace import load_settings

        await approve("one", posts_of("one", "devto"), load_settings(workspace), ledger)

    ask_ledger(workspace, approved)
    return workspace


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_stop_in_the_middle_of_a_send_leaves_one_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """SIGTERM waits for the call that is out, and the post is confirmed; after a kill the next start finds out."""
    with ScriptedApi() as api:
        monkeypatch.setenv("DEVTO_API_KEY", TOKEN)
        workspace = scheduled(tmp_path / "w", api)
        api.delay = 1.5
        with up(workspace) as wheel:
            wheel.ready()
            until(lambda: any(request.method == "POST" for request in api.requests))
            code = wheel.end(number)
            if number is signal.SIGTERM:
                assert code == 0, wheel.file.read_text()
                assert states(workspace) == [PostState.CONFIRMED]
        api.delay = 0
        with up(workspace) as again:
            again.ready()
            until(lambda: states(workspace) == [PostState.CONFIRMED])
            assert again.end(signal.SIGTERM) == 0
        assert len(api.shown("devto")) == 1


def states(workspace: Path) -> list[Any]:
    return [row.state for row in ask_ledger(workspace, lambda ledger: ledger.outbox())]
