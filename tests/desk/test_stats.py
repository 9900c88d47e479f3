"""`flywheel stats`: what paid, in the terminal, for machines, and as a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pexpect
import pytest

from desk.pages import mark
from desk.stats_page import KIND
from state.ledger import Ledger
from tests.desk.conftest import Flywheel
from tests.support.takings import Takings

pytestmark = pytest.mark.long

HOSTILE = '<script>alert(1)</script> & \u202e"kettle" \''
InLedger = Callable[[Callable[[Ledger], Coroutine[Any, Any, None]]], None]


async def _few(ledger: Ledger) -> None:
    """Two pieces, one of them with a title that attacks; orders through one, and one that nobody knows the way of."""
    made = Takings(ledger)
    await made.piece("p1", "The kettle", traits={"angles": "what it cost"})
    await made.piece("p2", HOSTILE, traits={"angles": "<b>who</b> decided"})
    await made.post("p1", "bluesky", views=1_000)
    await made.post("p2", "site")
    one, two = await made.link("p1", "bluesky", "repair-guide"), await made.link("p2", "site", "repair-guide")
    clicks = await made.click(one, 60)
    await made.click(two, 50)
    await made.click(two, 7, bot=True)
    for i in range(6):
        await made.sell(f"o{i}", 12.5, click=clicks[i], code=one)
    await made.sell("o1", 2.5, refund=True)
    await made.sell("lost", 9.99)
    await made.sell("yen", 500, code=two, currency="JPY")


@pytest.fixture
def few(in_ledger: InLedger) -> None:
    in_ledger(_few)


def test_an_empty_workspace_says_what_to_do(flywheel: Flywheel) -> None:
    """With nothing published there is nothing to count, and a command that changes that."""
    ran = flywheel("stats")
    assert ran.code == 0
    assert "Nothing is published yet" in ran.out
    assert "flywheel run" in ran.out
    page = flywheel("stats", "--html")
    assert page.code == 0
    assert flywheel("stats", "--json").json["all"]["published"] == 0


@pytest.mark.usefixtures("few")
def test_the_funnel_and_the_money(flywheel: Flywheel) -> None:
    """It tells the funnel with what isn't told, tables with their intervals, currencies apart, and that the books balance."""
    ran = flywheel("stats")
    assert ran.code == 0
    for said in (
        "published: 2 posts since the beginning",
        "seen: 1,000, and site tells nothing",
        "clicked: 110, 6.0 % (4.7 to 7.6) of what was seen; 7 more by programs",
        "bought: 7, 6.4 % (3.1 to 12.6) of what was clicked; 1 more unattributed; 1 paid back, whole or in part",
        "earned: 82.49 GBP, 500 JPY",
        "bluesky\t1\t1,000\t60\t6.0 % (4.7 to 7.6)\t6\t10.0 % (4.7 to 20.1)\t72.50 GBP\t1.21 GBP (0.4",
        "site\t1\tnot told\t50\tnot told\t1\t2.0 % (0.4 to 10.5)\t500 JPY\tnot enough data yet",
        "all posts\t2\t1,000\t110\t6.0 % (4.7 to 7.6)\t7\t6.4 % (3.1 to 12.6)\t72.50 GBP, 500 JPY",
        "unattributed\t\t\t\t\t1\t\t9.99 GBP",
        "Only one offer so far: repair-guide",
        "The books balance: 72.50 GBP, 500 JPY by posts and 9.99 GBP unattributed are the 82.49 GBP, 500 JPY",
        "Wilson",
    ):
        assert said in ran.out


@pytest.mark.usefixtures("few")
def test_by_what_was_asked_for(flywheel: Flywheel) -> None:
    """--by gives one table; titles stand in it without the characters that a terminal would obey."""
    ran = flywheel("stats", "--by", "piece")
    assert ran.code == 0
    assert "The kettle\t1" in ran.out and "<script>" in ran.out
    assert "\u202e" not in ran.out
    assert "published:" not in ran.out
    hours = flywheel("stats", "--by", "hour", "--json").json["by"]
    assert [(t["key"], t["clicked"]) for t in hours["hour"]] == [("09:00", 110)]


@pytest.mark.usefixtures("few")
def test_for_machines(flywheel: Flywheel) -> None:
    """--json has exact amounts, rates with the ends of their intervals, and null for what nobody tells."""
    told = flywheel("stats", "--json").json
    assert told["balance"] is True
    assert told["sold"] == {"GBP": "82.49", "JPY": "500"}
    assert told["unattributed"] == {"GBP": "9.99"}
    first, second = told["by"]["channel"]
    assert (first["name"], first["earned"], first["buy_rate"]["value"]) == ("bluesky", {"GBP": "72.5"}, 0.1)
    assert first["per_click"]["currency"] == "GBP"
    assert first["per_click"]["low"] < 72.5 / 60 < first["per_click"]["high"]
    assert (second["seen"], second["click_rate"], second["bots"]) == (None, None, 7)


@pytest.mark.usefixtures("few")
def test_since_a_day(flywheel: Flywheel) -> None:
    """What happened before the day counts for nothing."""
    told = flywheel("stats", "--since", "2026-01-06", "--json").json
    assert (told["all"]["published"], told["all"]["clicked"], told["sold"]) == (0, 0, {})
    assert told["balance"] is True
    assert "since 6 January 2026" in flywheel("stats", "--since", "2026-01-06").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "yesterday"), "'yesterday' is no day"),
        (("--since", "2026-02-30"), "is no day"),
        (("--since", "0001-01-01", "--by", "bees"), "Nothing is counted by 'bees'"),
        (("--since", "9999-12-31"), "is still to come"),
        (("--by", ""), ""),
        (("--out", "x.html"), "Give --html"),
        (("--open",), "Give --html"),
        (("--html", "--by", "piece"), "exclude each other"),
    ],
)
def test_wrong_usage(flywheel: Flywheel, words: tuple[str, ...], said: str) -> None:
    """A day that is none or hasn't come, something that nothing is counted by, options that contradict each other: 2, and why."""
    ran = flywheel("stats", *words)
    assert ran.code == (2 if said else 0)
    assert said in ran.err


@pytest.mark.parametrize(("zone", "code"), [("Asia/Tokyo", 2), ("America/New_York", 0)])
def test_a_day_at_the_edge_of_time(flywheel: Flywheel, workspace: Path, zone: str, code: int) -> None:
    """The first day that there is begins in Tokyo before there was any UTC: it is refused as no day, and elsewhere taken."""
    file = workspace / "flywheel.toml"
    file.write_text(
        re.sub(r'timezone = ".*"', f'timezone = "{zone}"', file.read_text(encoding="utf-8")), encoding="utf-8"
    )
    ran = flywheel("stats", "--since", "0001-01-01")
    assert ran.code == code
    assert ("is no day" in ran.err) is (code == 2)


class _Page(HTMLParser):
    """Every tag with its attributes, and the words that a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(file: Path) -> _Page:
    page = _Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


@pytest.mark.usefixtures("few")
def test_the_page_needs_nothing_else(flywheel: Flywheel, workspace: Path, tmp_path: Path) -> None:
    """One file with charts and, beside each, its table; nothing in it runs, is fetched, or comes from a title as markup."""
    file = tmp_path / "deep" / "what.html"
    ran = flywheel("stats", "--html", "--out", file)
    assert ran.code == 0 and str(file) in ran.out
    assert not (workspace / ".flywheel" / "stats.html").exists()
    html, page = file.read_text(encoding="utf-8"), read(file)
    assert html.startswith(mark(KIND))
    names = [tag for tag, _ in page.tags]
    assert {"script", "img", "iframe", "link", "image", "use", "foreignobject"} & set(names) <= {"link"}
    addresses = [v for _, attrs in page.tags for k, v in attrs.items() if k in ("src", "href", "xlink:href", "srcset")]
    assert addresses == ["data:,"]
    assert not re.search(r"url\(|@import", html)
    assert not [k for _, attrs in page.tags for k in attrs if k.startswith("on")]
    assert "110 clicks, 8 orders, 82.49 GBP, 500 JPY" in html  # the one that nobody knows the way of, and its money
    # The funnel, the time, channels, offers, pieces, angles and hours.
    assert names.count("svg") == names.count("table") == 7
    said = " ".join(page.words)
    for part in (
        "The kettle",
        "<script>alert(1)</script>",
        "not told",
        "unattributed",
        "not enough data yet",
        "500 JPY",
    ):
        assert part in said
    assert "\u202e" not in html


@pytest.mark.usefixtures("few")
def test_colours_are_the_pages(flywheel: Flywheel, workspace: Path) -> None:
    """Every colour of a chart is one that the style knows by day and by night, and each chart says what it shows."""
    flywheel("stats", "--html")
    page = read(workspace / ".flywheel" / "stats.html")
    colours = {v for _, attrs in page.tags for k, v in attrs.items() if k in ("fill", "stroke")}
    assert {c for c in colours if c and not c.startswith("var(--")} <= {"none", "transparent"}
    labels = [attrs.get("aria-label") for tag, attrs in page.tags if tag == "svg"]
    assert all(labels) and len(set(labels)) == len(labels)


@pytest.mark.usefixtures("few")
def test_no_place_for_the_page(flywheel: Flywheel, tmp_path: Path) -> None:
    """A folder, a file of somebody's own, and a file below a file are refused, and stay as they are."""
    essay = tmp_path / "essay.md"
    essay.write_text("my words")
    for out in (tmp_path, essay, essay / "page.html"):
        ran = flywheel("stats", "--html", "--out", out)
        assert ran.code == 2, out
        assert str(out) in ran.err
    assert essay.read_text() == "my words"


@pytest.mark.usefixtures("few")
def test_a_page_is_made_again(flywheel: Flywheel, workspace: Path) -> None:
    """A page of its own is written over."""
    assert flywheel("stats", "--html").code == 0
    ran = flywheel("stats", "--html", "--json")
    assert ran.json["page"] == str((workspace / ".flywheel" / "stats.html").resolve())


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("columns", [40, 80, 130])
def test_it_fits_the_terminal(terminal: Callable[..., pexpect.spawn[str]], columns: int) -> None:
    """No line is longer than the terminal; below 72 columns a table is a list, and rates stand where there is room."""
    child = terminal("stats", columns=columns)
    child.expect(pexpect.EOF)
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", child.before or "").replace("\r", "").split("\n")
    assert max(map(len, lines)) <= columns
    said = "\n".join(lines)
    assert ("  seen: 1,000" in said) is (columns == 40)
    assert ("a click" in said) is (columns != 80)
    assert "unattributed" in said and "The books balance" in said
