"""What is on its way or stuck is listed, moved and settled by the person who looked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from state.records import Gate, PostState
from tests.desk.conftest import Flywheel

pytestmark = pytest.mark.long

InLedger = Callable[[Any], Any]


@pytest.fixture
def parked(flywheel: Flywheel, workspace: Path) -> str:
    """A piece whose post was parked, since its site's folder is another's."""
    (workspace / "site").mkdir()
    (workspace / "site" / "index.html").write_text("somebody else's")
    return str(flywheel("run", "Why the bulb lasts", "--approve-all", "--json").json["piece"])


def _unknown(in_ledger: InLedger, piece: str) -> str:
    (row,) = in_ledger(lambda ledger: ledger.outbox(piece))
    move = {"state": PostState.PARKED, "now": datetime.now(UTC), "reason": "look there", "unknown": True}
    in_ledger(lambda ledger: ledger.move_post(row.key, **move))
    return str(row.key)


def test_nothing_is_on_its_way(finished: Any) -> None:
    """With everything out the outbox is empty, and --all lists what is out with its address."""
    assert finished.flywheel("outbox").out == "Nothing is on its way, and nothing is stuck.\n"
    assert f"{finished.piece}/site\tconfirmed" in finished.flywheel("outbox", "--all").out
    assert finished.flywheel("schedule").out == "Nothing is to go out.\n"
    assert finished.flywheel("send").out == "Nothing is on its way.\n"


def test_what_waits_for_another_try_says_when(flywheel: Flywheel, parked: str, workspace: Path) -> None:
    """A post that couldn't be sent says why and when it is tried again; once nothing is in the way, it goes."""
    told = flywheel("outbox").out
    assert f"{parked}/site\tintended, again " in told
    assert "wasn't written by" in told
    (workspace / "site" / "index.html").unlink()
    assert flywheel("run", "--resume", parked, "--json").json["status"] == "published"


def test_retry(flywheel: Flywheel, published: str, in_ledger: InLedger) -> None:
    """Where a person looked and it isn't there, it is sent, and their word is written down as an approval."""
    _unknown(in_ledger, published)
    assert "outcome unknown" in flywheel("outbox").out
    ran = flywheel("outbox", "resolve", f"{published}/site", "--retry", "--json")
    assert ran.json["post"]["state"] == "confirmed"
    assert in_ledger(lambda ledger: ledger.decisions(published))[-1].note.startswith("site is to go, at ")


def test_posted(flywheel: Flywheel, published: str, in_ledger: InLedger) -> None:
    """Where a person looked and it is there, it is confirmed at that address, by its key too, and nothing is sent."""
    key = _unknown(in_ledger, published)
    ran = flywheel("outbox", "resolve", key[:8], "--posted", "https://upkeep.example/p/1", "--json")
    assert (ran.json["post"]["state"], ran.json["post"]["url"]) == ("confirmed", "https://upkeep.example/p/1")
    assert flywheel("pieces", "--json").json["pieces"][0]["status"] == "published"


def test_drop(flywheel: Flywheel, published: str, in_ledger: InLedger) -> None:
    """Dropped, a post is never sent."""
    _unknown(in_ledger, published)
    ran = flywheel("outbox", "resolve", f"{published}/site", "--drop", "--json")
    assert ran.json["post"]["state"] == "rejected"
    assert flywheel("send").out == "Nothing is on its way.\n"


def test_a_dropped_part_takes_those_behind_it_along(
    flywheel: Flywheel, in_ledger: InLedger, add: Callable[[str, str], None]
) -> None:
    """Without its second part a thread's later ones can't go, so nobody is asked about each; the first still goes, and the article is out."""
    add(".env", "BLUESKY_APP_PASSWORD=abcd-efgh-ijkl-mnop\n")
    add("flywheel.toml", '[channels.bluesky]\nhandle = "nora.example"\nservice = "http://127.0.0.1:1"\n')
    piece = flywheel("run", "Why the bulb lasts", "--approve-all", "--json").json["piece"]
    parts = [row.post_id for row in in_ledger(lambda ledger: ledger.outbox(piece)) if row.channel == "bluesky"]
    assert len(parts) > 2
    ran = flywheel("outbox", "resolve", f"{piece}/{parts[1]}", "--drop", "--json")
    assert ran.json["behind"] == [f"{piece}/{part}" for part in parts[2:]]
    rests = {row.post_id: row.state for row in in_ledger(lambda ledger: ledger.outbox(piece))}
    assert [rests[part] for part in parts[1:]] == [PostState.REJECTED] * (len(parts) - 1)
    assert (rests[parts[0]], rests["site"]) == (PostState.INTENDED, PostState.CONFIRMED)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["{piece}/site"], 2, "Say one thing"),
        (["{piece}/site", "--retry", "--drop"], 2, "Say one thing"),
        (["{piece}/site", "--posted", "bsky.app/x"], 2, "is no web address"),
        (["{piece}/site", "--retry"], 2, "needs no word of yours: it is confirmed"),
        (["{piece}/blusky", "--retry"], 1, "Name one of: site"),
        (["nonsense", "--retry"], 1, "No post is called 'nonsense'"),
        (["ffffffff/site", "--retry"], 1, "No piece is called"),
    ],
)
def test_wrong_words(finished: Any, words: list[str], code: int, said: str) -> None:
    """Whatever is wrong with a resolve is named, with what to do."""
    ran = finished.flywheel("outbox", "resolve", *(w.format(piece=finished.piece) for w in words))
    assert ran.code == code
    assert said in ran.err


def test_a_closed_channel_is_told(flywheel: Flywheel, published: str, in_ledger: InLedger) -> None:
    """A channel that isn't called for a while says since how many failures, and why."""
    gate = Gate(channel="bluesky", failures=4, closed_until=datetime.now(UTC) + timedelta(hours=1), reason="502")
    in_ledger(lambda ledger: ledger.set_gate(gate))
    assert "bluesky isn't called before" in flywheel("outbox").out
    assert "after 4 failures in a row: 502" in flywheel("outbox").out


@pytest.fixture
def planned(flywheel: Flywheel, workspace: Path) -> str:
    """A piece that is approved and planned for a time of day."""
    config = workspace / "flywheel.toml"
    hour = (datetime.now(UTC) + timedelta(hours=3)).hour
    times = f'times = ["{hour:02}:00"]'
    text = config.read_text().replace('timezone = "Europe/London"', 'timezone = "UTC"')
    config.write_text(text.replace('folder = "site"', f'folder = "site"\n{times}', 1))
    return str(flywheel("run", "Why the bulb lasts", "--approve-all", "--json").json["piece"])


def test_the_calendar(flywheel: Flywheel, planned: str, workspace: Path) -> None:
    """A planned post stands in the calendar with its time and window, and isn't sent before."""
    said = flywheel("schedule").out
    assert f":00  {planned}/site  Why the bulb lasts; until " in said
    assert flywheel("send", "--json").json["waiting"] == 1
    assert not (workspace / "site").exists()


def test_the_calendar_tells_the_readers_time(flywheel: Flywheel, planned: str, workspace: Path) -> None:
    """Where a channel's readers live elsewhere, their time stands behind the author's."""
    config = workspace / "flywheel.toml"
    config.write_text(config.read_text().replace('folder = "site"', 'folder = "site"\ntimezone = "Asia/Kolkata"', 1))
    assert re.search(
        r"\d\d:00  \S+/site  Why the bulb lasts \(\d\d:30 Asia/Kolkata\); until ", flywheel("schedule").out
    )


def test_moved_inside_its_window_it_keeps_its_approval(flywheel: Flywheel, planned: str) -> None:
    """Moved to now it goes out, under the approval that it had."""
    soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    assert flywheel("schedule", "move", f"{planned}/site", soon).code == 0
    while flywheel("send", "--json").json["waiting"]:
        pass
    assert flywheel("pieces", "--json").json["pieces"][0]["status"] == "published"


@pytest.mark.parametrize(
    ("when", "said"),
    [("2020-01-01 09:00", "lies outside the window"), ("2099-01-01 09:00", "lies outside"), ("soon", "is no time")],
)
def test_moved_outside_it_isnt(flywheel: Flywheel, planned: str, when: str, said: str) -> None:
    """A time outside the window, or none at all, is refused with the window's ends; the post stays where it was."""
    before = json.dumps(flywheel("schedule", "--json").json)
    ran = flywheel("schedule", "move", f"{planned}/site", when)
    assert ran.code == 2
    assert said in ran.err
    assert json.dumps(flywheel("schedule", "--json").json) == before
