"""A choice in plain words."""

from __future__ import annotations

from agents.optimizer.telling import because, listed, said, weighed
from state.choices import Choice, Weighed

CLICKS = Choice(
    part="offers",
    picked="bench-roll",
    how="drawn",
    seed="s",
    candidates=(
        Weighed(name="bench-roll", n=1340, clicks=12, rate=0.036, low=0.0214, high=0.0596, drawn=0.0484),
        Weighed(name="handbook", rate=0.02, low=0.001, high=0.08, drawn=0.031),
        Weighed(name="lamp", n=9, clicks=0, rate=0.02, low=0.001, high=0.08, banned=True),
    ),
)


def test_clicks() -> None:
    """Who was picked and why, then each candidate: counts, interval, draw; what was never seen, and what is banned."""
    assert said(CLICKS) == (
        "Offer: bench-roll (the highest draw). bench-roll: 12 of 1,340 clicked (2.1–6.0 %), drawn 4.8 %; "
        "handbook: never seen (0.1–8.0 %), drawn 3.1 %; lamp: 0 of 9 clicked (0.1–8.0 %), banned in flywheel.toml."
    )
    assert because(CLICKS) == "It had the highest draw: 12 of 1,340 clicked (2.1–6.0 %), drawn 4.8 %."
    assert weighed(CLICKS, "nobody") == "not enough data yet"


def test_money() -> None:
    """Money is told for a thousand views, with its currency; a channel's own choice names the channel."""
    money = CLICKS.model_copy(update={"unit": "GBP", "part": "times", "channel": "site", "how": "explored"})
    assert said(money).startswith(
        "Time on site: bench-roll (to find out more, whatever the draws). "
        "bench-roll: 12 of 1,340 clicked (21.40–59.60 GBP for 1,000 views), drawn 48.40 GBP for 1,000 views;"
    )


def test_nothing() -> None:
    """No choice is not enough data; a writer that took nothing is told so."""
    assert listed(()) == "Not enough data yet."
    none = CLICKS.model_copy(update={"picked": "", "how": "otherwise"})
    assert listed([none]).startswith("- Offer: none (the writer's own, against the draw).")
