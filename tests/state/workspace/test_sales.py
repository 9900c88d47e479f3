"""[sales] and its rates, as flywheel.toml has them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from state.workspace import load_settings

Write = Callable[..., Path]
Complaints = Callable[[str], list[str]]


def test_sales_are_counted_as_the_file_says(write: Write) -> None:
    """Rates keep every digit that was written."""
    sales = load_settings(
        write(
            '[sales]\nattribution = "linear"\nwindow_days = 7\ntest_events = true\ncurrency = "GBP"\n[sales.rates]\nUSD = "0.790000000001"\nJPY = "0.0052"\n'
        )
    ).sales
    assert (sales.attribution, sales.window_days, sales.test_events, sales.stripe) == ("linear", 7, True, "checkout")
    assert sales.worth == {"USD": Decimal("0.790000000001"), "JPY": Decimal("0.0052")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[sales]\nattribution = "lst"',
            ":2: [sales] attribution: expected 'last', 'first' or 'linear', got the text `lst`.",
        ),
        ("[sales]\nwindow_days = 0", "must be at least 1"),
        ('[sales]\ncurrency = "gbp"', "Did you mean `GBP`?"),
        ('[sales]\nstripe = "charges"', "expected 'checkout' or 'payment_intents'"),
        ("[sales]\nrates = 3", ":2: [sales] rates: expected a table"),
        ('[sales.rates]\nUSD = "0.79"', ":1: [sales.rates]: there is nothing to convert into."),
        (
            '[sales]\ncurrency = "GBP"\n[sales.rates]\nUSD = 0.79',
            ":4: [sales.rates] USD: expected text, got the number 0.79.",
        ),
        ('[sales]\ncurrency = "GBP"\n[sales.rates]\nUSD = "0,79"', "`0,79` is not a rate."),
        ('[sales]\ncurrency = "GBP"\n[sales.rates]\nUSD = "0.00"', "a rate of nothing"),
        ('[sales]\ncurrency = "GBP"\n[sales.rates]\nUSD = "-1"', "`-1` is not a rate."),
        ('[sales]\ncurrency = "GBP"\n[sales.rates]\nGBP = "1"', "no rate in itself"),
        ('[sales]\ncurrency = "GBP"\n[sales.rates]\nusd = "0.79"', "Did you mean `USD`?"),
        ("[sales]\nwindow = 3", ":2: [sales] window: unknown key. Did you mean `window_days`?"),
    ],
)
def test_mistakes_about_sales_have_their_line(complaints: Complaints, text: str, said: str) -> None:
    """Each is told once, with what to write."""
    found = complaints(text)
    assert len(found) == 1
    assert said in found[0]
