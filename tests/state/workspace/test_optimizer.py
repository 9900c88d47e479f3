"""[optimizer] in flywheel.toml: what is pinned and banned, each mistake with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from state.settings import Optimizer
from state.workspace import WorkspaceError, load_settings

OFFER = """
[[offer]]
id = "bench-roll"
kind = "own"
name = "Roll"
url = "https://example.org"
pitch = "A roll."
keywords = ["roll"]
disclosure = "own"
"""


def settings_of(folder: Path, lines: str, *, offers: str | None = OFFER) -> Optimizer:
    (folder / "flywheel.toml").write_text(f"[optimizer]\n{lines}\n", encoding="utf-8")
    if offers is not None:
        (folder / "offers.toml").write_text(offers, encoding="utf-8")
    return load_settings(folder).optimizer


def complaint(folder: Path, lines: str, *, offers: str | None = OFFER) -> str:
    with pytest.raises(WorkspaceError) as caught:
        settings_of(folder, lines, offers=offers)
    (problem,) = caught.value.problems
    return str(problem)


def test_what_can_be_said(tmp_path: Path) -> None:
    """Pins and bans of every part in their normal form, shares, bounds and half-lives."""
    lines = """explore = 0.2
pin = ["offers:bench-roll", "hooks: question"]
ban = ["times:09:00", "placements:middle", "channels:x", "themes:rye bread", "angles:witnesses"]
enough = 50
enough_sales = 3
half_life_days = 90.0"""
    found = settings_of(tmp_path, lines)
    assert found.pin == ("offers:bench-roll", "hooks:question")
    assert found.ban[0] == "times:09:00"
    assert (found.explore, found.enough, found.enough_sales, found.half_life_days) == (0.2, 50, 3, 90.0)
    assert settings_of(tmp_path, "") == Optimizer()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            "\nban = ['offers:bench-rol']",
            "flywheel.toml:3: [optimizer] ban, item 1: there is nothing called `bench-rol`",
        ),
        (
            "pin = ['bench-roll']",
            "flywheel.toml:2: [optimizer] pin, item 1: `bench-roll` doesn't say what of which part.",
        ),
        ("pin = ['offers:']", "doesn't say what of which part"),
        ("pin = ['offer:bench-roll']", "`offer` is no part that is learnt about. Did you mean `offers`?"),
        ("pin = ['hooks:qestion']", "Did you mean `question`?"),
        ("pin = ['placements:top']", "among the placements"),
        ("ban = ['channels:facebook']", "among the channels"),
        ("ban = ['times:25:00']", "`25:00` is not a time of day."),
        ("ban = ['times:9:00']", "Did you mean `09:00`?"),
        ("explore = 1.5", "flywheel.toml:2: [optimizer] explore: must be at most 1.0, got 1.5."),
        ("half_life_days = 0", "must be more than 0"),
        ("enough = 0", "must be at least 1"),
        ("pins = []", "unknown key. Did you mean `pin`?"),
        ("pin = 'offers:bench-roll'", "expected a list"),
        ("ban = [3]", "expected text"),
        (
            "pin = ['hooks:scene']\nban = ['hooks:scene']",
            "flywheel.toml:2: [optimizer] pin: hooks:scene is banned as well.",
        ),
    ],
)
def test_mistakes(lines: str, said: str, tmp_path: Path) -> None:
    """Each is named with its line and what was meant: a misspelt ban would ban nothing."""
    assert said in complaint(tmp_path, lines)


def test_an_offer_without_a_file(tmp_path: Path) -> None:
    """Without offers.toml no offer can be named; where that can't be read, its own loader tells, and this one doesn't."""
    assert "Write an [[offer]] in offers.toml" in complaint(tmp_path, "pin = ['offers:x']", offers=None)
    assert settings_of(tmp_path, "pin = ['offers:x']", offers="[[offer").pin == ("offers:x",)
