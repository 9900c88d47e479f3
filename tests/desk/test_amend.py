"""What is published can be corrected and taken down, through the same review, and the ledger keeps every version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from state.records import PostState
from tests.desk.conftest import Flywheel

pytestmark = pytest.mark.long

InLedger = Callable[[Any], Any]


def _page(workspace: Path) -> str:
    (page,) = workspace.glob("site/posts/*/index.html")
    return page.read_text(encoding="utf-8")


def test_an_edit_changes_what_is_published(
    flywheel: Flywheel, published: str, workspace: Path, tmp_path: Path, in_ledger: InLedger
) -> None:
    """The approved words take the place of the old ones on the page; one page stands, and both Releases are kept."""
    opened = flywheel("amend", published, "--json").json
    assert opened["waiting"]["point"] == "review_release"
    assert opened["payload"]["config"]["allow_respond"] is False
    file = tmp_path / "release.md"
    flywheel("review", published, "--save", file)
    before = file.read_text()
    assert "I keep a shoebox" in before
    file.write_text(before.replace("\n\nI keep a shoebox", "\n\nI keep a hatbox"))
    after = flywheel("review", published, "--edit", file, "--json").json
    assert after["status"] == "published"
    assert "I keep a hatbox" in _page(workspace)
    rows = in_ledger(lambda ledger: ledger.outbox(published))
    assert [(row.action, row.state.value) for row in rows] == [("create", "confirmed"), ("edit", "confirmed")]
    assert rows[1].target == rows[0].key
    assert rows[0].release != rows[1].release
    assert all(in_ledger(lambda ledger, d=row.release: ledger.body(d)) for row in rows)


def test_a_second_correction_stands_on_the_first(
    flywheel: Flywheel, published: str, workspace: Path, tmp_path: Path
) -> None:
    """Each amendment starts from what is out now."""
    for n, (old, new) in enumerate([("a shoebox", "a hatbox"), ("a hatbox", "a tea chest")]):
        flywheel("amend", published)
        file = tmp_path / f"{n}.md"
        flywheel("review", published, "--save", file)
        file.write_text(file.read_text().replace(f"\n\nI keep {old}", f"\n\nI keep {new}"))
        assert flywheel("review", published, "--edit", file).code == 0
    assert "a tea chest" in _page(workspace) and "a hatbox" not in _page(workspace)


def test_a_title_can_be_mended(flywheel: Flywheel, published: str, workspace: Path, tmp_path: Path) -> None:
    """A person may give another title, and its address stays; a number that the draft hasn't is refused there too."""
    (before,) = workspace.glob("site/posts/*")
    for title, code in (("Why 4711 bulbs last", 2), ("Why a bulb lasts", 0)):
        flywheel("amend", published)
        file = tmp_path / f"{code}.md"
        flywheel("review", published, "--save", file)
        lines = file.read_text().split("\n")
        file.write_text("\n".join([f"Title: {title}", *lines[1:]]))
        assert flywheel("review", published, "--edit", file).code == code
    assert "Why a bulb lasts" in _page(workspace)
    assert list(workspace.glob("site/posts/*")) == [before]


def test_dropped_it_leaves_all_as_it_is(flywheel: Flywheel, published: str, workspace: Path) -> None:
    """An amendment that is dropped, or approved without a change, changes nothing, and the piece is published still."""
    before = _page(workspace)
    for answer in (["--drop", "never mind"], ["--approve"]):
        flywheel("amend", published)
        assert flywheel("review", published, *answer, "--json").json["status"] == "published"
    assert _page(workspace) == before
    assert flywheel("outbox").out.startswith("Nothing is on its way")


def test_an_edit_that_says_more_is_refused(flywheel: Flywheel, published: str, workspace: Path, tmp_path: Path) -> None:
    """A correction passes the same checks as what it corrects."""
    before = _page(workspace)
    flywheel("amend", published)
    file = tmp_path / "release.md"
    flywheel("review", published, "--save", file)
    file.write_text(file.read_text().replace("\n\nI keep a shoebox", "\n\nI keep 4711 shoeboxes"))
    ran = flywheel("review", published, "--edit", file)
    assert ran.code == 2
    assert "release.new-claim" in ran.err
    assert _page(workspace) == before


def test_take_down(flywheel: Flywheel, published: str, workspace: Path, in_ledger: InLedger) -> None:
    """A piece that is taken down is gone from the site, and stays in the ledger with the reason."""
    ran = flywheel("amend", published, "--take-down", "it was wrong", "--json").json
    assert ran["status"] == "dropped"
    assert not list(workspace.glob("site/posts/*/index.html"))
    decision = in_ledger(lambda ledger: ledger.decisions(published))[-1]
    assert (decision.kind, decision.note, decision.by) == ("drop", "it was wrong", "person")
    again = flywheel("amend", published, "--take-down", "again")
    assert again.code == 1
    assert flywheel("amend", published).code == 1


def test_a_channel_that_it_isnt_on_is_named(flywheel: Flywheel, published: str) -> None:
    """A wrong channel is an error with the channels there are, and no review is left open."""
    ran = flywheel("amend", published, "--take-down", "x", "--channel", "blusky")
    assert ran.code == 2
    assert "It is on site" in ran.err
    assert flywheel("pieces", "--json").json["pieces"][0]["status"] == "published"


def test_what_isnt_published_cant_be_amended(flywheel: Flywheel, piece: str) -> None:
    """A piece that waits at another review shows that review; options that contradict each other are refused."""
    assert flywheel("amend", piece, "--json").json["waiting"]["point"] == "review_brief"
    assert flywheel("amend", piece, "--channel", "site").code == 2
    assert flywheel("amend", piece, "--take-down", " ").code == 2


def test_a_piece_that_is_half_out_is_taken_down_whole(
    flywheel: Flywheel, published: str, workspace: Path, in_ledger: InLedger
) -> None:
    """What was never sent isn't sent any more, what is out goes, and the piece is dropped."""
    (row,) = in_ledger(lambda ledger: ledger.outbox(published))
    unsent = row.model_copy(
        update={
            "key": "x" * 32,
            "post_id": "bluesky-1",
            "channel": "bluesky",
            "state": PostState.INTENDED,
            "remote_id": None,
        }
    )
    in_ledger(lambda ledger: ledger.write_outbox([unsent]))
    told = flywheel("amend", published, "--take-down", "it was wrong", "--json").json
    assert told["status"] == "dropped"
    assert not list(workspace.glob("site/posts/*/index.html"))
    assert flywheel("send", "--json").json["waiting"] == 0


def test_what_was_dropped_stays_dropped(
    flywheel: Flywheel, workspace: Path, tmp_path: Path, in_ledger: InLedger, add: Callable[[str, str], None]
) -> None:
    """A post that a person gave up isn't brought back by a correction of another, or by taking another down: only by other words of its own."""
    add(".env", "BLUESKY_APP_PASSWORD=abcd-efgh-ijkl-mnop\n")
    add("flywheel.toml", '[channels.bluesky]\nhandle = "nora.example"\nservice = "http://127.0.0.1:1"\n')
    piece = str(flywheel("run", "Why the bulb lasts", "--approve-all", "--json").json["piece"])
    posts = [row for row in in_ledger(lambda ledger: ledger.outbox(piece)) if row.channel == "bluesky"]
    assert posts
    for row in posts:
        assert flywheel("outbox", "resolve", f"{piece}/{row.post_id}", "--drop").code == 0
    flywheel("amend", piece)
    assert flywheel("review", piece, "--approve", "--json").json["status"] == "partial"
    file = tmp_path / "release.md"
    flywheel("amend", piece)
    flywheel("review", piece, "--save", file)
    mended = file.read_text().replace("\n\nI keep a shoebox", "\n\nI keep a hatbox", 1)
    file.write_text(f"{mended.partition('=== bluesky ===')[0]}4711 boxes.\n\n=== bluesky ===\n")
    assert flywheel("review", piece, "--edit", file).code == 2
    file.write_text(mended)
    again = flywheel("review", piece, "--edit", file, "--json")
    assert again.code == 0 and again.json["status"] == "partial", again.err
    assert "I keep a hatbox" in _page(workspace)
    rows = in_ledger(lambda ledger: ledger.outbox(piece))
    assert [row.post_id for row in rows if row.channel == "bluesky"] == [row.post_id for row in posts]
