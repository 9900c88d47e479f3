"""`flywheel offers`: what may be offered, and how much of it is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk.conftest import Flywheel

SPONSOR = """
[[offer]]
id = "glue"
kind = "sponsor"
name = "Good Glue"
url = "https://glue.example"
pitch = "Good Glue holds."
keywords = ["glue"]
disclosure = "sponsored"
live_from = 2026-01-01
live_until = 2030-12-31
slots = 3
"""


def test_what_there_is(flywheel: Flywheel, workspace: Path) -> None:
    """Each offer with its kind, price, days, and what is left of its cap or of what a sponsor paid for."""
    file = workspace / "offers.toml"
    text = file.read_text(encoding="utf-8").replace('kind = "affiliate"', 'kind = "affiliate"\nper_week = 2')
    file.write_text(text + SPONSOR, encoding="utf-8")
    out = flywheel("offers").out
    for said in ("bench-roll", "36.50 GBP", "2 of 2 in seven days", "glue", "free", "3 of 3 paid for", "no bound"):
        assert said in out
    offers = {o["id"]: o for o in flywheel("offers", "--json").json["offers"]}
    assert (offers["bench-roll"]["left"], offers["glue"]["left"], offers["inspection-course"]["left"]) == (2, 3, None)
    assert offers["glue"]["live"] is True


@pytest.mark.long
def test_what_a_piece_carries_is_taken(flywheel: Flywheel, workspace: Path) -> None:
    """A piece that was approved with it takes one; one that is dropped gives it back."""
    file = workspace / "offers.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("[[offer]]", "[[offer]]\nper_week = 3"), encoding="utf-8")
    piece = flywheel("run", "Why the bulb lasts", "--json").json["piece"]
    for _ in range(3):
        flywheel("review", piece, "--approve")
    left = {o["id"]: o["left"] for o in flywheel("offers", "--json").json["offers"]}
    assert sorted(left.values()) == [2, 3, 3]
    flywheel("review", piece, "--drop", "not now")
    assert {o["left"] for o in flywheel("offers", "--json").json["offers"]} == {3}


def test_none_and_a_mistake(flywheel: Flywheel, workspace: Path) -> None:
    """Without offers it says so; a mistake is named with its line."""
    file = workspace / "offers.toml"
    file.write_text("", encoding="utf-8")
    assert "There are no offers" in flywheel("offers").out
    file.write_text(SPONSOR.replace("slots = 3", "slots = 0"), encoding="utf-8")
    ran = flywheel("offers")
    assert ran.code == 1
    assert "offers.toml:12" in ran.err
