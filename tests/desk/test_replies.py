"""People answer a published piece: `engage`, `replies` and `review`, as a person types them."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pexpect
import pytest

from channels import Opening
from state.channels import Engagement, Kind, Response, Strength, Unreachable
from state.contracts import MonetizedDraft, Release
from state.ledger import Ledger
from state.records import OutboxRow
from state.text import statements
from tests.desk.conftest import Flywheel, copied, isolated, on
from tests.graph.far_sides import Forum
from tests.graph.rig import Clock

pytestmark = pytest.mark.long

InLedger = Callable[[Callable[[Ledger], Any]], Any]
STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def put_in_place(side: Forum, monkeypatch: pytest.MonkeyPatch) -> Forum:
    """Have `side` opened as bluesky, whatever the channel's own module is."""
    module = ModuleType("channels.bluesky")
    vars(module)["open_channel"] = lambda opening: side if isinstance(opening, Opening) else None
    monkeypatch.setitem(sys.modules, "channels.bluesky", module)
    return side


@pytest.fixture
def forum(monkeypatch: pytest.MonkeyPatch) -> Forum:
    """A far side called bluesky."""
    return put_in_place(Forum("bluesky", Strength.NATIVE, Clock()), monkeypatch)


@dataclass(frozen=True)
class Out:
    workspace: Path
    piece: str


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Out:
    """A workspace with one piece that is out on the site and on bluesky, made once."""
    folder = copied(tmp_path_factory.mktemp("out") / "upkeep")
    with (folder / "flywheel.toml").open("a", encoding="utf-8") as file:
        file.write("\n[channels.bluesky]\n")
    with isolated(), pytest.MonkeyPatch.context() as monkeypatch:
        put_in_place(Forum("bluesky", Strength.NATIVE, Clock()), monkeypatch)
        ran = on(folder)("run", "Why the bulb lasts", "--approve-all", "--json")
    for kept in folder.glob(".flywheel/checkpoints.db*"):
        kept.unlink()  # they name the folder that the piece was made in
    return Out(folder, str(ran.json["piece"]))


@pytest.fixture
def workspace(out: Out, tmp_path: Path, forum: Forum) -> Path:
    return Path(shutil.copytree(out.workspace, tmp_path / "upkeep"))


@pytest.fixture
def piece(out: Out, workspace: Path) -> str:
    return out.piece


@pytest.fixture
def post(piece: str, in_ledger: InLedger) -> OutboxRow:
    rows: tuple[OutboxRow, ...] = in_ledger(lambda ledger: ledger.outbox(piece))
    return next(row for row in rows if row.channel == "bluesky")


@pytest.fixture
def sentence(piece: str, in_ledger: InLedger) -> str:
    """One of the piece's own."""

    async def read(ledger: Ledger) -> str:
        rows = await ledger.outbox(piece)
        release = await ledger.body(rows[0].release)
        monetized = await ledger.body(Release.model_validate_json(release[1] if release else "").parent)
        body = MonetizedDraft.model_validate_json(monetized[1] if monetized else "").body
        return next(s.text for s in statements(body) if s.kind == "paragraph" and len(s.text.split()) > 8)

    return str(in_ledger(read))


Says = Callable[..., str]


@pytest.fixture
def says(forum: Forum, post: OutboxRow) -> Iterator[Says]:
    """Somebody says this below the post."""

    def say(text: str, likes: int = 3) -> str:
        heard = forum.heard.get(post.remote_id or "", Engagement())
        response = Response(
            remote_id=f"at://{len(heard.responses)}",
            kind=Kind.REPLY,
            author="ada.example",
            text=text,
            url="https://bluesky.example/ada/1",
            at=datetime.now(UTC),
            to=post.remote_id or "",
        )
        forum.heard[post.remote_id or ""] = Engagement(
            counts={Kind.LIKE: likes}, responses=(*heard.responses, response)
        )
        return response.remote_id

    yield say


def test_from_a_question_to_its_row(
    flywheel: Flywheel, says: Says, sentence: str, in_ledger: InLedger, piece: str
) -> None:
    """`engage` says what came in and what waits, `review` shows and approves it by its id, and `replies` says that it is answered."""
    says(f"Is it so that {sentence}?")
    says("Lovely.")
    ran = flywheel("engage", "--json").json
    (waits,) = ran["waiting"]
    assert ran["posts"][0]["counts"] == {"like": 3}
    assert (waits["mark"], waits["author"], waits["piece"]) == ("drafted", "ada.example", piece)
    said = flywheel("engage").out
    assert "3 likes" in said
    assert f"flywheel review {waits['id']}" in said
    assert "ada.example on bluesky: Is it so that" in said
    shown = flywheel("review", waits["id"]).out
    assert "> Is it so that" in shown
    assert "--approve" in shown
    done = flywheel("review", waits["id"][:10], "--approve", "--json").json
    assert (done["mark"], done["payload"]) == ("answered", None)
    rows = in_ledger(lambda ledger: ledger.outbox(piece))
    assert [row.post_id for row in rows if row.answers] == ["reply-1"]
    listed = {r["text"]: r["mark"] for r in flywheel("replies", "--json").json["replies"]}
    assert list(listed.values()) == ["answered", "ignored"]
    story = flywheel("show", piece, "--json").json
    assert story["status"] == "published"
    assert "reply-1" not in [p["id"] for p in story["posts"]]
    assert flywheel("review", waits["id"], "--approve").code == 1


def test_nothing_to_answer_from(flywheel: Flywheel, says: Says, tmp_path: Path) -> None:
    """A question that the piece doesn't answer waits for a person's own words, by a file or dropped; approve isn't open."""
    says("Do you like cheese on toast in the morning?")
    (waits,) = flywheel("engage", "--json").json["waiting"]
    assert waits["mark"] == "unanswered"
    refused = flywheel("review", waits["id"], "--approve")
    assert (refused.code, "approve isn't open" in refused.err) == (2, True)
    file = tmp_path / "words.txt"
    file.write_text("I do, on Sundays.\n")
    assert flywheel("review", waits["id"], "--edit", file, "--json").json["mark"] == "answered"


def test_in_a_narrow_terminal(
    flywheel: Flywheel, says: Says, sentence: str, terminal: Callable[..., pexpect.spawn[str]]
) -> None:
    """The dialogue is the one that pieces have, on a phone's width too: shown, sent back with a note, dropped with a reason."""
    says(f"Is it so that {sentence}?")
    (waits,) = flywheel("engage", "--json").json["waiting"]
    child = terminal("review", waits["id"], columns=40)
    child.timeout = 120  # a whole start of the program, on a busy machine
    child.expect(r"\[q\]uit\s+> ")
    seen = STYLE.sub("", str(child.before))
    assert "Reply: please review" in seen
    assert max(len(line.rstrip()) for line in seen.splitlines()) <= 40
    child.sendline("r")
    child.expect("Who makes it again")
    child.sendline("")
    child.expect("What should be different")
    child.sendline("Another sentence")
    child.expect(r"\[q\]uit\s+> ")
    child.sendline("d")
    child.expect("Why")
    child.sendline("Not worth it")
    child.expect(pexpect.EOF)
    (row,) = flywheel("replies", "--json").json["replies"]
    assert (row["mark"], row["reason"]) == ("ignored", "Not worth it")


def test_a_person_knows_better(flywheel: Flywheel, says: Says) -> None:
    """What was marked as spam is opened by its id, and what waits can be ignored; neither can be done to what isn't there."""
    says("Have you read https://a.example/1 and https://a.example/2 already?")
    assert flywheel("engage", "--json").json["waiting"] == []
    (row,) = flywheel("replies", "--json").json["replies"]
    assert row["mark"] == "spam"
    refused = flywheel("review", row["id"])
    assert refused.code == 1
    assert f"flywheel replies --open {row['id']}" in refused.err
    (opened,) = flywheel("replies", "--open", row["id"], "--json").json["replies"]
    assert opened["mark"] == "unanswered"
    assert flywheel("review", row["id"], "--json").json["payload"]["action_request"]["action"] == "review_reply"
    (ignored,) = flywheel("replies", "--ignore", row["id"], "--json").json["replies"]
    assert ignored["mark"] == "ignored"
    assert flywheel("replies", "--ignore", row["id"]).code == 1
    assert "No reply is called" in flywheel("replies", "--open", "reply-zz").err
    assert flywheel("replies", "--open", "a", "--ignore", "b").code == 2


def test_a_thread_that_was_cut_off(flywheel: Flywheel, says: Says, workspace: Path, in_ledger: InLedger) -> None:
    """Where a draft's thread is lost, the next `engage` makes it again, and what is settled keeps no thread."""
    says("Do you like cheese on toast in the morning?")
    (waits,) = flywheel("engage", "--json").json["waiting"]
    for name in ("checkpoints.db", "checkpoints.db-wal", "checkpoints.db-shm"):
        (workspace / ".flywheel" / name).unlink(missing_ok=True)
    assert flywheel("review", waits["id"]).code == 1
    assert [w["id"] for w in flywheel("engage", "--json").json["waiting"]] == [waits["id"]]
    assert flywheel("review", waits["id"], "--drop", "No.", "--json").json["mark"] == "ignored"
    flywheel("engage")
    assert flywheel("review", waits["id"]).code == 1


def test_a_channel_that_is_down(flywheel: Flywheel, piece: str, forum: Forum) -> None:
    """A channel that can't be asked is named, and the exit code says so."""
    forum.trouble = Unreachable("connection refused")
    ran = flywheel("engage", "--json")
    assert ran.code == 1
    assert ran.json["troubles"] == ["bluesky: connection refused"]
    assert "Not asked: bluesky" in flywheel("engage").out


def test_nothing_yet(flywheel: Flywheel) -> None:
    """Before anybody did anything, both say so."""
    assert "Nothing waits for an answer." in flywheel("engage").out
    assert "Nobody said anything yet." in flywheel("replies").out
    assert json.loads(flywheel("replies", "--json").out) == {"replies": []}
