"""Names of posts that both sides know before the first call."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.tid import tid

# atproto.com/specs/tid
VALID = re.compile(r"^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$")
NOON = datetime(2025, 11, 22, 12, 0, tzinfo=UTC)
keys = st.uuids().map(lambda u: u.hex)
times = st.datetimes(datetime(1970, 1, 1), datetime(2255, 1, 1), timezones=st.just(UTC))


@given(times, keys)
def test_it_is_valid_and_the_same_each_time(time: datetime, key: str) -> None:
    """Any time and key give a valid TID, and give it again, in whatever zone the time is told."""
    made = tid(time, key)
    assert VALID.match(made)
    assert tid(time.astimezone(timezone(timedelta(hours=5, minutes=30))), key) == made


@given(times, times, keys, keys)
def test_later_is_greater(one: datetime, other: datetime, key: str, another: str) -> None:
    """TIDs sort as the seconds of their posts do."""
    if one.replace(microsecond=0) < other.replace(microsecond=0):
        assert tid(one, key) < tid(other, another)


def test_a_second_holds_many() -> None:
    """Ten thousand posts of one second have ten thousand names."""
    assert len({tid(NOON, f"{n:032x}") for n in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    "time", [NOON.replace(tzinfo=None), datetime(1969, 12, 31, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)]
)
def test_a_time_that_it_cannot_hold_is_refused(time: datetime) -> None:
    """A time without a zone, before 1970 or after 2255 is an error."""
    with pytest.raises(ValueError, match="The time"):
        tid(time, "k")
