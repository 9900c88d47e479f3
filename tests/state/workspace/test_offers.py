from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.workspace import WorkspaceError, load_offers
from state.workspace.offer_values import read_values

Write = Callable[..., Path]
Complaints = Callable[[str], list[str]]

GOOD = """[[offer]]
id = "course"
kind = "own"
name = "The Course"
url = "https://x.example/course"
price = "49.00"
currency = "GBP"
pitch = "It costs {price}."
keywords = ["bridge"]
disclosure = "own"
live_from = 2026-01-01
live_until = "2026-12-31"
"""


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


SPONSOR = (
    changed('kind = "own"', 'kind = "sponsor"').replace('disclosure = "own"', 'disclosure = "sponsored"')
    + "slots = 4\n"
)
FREE = changed('price = "49.00"\ncurrency = "GBP"\npitch = "It costs {price}."', 'pitch = "Have a look."').replace(
    'disclosure = "own"', 'disclosure = "none"'
)


def test_without_a_file_there_are_no_offers(tmp_path: Path, write: Write) -> None:
    """Selling is optional: no file, and a file of remarks, both mean none."""
    assert load_offers(tmp_path) == ()
    assert load_offers(write("# nothing yet\n", "offers.toml")) == ()


def test_an_offer_is_read_as_it_stands(write: Write) -> None:
    """Dates may be written as dates or as text; order is the file's."""
    text = GOOD + GOOD.replace('"course"', '"course-two"')
    first, second = load_offers(write(text, "offers.toml"))
    assert (first.id, second.id) == ("course", "course-two")
    assert first.pitch_text == "It costs 49.00 GBP."
    assert (first.live_from, first.live_until) == (date(2026, 1, 1), date(2026, 12, 31))


def test_what_a_sponsor_paid_for_and_a_cap_are_read(write: Write) -> None:
    """A sponsor has its dates and a count, any offer may have a cap; both are left out of a dump where there are none."""
    sponsor, capped = load_offers(write(SPONSOR + changed('"course"', '"two"') + "per_week = 2\n", "offers.toml"))
    assert (sponsor.kind, sponsor.slots, capped.per_week) == ("sponsor", 4, 2)
    assert {"slots", "per_week"}.isdisjoint(load_offers(write(GOOD, "offers.toml"))[0].model_dump())


@pytest.mark.parametrize("kind", ["consulting", "tip-jar", "newsletter"])
def test_other_kinds(write: Write, kind: str) -> None:
    """Consulting, a tip jar and a newsletter are offers like others, with the disclosure that their owner names."""
    (offer,) = load_offers(write(changed('kind = "own"', f'kind = "{kind}"'), "offers.toml"))
    assert offer.kind == kind


def test_what_nobody_earns_by_needs_no_disclosure(write: Write) -> None:
    """Something of the author's own that is free, or costs nothing, may say nothing; so may a free letter. A tip jar has words of its own."""
    letter = FREE.replace('"own"\nname', '"newsletter"\nname').replace('"course"', '"letter"')
    gift = (
        changed('"49.00"', '"0.00"').replace('disclosure = "own"', 'disclosure = "none"').replace('"course"', '"gift"')
    )
    jar = FREE.replace('"own"\nname', '"tip-jar"\nname').replace('"none"', '"tips"').replace('"course"', '"jar"')
    offers = load_offers(write("\n".join((FREE, letter, gift, jar)), "offers.toml"))
    assert [o.disclosure for o in offers] == ["none", "none", "none", "tips"]


def test_one_offer_that_hides_its_interest_is_told_once(offer_complaints: Complaints) -> None:
    """The line of its disclosure is named, and nothing else about it."""
    assert len(offer_complaints(changed('disclosure = "own"', 'disclosure = "none"'))) == 1


def test_an_expired_offer_is_no_mistake(write: Write) -> None:
    """It is read, and isn't live."""
    (offer,) = load_offers(write(changed("2026-12-31", "2026-01-31"), "offers.toml"))
    assert not offer.live_on(date(2026, 2, 1))


@pytest.mark.parametrize(("price", "read"), [("49", "49.00"), ("49.0", "49.00"), ("49.5", "49.50"), ('"49"', "49")])
def test_a_bare_number_is_a_price(write: Write, price: str, read: str) -> None:
    """A number gets its two decimals; a text is kept word for word."""
    (offer,) = load_offers(write(changed('"49.00"', price), "offers.toml"))
    assert offer.price == read


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_no_price_is_changed_by_floating_point(amount: Decimal) -> None:
    """Every amount of money comes back to the penny."""
    values, refused = read_values({"price": float(amount)})
    assert not refused
    assert Decimal(values["price"]) == amount


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            changed('"own"\nname', '"owned"\nname'),
            ":3: [[offer]] course: kind: expected 'own', 'affiliate', 'sponsor', 'newsletter', 'consulting' or "
            "'tip-jar', got the text `owned`. Did you mean `own`?",
        ),
        (
            changed('"49.00"', '"£49"'),
            ':6: [[offer]] course: price: `£49` is not an amount of money. Did you mean "49.00"?',
        ),
        (changed('"49.00"', '"1,049.5"'), 'Did you mean "1049.50"?'),
        (changed('"49.00"', '"free"'), "leave the key out for what is free."),
        (changed('"49.00"', "49.999"), "49.999 is not an amount of money."),
        (changed('"49.00"', "-1"), "-1 is not an amount of money."),
        (changed('"49.00"', '"-49.00"'), "`-49.00` is not an amount of money. Write the amount alone"),
        (changed('"49.00"', "true"), "price: expected text, got true."),
        (changed('"GBP"', '"gbp"'), ":7: [[offer]] course: currency: `gbp` is not a currency. Did you mean `GBP`?"),
        (changed("keywords", "keyword"), "keyword: unknown key. Did you mean `keywords`?"),
        (changed('keywords = ["bridge"]\n', ""), ":1: [[offer]] course: keywords: is missing. List words"),
        (changed('["bridge"]', "[]"), "keywords: must not be empty."),
        (changed('["bridge"]', '"bridge"'), "keywords: expected a list, got the text `bridge`."),
        (
            changed('["bridge"]', '[\n"bridge",\n3]'),
            ":11: [[offer]] course: keywords, item 2: expected text, got the number 3.",
        ),
        (changed('id = "course"\n', ""), ":1: [[offer]] 1: id: is missing."),
        (
            changed('"course"', '"My Course"'),
            "id: the text `My Course` won't do. Write lower-case words joined by hyphens",
        ),
        (changed("https://x.example/course", "x.example/course"), "Did you mean `https://x.example/course`?"),
        (changed("{price}", "{prise}"), "`{prise}` would be printed as it stands."),
        (
            changed("2026-01-01", "2026-01-01T09:00:00"),
            ":11: [[offer]] course: live_from: expected a date, got a date with a",
        ),
        (changed("2026-12-31", "31.12.2026"), "`31.12.2026` is not a date. Write it as 2026-12-31."),
        (changed("2026-12-31", "2025-12-31"), ":12: [[offer]] course: live_until: 2025-12-31 is before live_from"),
        (changed('currency = "GBP"\n', ""), ":6: [[offer]] course: price: price and currency go together"),
        (changed('price = "49.00"\ncurrency = "GBP"\n', ""), ":6: [[offer]] course: pitch: the pitch says {price}"),
        (changed('kind = "own"', 'kind = "affiliate"'), ":10: [[offer]] course: disclosure: an affiliate offer needs"),
        (
            GOOD.replace("[[offer]]", "[offer]"),
            ":1: [offer]: expected a list of tables, got a table. Begin each offer with",
        ),
        (
            GOOD.replace("[[offer]]", "[[offers]]"),
            "offers: this file holds offers alone. Every offer begins with [[offer]].",
        ),
        ('id = "x"\n' + GOOD, ":1: id: this file holds offers alone. Put it below [[offer]]."),
        ("offer = [1]", "offer, item 1: expected a table, got the number 1."),
        (changed('price = "49.00"', "price = 49.00\nprice = 49.00"), ":7: Not valid TOML"),
        (
            changed("It costs {price}.", "It costs £39, or {price}."),
            ":8: [[offer]] course: pitch: the pitch says £39, and the price is 49.00 GBP: write {price} instead",
        ),
        (changed('"49.00"', '["49.00", "39.00"]'), ":6: [[offer]] course: price: an offer has one price."),
        (
            SPONSOR.replace("slots = 4\n", ""),
            ":10: [[offer]] course: disclosure: a sponsor's offer needs slots, live_from and",
        ),
        (SPONSOR.replace("live_from = 2026-01-01\n", ""), "a sponsor's offer needs slots, live_from and live_until"),
        (SPONSOR.replace("slots = 4", "slots = 0"), ":13: [[offer]] course: slots:"),
        (SPONSOR.replace("sponsored", "own"), "a sponsor's offer needs disclosure"),
        (GOOD + "slots = 4\n", "slots are what a sponsor paid for"),
        (GOOD + "per_week = 0\n", ":13: [[offer]] course: per_week:"),
        (GOOD + 'per_week = "two"\n', "per_week: expected"),
        (changed('"49.00"', "nan"), "nan is not a number to work with."),
        (
            changed('disclosure = "own"', 'disclosure = "none"'),
            ":10: [[offer]] course: disclosure: you earn by what has a price, and readers are told so: write disclosure",
        ),
        (FREE.replace('"own"\nname', '"consulting"\nname'), ":8: [[offer]] course: disclosure: you earn by consulting"),
        (
            FREE.replace('"own"\nname', '"tip-jar"\nname'),
            ':8: [[offer]] course: disclosure: you earn by a tip jar, and readers are told so: write disclosure = "tips"',
        ),
        (changed('disclosure = "own"', 'disclosure = "tips"'), 'disclosure: disclosure = "tips" is for a tip jar'),
        (
            SPONSOR.replace("sponsored", "none"),
            ":10: [[offer]] course: disclosure: a sponsor's offer needs disclosure",
        ),
    ],
)
def test_each_mistake_is_named_with_its_cure(offer_complaints: Complaints, text: str, said: str) -> None:
    """It names the file, the line, the offer and the key, and what was probably meant."""
    lines = offer_complaints(text)
    assert any(said in line for line in lines), lines
    assert all(line.startswith("offers.toml:") for line in lines)


def test_a_price_that_cant_be_read_makes_no_other_one(offer_complaints: Complaints) -> None:
    """One mistake is told once: the pitch isn't held to a price that nobody gave."""
    lines = offer_complaints(changed('"49.00"', '"49,00"').replace("It costs {price}.", "It costs £49."))
    assert [line for line in lines if "price" in line] == lines and len(lines) == 1


def test_an_id_that_stands_twice_is_told_at_the_second(offer_complaints: Complaints) -> None:
    """The first one's line is named, so that both are found."""
    (line,) = offer_complaints(GOOD + GOOD)
    assert line.startswith("offers.toml:14: [[offer]] course: id: the offer on line 1 has the same id.")


def test_all_mistakes_are_told_at_once(offer_complaints: Complaints) -> None:
    """Wrong keys don't hide keys that disagree, nor one offer the next."""
    text = (
        GOOD.replace('currency = "GBP"\n', "").replace('kind = "own"', 'kind = "affiliate"').replace('"bridge"', '""')
    )
    lines = offer_complaints(text + changed('"GBP"', '"£"'))
    assert [line.split(": ")[2] for line in lines] == ["price", "keywords", "disclosure", "id", "currency"]


def test_a_disagreement_is_told_once(offer_complaints: Complaints) -> None:
    """A price that is missing is one mistake, though the pitch wants it as well."""
    (line,) = offer_complaints(changed('price = "49.00"\n', ""))
    assert line.startswith("offers.toml:6: [[offer]] course: currency: price and currency go together")


def test_a_file_in_another_encoding_is_told(write: Write) -> None:
    """The byte and its line are named."""
    with pytest.raises(WorkspaceError, match=r"^offers.toml:4: The byte 0xE9"):
        load_offers(write(changed("The Course", "Le Café").encode("latin-1"), "offers.toml"))
