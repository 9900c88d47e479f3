"""Cron expressions in flywheel.toml."""

from __future__ import annotations

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from state.workspace.cron import DAYS, cron
from state.workspace.problems import Refused


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("  0 6 * * *  ", "0 6 * * *"),
        ("0 6 * * 1", "0 6 * * mon"),
        ("0 6 * * 0", "0 6 * * sun"),
        ("0 6 * * 7", "0 6 * * sun"),
        ("0 6 * * 1-5", "0 6 * * mon,tue,wed,thu,fri"),
        ("0 6 * * MON-FRI", "0 6 * * mon,tue,wed,thu,fri"),
        ("0 6 * * sat-sun", "0 6 * * sun,sat"),
        ("0 6 * * 5-7", "0 6 * * sun,fri,sat"),
        ("0 6 * * */3", "0 6 * * sun,wed,sat"),
        ("*/10 6-9 1,15 jan-mar *", "*/10 6-9 1,15 jan-mar *"),
        ("0 0 29 2 *", "0 0 29 2 *"),
    ],
)
def test_weekdays_are_counted_as_crontab_does(written: str, kept: str) -> None:
    """APScheduler counts from Monday, 0: numbers become names before it sees them."""
    assert cron(written) == kept


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0 6 * *", "has 4 fields"),
        ("@daily", "has 1 fields"),
        ("61 * * * *", "higher than the maximum value (59)"),
        ("0 6 * * 8", "`8` is no weekday"),
        ("0 6 * * fri-mon", "holds no weekday"),
        ("0 6 * * mon#1", "`mon#1` is no weekday"),
        ("0 6 13 * fri", "names days of the month and of the week"),
        ("0 6 31 2 *", "a day that never comes"),
        ("*/0 * * * *", "Increment must be higher than 0"),
    ],
)
def test_what_is_no_expression_is_told_with_its_cure(written: str, said: str) -> None:
    """Each says what is wrong, and what to write."""
    with pytest.raises(Refused, match=r".") as refused:
        cron(written)
    assert said in str(refused.value)
    assert refused.value.fix


@given(st.text("0123456789*/-, monfrisu#?L", max_size=24))
def test_any_text_is_kept_as_what_can_be_planned_or_refused(text: str) -> None:
    """Nothing that is kept surprises the scheduler, and keeping it twice keeps it."""
    try:
        kept = cron(text)
    except Refused:
        return
    if kept:
        CronTrigger.from_crontab(kept, timezone="UTC")
    assert cron(kept) == kept


@given(st.sets(st.integers(0, 6), min_size=1))
def test_numbers_and_names_say_the_same(days: set[int]) -> None:
    """In any order."""
    numbers = cron(f"0 6 * * {','.join(map(str, days))}")
    assert numbers == cron(f"0 6 * * {','.join(DAYS[n] for n in sorted(days, reverse=True))}")
