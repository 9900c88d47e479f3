"""`flywheel subscribers`: listed, added, imported, removed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.desk.conftest import Flywheel

pytestmark = pytest.mark.long

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def listed(flywheel: Flywheel) -> dict[str, tuple[str, str]]:
    """Address -> (state, source)."""
    return {
        s["address"]: (s["state"], s["source"]) for s in flywheel("subscribers", "list", "--json").json["subscribers"]
    }


def test_nobody_yet(flywheel: Flywheel) -> None:
    """Without readers it says how to add one."""
    ran = flywheel("subscribers", "list")
    assert ran.code == 0
    assert "subscribers add" in ran.out


def test_what_is_said_to_the_group(flywheel: Flywheel, workspace: Path) -> None:
    """The workspace and --json may stand before the command's name."""
    added = flywheel("subscribers", "-w", workspace, "--json", "add", "ada@example.org", where=False)
    assert added.code == 0
    assert added.json
    assert len(flywheel("subscribers", "-w", workspace, "--json", "list", where=False).json["subscribers"]) == 1


def test_a_readers_life(flywheel: Flywheel) -> None:
    """Added, removed, not brought back by an import, taken in again by hand."""
    assert "ada@example.org is added" in flywheel("subscribers", "add", "ada@Example.ORG", "--source", "a letter").out
    assert "subscribes already" in flywheel("subscribers", "add", "ada@example.org").out
    assert flywheel("subscribers", "remove", "ada@example.org").code == 0
    assert listed(flywheel) == {"ada@example.org": ("unsubscribed", "a letter")}
    assert "is taken in again" in flywheel("subscribers", "add", "ada@example.org", "--source", "another letter").out
    assert listed(flywheel) == {"ada@example.org": ("active", "another letter")}
    said = flywheel("subscribers", "list").out
    assert "1 of 1 get the newsletter" in said


def test_no_token_is_shown(flywheel: Flywheel, in_ledger: Callable[..., Any]) -> None:
    """What unsubscribes a reader stays in the ledger and their mails."""
    flywheel("subscribers", "add", "ada@example.org")
    (reader,) = in_ledger(lambda ledger: ledger.subscribers())
    for ran in (flywheel("subscribers", "list"), flywheel("subscribers", "list", "--json")):
        assert reader.token not in ran.out


def test_a_list_is_imported(flywheel: Flywheel, tmp_path: Path) -> None:
    """The column called email is read, each address once; who is known, or has left, stays as they are."""
    flywheel("subscribers", "add", "gone@example.org")
    flywheel("subscribers", "remove", "gone@example.org")
    file = tmp_path / "list.csv"
    file.write_bytes(
        '\ufeffName,"E-Mail"\r\n"Roe, Jane",jane@example.org\r\n\r\nGone,gone@example.org\r\nJane,JANE@example.org\r\nJ,jane@EXAMPLE.org\r\n'.encode()
    )
    ran = flywheel("subscribers", "import", file, "--source", "form, 2025", "--json")
    assert ran.json == {"added": ["jane@example.org", "JANE@example.org"], "known": 1}
    assert listed(flywheel)["gone@example.org"][0] == "unsubscribed"
    assert listed(flywheel)["jane@example.org"] == ("active", "form, 2025")


def test_one_address_a_line_will_do(flywheel: Flywheel, tmp_path: Path) -> None:
    """A file without a head is a list of addresses; international domains are kept in ASCII."""
    file = tmp_path / "list.txt"
    file.write_text("a@example.org\nb@bücher.example\n", encoding="utf-8")
    assert "2 added." in flywheel("subscribers", "import", file, "--source", "a form").out
    assert set(listed(flywheel)) == {"a@example.org", "b@xn--bcher-kva.example"}


def test_every_wrong_line_is_named_and_nobody_is_added(flywheel: Flywheel, tmp_path: Path) -> None:
    """A file with mistakes adds nobody, and names each line that is wrong, as the file counts them."""
    file = tmp_path / "list.csv"
    file.write_text('name,email\n"two\nlines",ok@example.org\nx,not an address\ny\n', encoding="utf-8")
    ran = flywheel("subscribers", "import", file, "--source", "a form", "--json")
    assert ran.code == 2
    problems = ran.json["error"]["problems"]
    assert [p["where"].rpartition(":")[2] for p in problems] == ["4", "5"]
    assert "not an address" in problems[0]["message"]
    assert listed(flywheel) == {}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\nx@example.org,y\n", "names no column of addresses"),
        (b"\n\n", "holds no addresses"),
        (b"email\n", "holds no addresses"),
        ("é@example.org".encode("latin-1"), "is not UTF-8 at byte 0"),
    ],
)
def test_a_file_that_is_no_list_is_told(flywheel: Flywheel, tmp_path: Path, content: bytes, words: str) -> None:
    """What can't be read is said with what to do."""
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    ran = flywheel("subscribers", "import", file, "--source", "a form")
    assert words in ran.err


@pytest.mark.parametrize("address", ["", "nobody", "a b@example.org", "x@localhost", "a@b@c.org", f"{'x' * 65}@e.org"])
def test_what_is_no_address_is_refused(flywheel: Flywheel, address: str) -> None:
    """A mistyped address is told, and nobody is added."""
    assert flywheel("subscribers", "add", address).code == 2
    assert flywheel("subscribers", "remove", "ada@example.org").code == 2


def test_a_mailing_is_shown(flywheel: Flywheel, published: str, in_ledger: Callable[..., Any]) -> None:
    """What became of each mail of a post, by address; a post that wasn't mailed, and one that there isn't, are told."""
    (row,) = in_ledger(lambda ledger: ledger.outbox(published))
    assert flywheel("subscribers", "mailing", f"{published}/site").code == 2

    async def begun(ledger: Any) -> None:
        await ledger.subscribe(["a@example.org", "b@example.org"], source="a form", now=NOW)
        await ledger.begin_mailing(row.key, {"a@example.org": "<1@x>", "b@example.org": "<2@x>"}, now=NOW)
        await ledger.arm_mail(row.key, "a@example.org", holder="h", now=NOW)

    in_ledger(begun)
    mails = flywheel("subscribers", "mailing", f"{published}/site", "--json").json["mails"]
    assert [(mail["address"], mail["state"]) for mail in mails] == [
        ("a@example.org", "armed"),
        ("b@example.org", "intended"),
    ]
    assert "1 armed, 1 intended" in flywheel("subscribers", "mailing", row.key[:8]).out
    assert flywheel("subscribers", "mailing", "k2").code == 1
