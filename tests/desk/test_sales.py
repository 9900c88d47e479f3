"""`flywheel sales`: files read in once, and what was sold, by whom it came."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.sales_file import NoSales, Read, Terms, read_sales
from state.trade import MICROS, Click, Link
from tests.desk.conftest import Flywheel

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEAD = "id,order,kind,amount,currency,at\n"


def read(text: str, **terms: Any) -> Read:
    return read_sales(text, Terms(**terms), now=NOW)


def told(text: str, **terms: Any) -> list[str]:
    return [f"{mistake.line}: {mistake.said}" for mistake in read(text, **terms).mistakes]


def test_a_file_says_what_was_sold() -> None:
    """Ids, orders, refunds by name or by a minus; times with a zone, or by the author's clock."""
    text = (
        HEAD
        + '1,A,sale,"1,234.50",gbp,2026-02-01T10:00:00Z\n2,A,refund,34.50,GBP,2026-02-02\n3,A,,-100,GBP,2026-02-03 09:30\n'
    )
    found = read(text, shop="shopify", zone=ZoneInfo("Europe/Zurich"))
    assert found.mistakes == ()
    assert [(s.event, s.order, s.kind, s.amount // MICROS, s.shop) for s in found.sales] == [
        ("1", "A", "sale", 1234, "shopify"),
        ("2", "A", "refund", 34, "shopify"),
        ("3", "A", "refund", 100, "shopify"),
    ]
    assert [s.at for s in found.sales] == [
        datetime(2026, 2, 1, 10, tzinfo=UTC),
        datetime(2026, 2, 1, 23, tzinfo=UTC),
        datetime(2026, 2, 3, 8, 30, tzinfo=UTC),
    ]


def test_columns_are_mapped_and_the_click_is_found() -> None:
    """A shop calls its columns what it likes; what isn't mapped and isn't ours is left alone."""
    text = "Transaktion;Betrag;Datum;Kunde;Ref\nT1;1.234,50;2026-02-01;Ada;abcdefghij-0a1b\n"
    columns = {"Transaktion": "id", "betrag": "amount", "Datum": "at", "Ref": "click"}
    (sale,) = read(text, columns=columns, mark=",", currency="CHF").sales
    assert (sale.event, sale.amount, sale.currency) == ("T1", 1_234_500_000, "CHF")
    assert (sale.code, sale.click) == ("abcdefghij", "0a1b")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names none"),
        ("a,b\n1,2\n", "no column of its first line is amount or currency or at: it names a, b"),
        ("amount,at,amount\n", "two of its columns are amount"),
        ('amount,currency,at\n"1,GBP,2026-02-01\n', "is no CSV"),
    ],
)
def test_a_file_that_is_no_list_of_sales_is_told(text: str, words: str) -> None:
    """What is missing is named."""
    with pytest.raises(NoSales, match=words):
        read(text)


def test_a_map_to_no_column_is_told() -> None:
    """A column that was mapped has to be there."""
    with pytest.raises(NoSales, match="it has no column Betrag"):
        read(HEAD, columns={"Betrag": "amount"})


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1,A,sale,1.234,GBP,2026-02-01", "three decimals"),
        ('1,A,sale,"1,5",GBP,2026-02-01', "no amount with `.`"),
        ("1,A,sale,-5,GBP,2026-02-01", "what is negative is a refund"),
        ("1,A,gift,5,GBP,2026-02-01", "kind is `sale` or `refund`"),
        ("1,A,sale,5,Pound,2026-02-01", "'POUND' is not a currency's code"),
        ("1,A,sale,5,,2026-02-01", "is not a currency's code"),
        ("1,A,sale,5,GBP,01/02/2026", "is no time"),
        ("1\x00,A,sale,5,GBP,2026-02-01", "a control character"),
        (f"1,{'A' * 256},sale,5,GBP,2026-02-01", "more than 255 characters"),
        ("1,A,sale,5,GBP,2026-03-03", "lies in the future"),
        ("1,A,sale,5,GBP,0001-01-01T00:00:00+14:00", "is no time"),
        ("1,A,sale,5,GBP", "it has 5 columns, and the first line 6"),
        ("0,A,sale,6,GBP,2026-02-01", "stands on line 2 as well"),
    ],
)
def test_each_wrong_line_is_named(row: str, said: str) -> None:
    """By its number in the file, with what is wrong; the lines around it are read."""
    (mistake,) = told(HEAD + f"0,A,sale,5,GBP,2026-02-01\n\n{row}\n9,A,sale,5,GBP,2026-02-01\n")
    assert mistake.startswith("4: ")
    assert said in mistake


def test_rows_without_ids_count_once() -> None:
    """Two that say the same are two; a longer export that has them again, in another place, adds only what is new."""
    head, one, two = "amount,currency,at\n", "5,GBP,2026-02-01\n", "7,GBP,2026-02-02\n"
    first = read(head + one + one).sales
    longer = read(head + two + one + one + one).sales
    assert len({s.event for s in first}) == 2
    assert {s.event for s in first} < {s.event for s in longer}
    assert len({s.event for s in longer}) == 4
    assert [s.event for s in read(head + one + one).sales] == [s.event for s in first]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=8)


@given(
    st.lists(
        st.tuples(st.integers(1, 10**9), st.datetimes(datetime(2000, 1, 1), datetime(2026, 2, 28)), cells),
        max_size=8,
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_what_a_program_writes_is_read(rows: list[tuple[int, datetime, str]], separator: str) -> None:
    """Whatever notes stand in the other columns, each row is one sale of its own, to the cent."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(["amount", "currency", "at", "note"])
    writer.writerows([f"{cents // 100}.{cents % 100:02}", "EUR", at.isoformat(), note] for cents, at, note in rows)
    found = read(out.getvalue())
    assert found.mistakes == ()
    assert [s.amount for s in found.sales] == [cents * MICROS // 100 for cents, _, _ in rows]
    assert len({s.event for s in found.sales}) == len(rows)


@given(st.text())
def test_any_text_is_read_or_told(text: str) -> None:
    """No file breaks the reader."""
    for whole in (text, HEAD + text):
        try:
            found = read(whole)
        except NoSales:
            continue
        assert all(mistake.line > 1 for mistake in found.mistakes)


def test_nothing_was_sold_yet(flywheel: Flywheel) -> None:
    """It says how to read a file in."""
    ran = flywheel("sales")
    assert ran.code == 0
    assert "sales import" in ran.out


def test_a_file_twice_counts_once(flywheel: Flywheel, tmp_path: Path) -> None:
    """Its rows are known by their ids, or by what they say."""
    file = tmp_path / "sales.csv"
    file.write_text(
        "\ufeffamount,currency,at\r\n12.00,GBP,2026-02-01\r\n12.00,GBP,2026-02-01\r\n-2.00,GBP,2026-02-02\r\n", "utf-8"
    )
    assert flywheel("sales", "import", file, "--json").json == {"new": 3, "known": 0}
    assert "0 read in. 3 were known already" in flywheel("sales", "import", file).out
    ran = flywheel("sales", "--json")
    assert ran.json["totals"] == {
        "GBP": {"in": 24 * MICROS, "back": 2 * MICROS, "left": 22 * MICROS, "unattributed": 22 * MICROS}
    }


def test_an_id_that_is_known_as_something_else_is_told(flywheel: Flywheel, tmp_path: Path) -> None:
    """A shop that gives a refund the id of its sale would lose it without a word; what only tells the same again is known."""
    file = tmp_path / "sales.csv"
    file.write_text(HEAD + "1,A,sale,49.00,GBP,2026-02-01\n")
    flywheel("sales", "import", file)
    file.write_text(HEAD + "2,B,sale,5.00,GBP,2026-02-02\n1,A,refund,49.00,GBP,2026-02-03\n")
    ran = flywheel("sales", "import", file, "--json")
    assert ran.code == 2
    (problem,) = ran.json["error"]["problems"]
    assert problem["where"] == f"{file}:3"
    assert "known already, as a sale of 49.00 GBP" in problem["message"]
    assert len(flywheel("sales", "--json").json["sales"]) == 1
    file.write_text(HEAD + "1,A,sale,49,gbp,2026-02-01T00:00\n")
    assert flywheel("sales", "import", file, "--json").json == {"new": 0, "known": 1}


def test_a_wrong_line_reads_nothing_in(flywheel: Flywheel, tmp_path: Path) -> None:
    """File and line of each are named, and none of the others is read in."""
    file = tmp_path / "sales.csv"
    file.write_text("amount,currency,at\n1.00,GBP,2026-02-01\n1.000,GBP,2026-02-01\nx,GBP,2026-02-01\n")
    ran = flywheel("sales", "import", file, "--json")
    assert ran.code == 2
    assert [problem["where"] for problem in ran.json["error"]["problems"]] == [f"{file}:3", f"{file}:4"]
    assert flywheel("sales", "--json").json == {"sales": [], "totals": {}}


@pytest.mark.parametrize(
    "words",
    [
        ("--decimal", ";"),
        ("--map", "Betrag"),
        ("--map", "Betrag=money"),
        ("--currency", "pounds"),
        ("--shop", " "),
    ],
)
def test_terms_that_wont_do_are_told(flywheel: Flywheel, tmp_path: Path, words: tuple[str, str]) -> None:
    """Wrong usage, and what to write instead."""
    file = tmp_path / "sales.csv"
    file.write_text("amount,currency,at\n")
    assert flywheel("sales", "import", file, *words).code == 2


def test_a_file_that_cant_be_read_is_told(flywheel: Flywheel, tmp_path: Path) -> None:
    """Not there, and not UTF-8."""
    file = tmp_path / "sales.csv"
    assert "can't be read" in flywheel("sales", "import", file).err
    file.write_bytes("amount,currency,at\n1,£,2026\n".encode("latin-1"))
    assert "is not UTF-8 at byte" in flywheel("sales", "import", file).err


def test_sales_are_shown_with_what_led_there(
    flywheel: Flywheel, in_ledger: Callable[..., Any], add: Callable[[str, str], None], tmp_path: Path
) -> None:
    """A sale through a link names its piece and channel; the rest is unattributed; other currencies are apart, or converted."""

    async def followed(ledger: Any) -> None:
        await ledger.start_piece("piece-1", topic="bees", driver="embedded", now=NOW)
        await ledger.write_links(
            [Link(code="abcdefghij", piece="piece-1", channel="site", offer="course", url="https://x.example")], now=NOW
        )
        await ledger.record_clicks([Click(id="0a1b", code="abcdefghij", at=NOW - timedelta(days=20), visitor="ada")])

    in_ledger(followed)
    file = tmp_path / "sales.csv"
    file.write_text(
        "amount,currency,at,click,id,order\n49.00,GBP,2026-02-12,abcdefghij-0a1b,1,1\n-9.00,GBP,2026-02-13,,2,1\n"
        "10.00,USD,2026-02-14,,3,3\n700,JPY,2026-02-15,,4,4\n"
    )
    flywheel("sales", "import", file, "--shop", "shopify")
    ran = flywheel("sales")
    assert "piece-1 on site" in ran.out
    assert "unattributed" in ran.out
    assert "40.00 GBP: 49.00 GBP came in, 9.00 GBP went back; 0.00 GBP of it is unattributed." in ran.out
    assert "[sales.rates]" not in ran.out
    add("flywheel.toml", '\n[sales]\ncurrency = "GBP"\n[sales.rates]\nUSD = "0.79"\n')
    assert "By [sales.rates] that is 47.90 GBP in all, beside JPY, which has no rate." in flywheel("sales").out
