"""The Release: windows in which its posts can still go out, by the clock of each one's channel."""

from __future__ import annotations

from datetime import timedelta

import pytest

from state.contracts.fitting import posts_can_be_parted
from state.contracts.release import Window
from state.contracts.windows import windows_can_be_met
from state.settings import ChannelSettings, Schedule
from tests.state.pieces import NOW, SETTINGS, Chain, broken, vary

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("window", "code"),
    [
        (Window(not_after=NOW), "release.window-over"),
        (Window(not_before=NOW - DAY, not_after=NOW - HOUR), "release.window-over"),
        (Window(not_before=NOW + 14 * DAY), "release.window-far"),
    ],
)
def test_a_window_that_can_not_be_met(window: Window, code: str, made: Chain) -> None:
    """One that is over, and one that opens when the approval holds no more, are told with their post."""
    violation = broken(windows_can_be_met, made.posting("bluesky-1", window=window), made.facts)
    assert (violation.code, violation.where) == (code, "post bluesky-1")


@pytest.mark.parametrize(
    "window",
    [Window(), Window(not_after=NOW + HOUR), Window(not_before=NOW - DAY), Window(not_before=NOW + 14 * DAY - HOUR)],
)
def test_a_window_that_can_be_met(window: Window, made: Chain) -> None:
    """It is open now, or opens while the approval holds."""
    assert windows_can_be_met(made.posting("bluesky-1", window=window), made.facts) == ()


def test_a_longer_approval_holds_for_a_later_window(made: Chain) -> None:
    """How far ahead a window may open is for its owner to say."""
    known = made.knowing(settings=vary(SETTINGS, schedule=Schedule(approval_days=30)))
    assert windows_can_be_met(made.posting("bluesky-1", window=Window(not_before=NOW + 20 * DAY)), known) == ()


def test_a_window_is_told_by_its_channels_clock(made: Chain) -> None:
    """When it closed is said as whoever wrote it would say it."""
    channels = (ChannelSettings(name="bluesky", timezone="Asia/Tokyo"),)
    known = made.knowing(settings=vary(SETTINGS, channels=channels))
    violation = broken(windows_can_be_met, made.posting("bluesky-1", window=Window(not_after=NOW)), known)
    assert "Asia/Tokyo" in violation.message and f"{NOW + 9 * HOUR:%Y-%m-%d %H:%M}" in violation.message


def test_a_post_cant_close_before_what_it_waits_for_opens(made: Chain) -> None:
    """A part of a thread that has to be out before the part that it answers could ever be."""
    late = made.posting("bluesky-1", window=Window(not_before=NOW + 2 * DAY))
    posts = [
        p.model_copy(update={"window": Window(not_after=NOW + DAY)}) if p.id == "bluesky-2" else p for p in late.posts
    ]
    violation = broken(windows_can_be_met, late.model_copy(update={"posts": tuple(posts)}), made.facts)
    assert (violation.code, violation.where) == ("release.window-order", "post bluesky-2")
    assert "bluesky-1" in violation.message


@pytest.mark.parametrize(
    ("opens", "closes", "quiet", "flagged"),
    [
        (13, 20, "22:00-05:00", True),
        (13, 20, "22:00-04:59", False),
        (12, 20, "22:00-05:00", False),
        (16, 19, "22:00-05:00", True),
        (16, 43, "22:00-05:00", False),
        (13, 20, "", False),
    ],
)
def test_a_window_in_the_quiet_hours_is_asked_about(
    opens: int, closes: int, quiet: str, made: Chain, *, flagged: bool
) -> None:
    """All of it quiet, by the channel's clock: a person may want it so, and is told. Hours are UTC's, nine behind Tokyo's."""
    day = NOW.replace(hour=0, minute=0) + DAY
    known = made.knowing(
        settings=vary(SETTINGS, channels=(ChannelSettings(name="bluesky", timezone="Asia/Tokyo", quiet=quiet),))
    )
    window = Window(not_before=day + opens * HOUR, not_after=day + closes * HOUR - timedelta(minutes=1))
    found = windows_can_be_met(made.posting("bluesky-1", window=window), known)
    assert [(v.code, v.severity) for v in found] == [("release.window-quiet", "flag")] * flagged


def test_a_correction_needs_no_window(made: Chain) -> None:
    """What is out went in its window, which is over."""
    amendment = made.posting("bluesky-1", window=Window(not_after=NOW - DAY)).model_copy(update={"amends": "0" * 64})
    assert windows_can_be_met(amendment, made.facts) == ()


def test_a_short_post_cant_begin_as_a_window_does(made: Chain) -> None:
    """Read back from its form, its first line would be when it goes out."""
    violation = broken(posts_can_be_parted, made.posting("bluesky-1", text="Window: shut. I look up."), made.facts)
    assert "Window:" in violation.message and "when it goes out" in violation.message
