from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.desk.conftest import ROOT, Finished, Flywheel
from tests.support.openai_server import OpenAIServer, silent, status


def test_approve_all_publishes(flywheel: Flywheel, workspace: Path, in_ledger: Callable[[Any], Any]) -> None:
    """--approve-all takes a piece from its topic to the site, and every approval says who gave it."""
    told = flywheel("run", "Why the bulb lasts", "--approve-all", "--json").json
    assert told["status"] == "published"
    assert [h["contract"] for h in told["handoffs"]] == ["Assignment", "Brief", "Draft", "MonetizedDraft", "Release"]
    assert all({"contract", "producer", "attempt", "passed", "violations"} <= set(h) for h in told["handoffs"])
    assert [(p["channel"], p["state"]) for p in told["posts"]] == [("site", "confirmed")]
    slug = told["posts"][0]["url"].rstrip("/").rsplit("/", 1)[1]
    assert (workspace / "site" / "posts" / slug / "index.html").is_file()
    assert told["tokens"] == 0
    assert "waiting" not in told
    decisions = in_ledger(lambda ledger: ledger.decisions(told["piece"]))
    assert [(d.kind, d.by) for d in decisions] == [("approve", "approve-all")] * 4


def test_progress_goes_to_stderr(flywheel: Flywheel) -> None:
    """Each handoff has a line with its maker, contract, attempt and verdict; stdout holds where the piece stands."""
    ran = flywheel("run", "Why the bulb lasts", "--approve-all")
    assert re.search(r"✓ voice → Draft  attempt 1  passed \d+ of \d+ checks  \d+\.\d\d s", ran.err)
    assert "review_offer approved by --approve-all" in ran.err
    assert re.search(r"Piece [0-9a-f]{8} is published", ran.out)
    assert "site: confirmed https://upkeep.example/posts/" in ran.out


def test_with_no_topic_content_picks_one(flywheel: Flywheel) -> None:
    """Without a topic the piece gets one from the workspace."""
    told = flywheel("run", "--json").json
    assert told["status"] == "waiting"
    assert told["topic"] not in ("", "(to be found)")


@pytest.mark.long
def test_without_a_terminal_it_stops_and_says_how_to_go_on(workspace: Path) -> None:
    """With stdin closed it stops at the first review, names the piece and the command that answers it, and exits 0."""
    words = [sys.executable, "-m", "desk", "run", "Why the bulb lasts", "-w", str(workspace)]
    ran = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=True, cwd=ROOT)
    found = re.search(r"Piece ([0-9a-f]{8}) waits at review_brief; open: approve, edit, rework, drop", ran.stdout)
    assert found
    assert f"flywheel review {found[1]} -w {workspace}" in ran.stdout
    assert "\x1b" not in ran.stdout + ran.stderr


def test_what_waits_as_json(flywheel: Flywheel) -> None:
    """The object says at which point it waits, what can be decided, and with which command."""
    told = flywheel("run", "Why the bulb lasts", "--json").json
    assert told["waiting"]["point"] == "review_brief"
    assert told["waiting"]["stuck"] is False
    assert told["waiting"]["open"] == ["approve", "edit", "rework", "drop"]
    assert told["waiting"]["command"].startswith(f"flywheel review {told['piece']}")


def test_a_stuck_piece_is_left_to_a_person(flywheel: Flywheel) -> None:
    """--approve-all answers no stuck piece: it stops, says why, and the piece waits."""
    nothing = "Zyzzogeton quxberry plimsoll"
    ran = flywheel("run", nothing, "--approve-all")
    assert ran.code == 0
    assert "--approve-all leaves a stuck piece to a person" in ran.out
    assert "is stuck at review_brief" in ran.out
    told = flywheel("run", nothing, "--approve-all", "--json").json
    assert (told["status"], told["waiting"]["stuck"]) == ("waiting", True)
    assert "approve" not in told["waiting"]["open"]
    assert told["decisions"] == []


def test_what_could_be_waived_is_left_too(flywheel: Flywheel, workspace: Path, published: str) -> None:
    """Where a stuck piece could be approved all the same, --approve-all doesn't, and a person can."""
    file = workspace / "flywheel.toml"
    file.write_text(file.read_text().replace("per_agent = 2", "per_agent = 0"))
    told = flywheel("run", "Why the bulb lasts", "--approve-all", "--json").json
    assert told["waiting"]["stuck"]
    assert "approve" in told["waiting"]["open"]
    assert told["decisions"] == []
    assert flywheel("review", told["piece"], "--approve", "--json").json["waiting"]["point"] == "review_draft"


def test_resume_takes_up_a_piece_that_waits(flywheel: Flywheel, piece: str) -> None:
    """--resume goes on from where the piece is; the beginning of its id is enough."""
    told = flywheel("run", "--resume", piece[:5], "--approve-all", "--json").json
    assert (told["piece"], told["status"]) == (piece, "published")
    assert [h["contract"] for h in told["handoffs"]].count("Brief") == 1


def test_resume_of_a_piece_at_rest_changes_nothing(finished: Finished) -> None:
    """A published piece stays as it is, and nothing is posted twice."""
    before = finished.flywheel("show", finished.piece, "--json").json
    after = finished.flywheel("run", "--resume", finished.piece, "--json").json
    assert after["posts"] == before["posts"]
    assert after["status"] == "published"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "topic", "--resume", "ab"), "topic"),
        (("run", "--resume", "ab", "--model", "extractive"), "model"),
        (("run", "topic", "--model", "gpt"), "names no provider"),
    ],
)
def test_contradictions(flywheel: Flywheel, words: tuple[str, ...], said: str) -> None:
    """Options that contradict each other, or a model that is none, are wrong usage."""
    ran = flywheel(*words)
    assert ran.code == 2
    assert said in ran.err


def test_resume_of_nothing(flywheel: Flywheel) -> None:
    """A piece that isn't there is said not to be."""
    ran = flywheel("run", "--resume", "feed", "--json")
    assert ran.code == 1
    assert ran.json["error"]["kind"] == "no-such-piece"


def test_nothing_to_write_about(flywheel: Flywheel, tmp_path: Path) -> None:
    """In an empty workspace without a topic, the error says what to do, and nobody else's notes are in it."""
    folder = tmp_path / "new"
    flywheel("init", folder, where=False)
    ran = flywheel("run", "-w", folder, "--json", where=False)
    assert ran.code == 1
    assert ran.json["error"]["kind"] == "cannot-assign"
    assert ran.json["error"]["problems"][0]["code"] == "assignment.topic-empty"
    assert "notes" not in ran.json["error"]


def test_a_piece_of_the_servers(flywheel: Flywheel, in_ledger: Callable[[Any], Any]) -> None:
    """A piece that a LangGraph server runs is shown, but not driven from here."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    in_ledger(lambda ledger: ledger.start_piece("5e44e400", topic="bulbs", driver="server", now=now))
    for command in (("run", "--resume", "5e44"), ("review", "5e44", "--approve")):
        assert flywheel(*command, "--json").json["error"]["kind"] == "run-by-server"
    assert flywheel("show", "5e44", "--json").json["status"] == "running"


def test_the_model_option(flywheel: Flywheel, endpoint: OpenAIServer) -> None:
    """--model is what the agents ask; one that is refused makes the piece stuck, and says so."""
    endpoint.always(status(401))
    told = flywheel("run", "Why the bulb lasts", "--model", "openai:m-1", "--approve-all", "--json").json
    assert endpoint.requests[0].body["model"] == "m-1"
    assert told["waiting"]["stuck"]
    assert told["handoffs"][-1]["violations"][0]["code"] == "writer.misconfigured"


@pytest.mark.long
def test_ctrl_c_keeps_the_piece(flywheel: Flywheel, workspace: Path, endpoint: OpenAIServer) -> None:
    """Ctrl-C in mid-piece exits 130 and names the command that takes it up again; that command does."""
    endpoint.always(silent())
    words = [sys.executable, "-m", "desk", "run", "Why the bulb lasts", "--model", "openai:m-1", "-w", str(workspace)]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, cwd=ROOT
    ) as run:
        assert run.stderr is not None
        next(line for line in run.stderr if "content researches" in line)
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=20)
    assert run.returncode == 130
    found = re.search(r"flywheel run --resume ([0-9a-f]{8})", err)
    assert found
    assert "Traceback" not in err
    told = flywheel("show", found[1], "--json").json
    assert told["status"] == "running"
    assert told["resume"].startswith(f"flywheel run --resume {found[1]}")
    assert flywheel("review", found[1]).code == 1
    endpoint.always(status(401))
    assert flywheel("run", "--resume", found[1], "--json").json["waiting"]["stuck"]


def test_the_env_file_is_read_first(flywheel: Flywheel, workspace: Path, endpoint: OpenAIServer) -> None:
    """What .env says about the model's endpoint holds in the run."""
    del os.environ["OPENAI_API_KEY"], os.environ["OPENAI_BASE_URL"]
    (workspace / ".env").write_text(f"OPENAI_API_KEY=sk-from-file\nOPENAI_BASE_URL={endpoint.url}\n")
    endpoint.always(status(401))
    flywheel("run", "Why the bulb lasts", "--model", "openai:m-1", "--json")
    assert endpoint.requests[0].headers["authorization"] == "Bearer sk-from-file"
