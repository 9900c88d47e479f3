"""`flywheel offers add` and `end`, in a workspace as `init` makes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pexpect
import pytest

from desk.commands import offering
from desk.place import Place
from state.ledger.placements import Carrier
from state.workspace import load_offers
from tests.desk.conftest import Flywheel, on
from tests.state.pieces import COURSE

Terminal = Callable[..., "pexpect.spawn[str]"]
KIT = (
    *("--kind", "own", "--name", 'The "Kit"', "--url", "https://x.example/kit", "--pitch", "A kit, {price}."),
    *("--keyword", "glue", "--keyword", "epoxy resin", "--disclosure", "own", "--price", "12.00", "--currency", "GBP"),
)
COMPLETE = (*KIT, "--promise", "In a box", "--audience", "menders", "--from", "2026-01-01", "--per-week", "2")


def today() -> str:
    return str(datetime.now(UTC).date())


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    folder = tmp_path / "letter"
    assert on(folder)("init", folder, "--name", "L", "--author", "A", where=False).code == 0
    return folder


@pytest.fixture
def file(fresh: Path) -> Path:
    return fresh / "offers.toml"


def test_an_offer_is_added_listed_and_ended(fresh: Path, file: Path) -> None:
    """It stands below what `init` wrote; ended, it is live to the end of the day, and nothing else has changed."""
    flywheel, before = on(fresh), file.read_text(encoding="utf-8")
    ran = flywheel("offers", "add", "kit", *COMPLETE)
    assert (ran.code, ran.err) == (0, "")
    assert 'kit stands in offers.toml: The "Kit", 12.00 GBP, from 2026-01-01.' in ran.out
    (offer,) = load_offers(fresh)
    assert offer.keywords == ("glue", "epoxy resin")
    assert (offer.promises, offer.audience, offer.per_week) == (("In a box",), "menders", 2)
    added = file.read_text(encoding="utf-8")
    assert added.startswith(before)
    listed = flywheel("offers", "--json").json["offers"]
    assert [(o["id"], o["live"], o["left"]) for o in listed] == [("kit", True, 2)]
    assert f"The last day of kit is {today()}; it had none." in flywheel("offers", "end", "kit").out
    assert file.read_text(encoding="utf-8") == f"{added}live_until = {today()}\n"
    assert f"until {today()}" in flywheel("offers").out


def test_what_was_done_as_json(fresh: Path) -> None:
    """One object each, as the list has them; said to the group or to the command."""
    flywheel = on(fresh)
    added = flywheel("offers", "--json", "-w", fresh, "add", "kit", *KIT, where=False).json
    assert added == {"offer": load_offers(fresh)[0].model_dump(mode="json")}
    ended = flywheel("offers", "end", "kit", "--json", "--on", "2030-12-31").json
    assert (ended["changed"], ended["carried_by"], ended["offer"]["live_until"]) == (True, [], "2030-12-31")
    assert flywheel("offers", "end", "kit", "--json", "--on", "2030-12-31").json["changed"] is False


def test_without_a_file(fresh: Path, file: Path) -> None:
    """It is made; in a folder that is no workspace it isn't."""
    file.unlink()
    assert on(fresh)("offers", "add", "kit", *KIT).code == 0
    assert [offer.id for offer in load_offers(fresh)] == ["kit"]
    other = fresh.parent / "other"
    ran = on(other)("offers", "add", "kit", *KIT)
    assert ran.code == 1
    assert "flywheel.toml" in ran.err
    assert not other.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), ["--kind: is missing.", "--name: is missing", "--url: is missing", "--keyword: is missing. List words"]),
        ((*KIT, "--kind", "owned"), ["--kind: expected 'own'", "Did you mean `own`?"]),
        ((*KIT, "--name", ""), ["--name: must not be empty. Fill it in, or leave the option out."]),
        ((*KIT, "--name", "a\nb"), ["--name: holds a line break or a control character."]),
        ((*KIT, "--url", "x.example"), ["--url: `x.example` is not", "Did you mean `https://x.example`?"]),
        ((*KIT, "--pitch", "{prise}"), ["--pitch: `{prise}` would be printed as it stands."]),
        ((*KIT, "--keyword", "..."), ["--keyword: a phrase needs a word in it."]),
        ((*KIT, "--promise", ""), ["--promise: a phrase needs a word in it."]),
        ((*KIT, "--disclosure", "ours"), ["--disclosure: expected 'own'"]),
        (
            (*KIT, "--price", "£12"),
            ['--price: `£12` is not an amount of money. Did you mean "12.00"? The currency has an option'],
        ),
        ((*KIT, "--price", "the key"), ["--price: `the key` is not an amount of money.", "leave the option out"]),
        ((*KIT, "--currency", "gbp"), ["--currency: `gbp` is not a currency."]),
        (KIT[:-2], ["--price: price and currency go together"]),
        (KIT[:-4], ["--pitch: the pitch says {price}, but the offer has no price."]),
        ((*KIT, "--from", "1.1.2026"), ["--from: `1.1.2026` is not a date."]),
        ((*KIT, "--from", "2026-02-01", "--until", "2026-01-31"), ["--until: 2026-01-31 is before --from, which is"]),
        ((*KIT, "--per-week", "0"), ["--per-week: must be at least 1, got 0."]),
        ((*KIT, "--per-week", str(2**63)), ["--per-week: is too large. Give a smaller number."]),
        ((*KIT, "--per-week", "two"), ["Invalid value for '--per-week'"]),
        ((*KIT, "--slots", "3"), ["slots are what a sponsor paid for: for another kind, --per-week is the cap."]),
        ((*KIT, "--kind", "affiliate"), ["--disclosure: an affiliate offer needs --disclosure affiliate."]),
        (
            (*KIT, "--kind", "sponsor", "--disclosure", "sponsored"),
            ["--disclosure: a sponsor's offer needs slots, --from and --until: what was paid for, and for when."],
        ),
    ],
)
def test_what_is_wrong_is_told_by_options(fresh: Path, file: Path, words: tuple[str, ...], said: list[str]) -> None:
    """It exits with 2, names the options, not lines of a file, and writes nothing."""
    before = file.read_bytes()
    ran = on(fresh)("offers", "add", "kit", *words)
    assert (ran.code, ran.out) == (2, "")
    for part in said:
        assert part in ran.err
    assert file.read_bytes() == before


def test_an_id_that_wont_do(fresh: Path) -> None:
    """One that is taken is told with its line, one of another form with how they look."""
    flywheel = on(fresh)
    flywheel("offers", "add", "kit", *KIT)
    line = (fresh / "offers.toml").read_text(encoding="utf-8").split("\n").index("[[offer]]") + 1
    assert f"ID: the offer on line {line} of offers.toml has the same id." in flywheel("offers", "add", "kit", *KIT).err
    ran = flywheel("offers", "add", "My Kit", *KIT, "--json")
    assert (ran.code, ran.json["error"]["kind"]) == (2, "usage")
    (problem,) = ran.json["error"]["problems"]
    assert problem["where"] == "ID"
    assert "lower-case words joined by hyphens" in problem["fix"]
    assert "Missing argument 'ID'" in flywheel("offers", "add").err
    assert "Missing argument 'ID'" in flywheel("offers", "end").err


@pytest.mark.parametrize("words", [("add", "kit", *KIT), ("end", "kit")])
def test_a_file_with_mistakes(fresh: Path, file: Path, words: tuple[str, ...]) -> None:
    """Its own mistakes are told by their lines, and it is left as it is."""
    file.write_text('[[offer]]\nid = "kit"\n', encoding="utf-8")
    ran = on(fresh)("offers", *words)
    assert ran.code == 1
    assert "offers.toml:1: [[offer]] kit: kind: is missing." in ran.err
    assert "offers.toml was left as it is." in ran.err
    assert file.read_text(encoding="utf-8") == '[[offer]]\nid = "kit"\n'


def test_an_end_that_wont_do(fresh: Path) -> None:
    """An offer that there isn't, a day that is none, a day before it began."""
    flywheel = on(fresh)
    flywheel("offers", "add", "kit", *KIT, "--from", "2026-01-01")
    for words, said in (
        (("kitt",), "ID: offers.toml has no offer `kitt`. Did you mean `kit`?"),
        (("kit", "--on", "tomorrow"), "--on: `tomorrow` is not a date."),
        (("kit", "--on", ""), "--on: `` is not a date."),
        (("kit", "--on", "2025-12-31"), "--on: 2025-12-31 is before live_from, which is 2026-01-01."),
    ):
        ran = flywheel("offers", "end", *words)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
    assert load_offers(fresh)[0].live_until is None


def test_what_has_ended(fresh: Path, file: Path) -> None:
    """It says so, exits with 0 and writes nothing."""
    flywheel = on(fresh)
    flywheel("offers", "add", "kit", *KIT, "--until", "2026-01-31")
    before = file.read_bytes()
    for words in ((), ("--on", "2099-01-01")):
        ran = flywheel("offers", "end", "kit", *words)
        assert (ran.code, ran.out) == (0, "kit ended on 2026-01-31 already: nothing was changed.\n")
    assert file.read_bytes() == before


def test_a_sponsors_dates(fresh: Path) -> None:
    """A sponsor's offer may end sooner, and be prolonged while it is live."""
    flywheel, late = on(fresh), str(datetime.now(UTC).date() + timedelta(days=90))
    sponsor = (*KIT, "--kind", "sponsor", "--disclosure", "sponsored", "--slots", "3", "--from", "2026-01-01")
    assert flywheel("offers", "add", "kit", *sponsor, "--until", late).code == 0
    assert f"The last day of kit is {today()}; it was {late}." in flywheel("offers", "end", "kit").out
    assert f"The last day of kit is {late}; it was {today()}." in flywheel("offers", "end", "kit", "--on", late).out


@pytest.mark.long
def test_who_carries_what_ended(flywheel: Flywheel, workspace: Path, piece: str) -> None:
    """Pieces that wait with it are named, with the command that has it taken out; they can't go out with it any more."""
    for _ in range(2):
        flywheel("review", piece, "--approve")
    yesterday = str(datetime.now(UTC).date() - timedelta(days=1))
    told = {o.id: flywheel("offers", "end", o.id, "--on", yesterday) for o in load_offers(workspace)}
    (said,) = (ran.out for ran in told.values() if piece in ran.out)
    assert f"{piece} waits for you with it, and can't go out so after {yesterday}" in said
    assert f"flywheel review {piece} --rework NOTE --to revenue" in said
    carried = {name: flywheel("offers", "end", name, "--json").json["carried_by"] for name in told}
    assert sorted(carried.values(), key=len) == [[], [], [{"piece": piece, "status": "waiting"}]]
    assert "release.offer-expired" in flywheel("review", piece, "--approve").out


def test_scheduled_pieces() -> None:
    """What becomes of posts that wait for their time is told apart."""
    place = Place(workspace=Path(), named=False)
    ended = COURSE.model_copy(update={"live_until": datetime(2026, 3, 1, tzinfo=UTC).date()})
    (line,) = offering._told((Carrier("p", "scheduled"),), ended, place)
    assert line == "p is scheduled with it: what is due after 2026-03-01 will be parked."


@pytest.mark.long
def test_in_a_terminal(fresh: Path, terminal: Terminal) -> None:
    """Nothing is asked: what is missing is said."""
    child = terminal("offers", "add", "kit", "--name", "Kit")
    child.expect("--kind.*: is missing.*--disclosure.*: is missing")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 2
