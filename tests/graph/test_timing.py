"""When a post goes out: by the author's clock, inside what was approved, and never in the quiet hours unless the window leaves no other."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.timing import closes, due, goes_at, is_late, planned, time_arm
from state.clock import Clock
from state.contracts.release import Window
from state.records import Gate, OutboxRow, PostState
from state.settings import ChannelSettings, Identity, Schedule, Settings

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def settings(quiet: str | None = None, times: tuple[str, ...] = (), zone: str = "UTC", **schedule: float) -> Settings:
    return Settings(
        workspace="/w",
        database="sqlite:///x",
        identity=Identity(timezone=zone),
        schedule=Schedule.model_validate({"quiet": quiet, **schedule}),
        channels=(ChannelSettings(name="bluesky", times=times),),
    )


def test_without_a_plan_it_goes_at_once() -> None:
    """A channel without times, outside the quiet hours, sends as soon as it is approved."""
    assert planned(Window(), "bluesky", NOON, settings()) is None


def test_the_next_time_of_day_is_taken() -> None:
    """Of several times of day the next one counts, on the next day when all have passed."""
    plan = settings(times=("17:30", "09:00"))
    assert planned(Window(), "bluesky", NOON, plan) == NOON.replace(hour=17, minute=30)
    late = NOON.replace(hour=20)
    assert planned(Window(), "bluesky", late, plan) == (late + timedelta(days=1)).replace(hour=9)


def test_times_are_the_authors() -> None:
    """Nine o'clock is nine in the author's zone, on either side of a clock change."""
    plan = settings(times=("09:00",), zone="Europe/Berlin")
    winter, summer = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert planned(Window(), "bluesky", winter, plan) == datetime(2026, 3, 29, 7, tzinfo=UTC)
    assert planned(Window(), "bluesky", summer, plan) == datetime(2026, 3, 30, 7, tzinfo=UTC)


def test_a_channel_has_a_clock_of_its_own() -> None:
    """Nine o'clock is nine where a channel's readers are, and so are its quiet hours; the other channels keep the author's."""
    own = ChannelSettings(name="mastodon", times=("09:00",), timezone="Asia/Tokyo", quiet="22:00-06:00")
    always = ChannelSettings(name="ghost", quiet="")
    plan = settings(quiet="11:00-13:00", zone="Europe/Berlin", times=("15:00",))
    plan = plan.model_copy(update={"channels": (*plan.channels, own, always)})
    assert planned(Window(), "mastodon", NOON, plan) == (NOON + timedelta(days=1)).replace(hour=0)
    assert planned(Window(), "bluesky", NOON, plan) == NOON.replace(hour=13)
    early = NOON.replace(hour=9, minute=30)
    assert planned(Window(), "ghost", early, plan) is None
    assert planned(Window(), "x", early, plan) == NOON.replace(hour=11)
    waits = row("mastodon-1", channel="mastodon", retry_at=NOON.replace(hour=14))
    assert goes_at(waits, {}, plan, NOON) == NOON.replace(hour=21)
    assert goes_at(row("bluesky-1", retry_at=NOON.replace(hour=14)), {}, plan, NOON) == NOON.replace(hour=14)


def test_a_window_that_opens_late_is_as_long_as_any() -> None:
    """Given when it opens and not when it closes, it is open for the usual days from then."""
    window = Window(not_before=NOON + timedelta(days=10))
    assert closes(window, NOON, settings(window_days=3)) == NOON + timedelta(days=13)


def test_a_time_that_a_clock_change_skips_is_an_hour_later() -> None:
    """Half past two on the night when the clocks go forward is half past three."""
    plan = settings(times=("02:30",), zone="Europe/Berlin")
    assert planned(Window(), "bluesky", datetime(2026, 3, 28, 12, tzinfo=UTC), plan) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(("hour", "quiet"), [(21, False), (22, True), (23, True), (3, True), (6, True), (7, False)])
def test_quiet_hours_pass_midnight(hour: int, quiet: bool) -> None:
    """From ten to seven is quiet at night; the first minute counts, the last doesn't."""
    assert Clock(quiet="22:00-07:00").is_quiet(NOON.replace(hour=hour, minute=0)) is quiet


def test_what_is_approved_at_night_waits_for_the_morning() -> None:
    """In the quiet hours a post is planned for their end."""
    night = NOON.replace(hour=23)
    assert planned(Window(), "bluesky", night, settings(quiet="22:00-07:00")) == (night + timedelta(days=1)).replace(
        hour=7
    )


def test_a_time_in_the_quiet_hours_is_passed_over() -> None:
    """A channel's time that lies in the quiet hours isn't used while it has another."""
    assert planned(Window(), "bluesky", NOON, settings(quiet="22:00-07:00", times=("06:00", "08:00"))) == (
        NOON + timedelta(days=1)
    ).replace(hour=8)


def test_the_window_wins() -> None:
    """Where the window leaves no allowed moment, what was approved goes at its opening."""
    window = Window(not_before=NOON + timedelta(hours=1), not_after=NOON + timedelta(hours=2))
    assert planned(window, "bluesky", NOON, settings(times=("09:00",))) == window.not_before


def test_learnings_give_times_to_a_channel_without() -> None:
    """The time that was drawn is taken where the workspace names none, and never against its own."""
    best = ("08:00", "18:00")
    assert planned(Window(), "bluesky", NOON, settings(), best) == (NOON + timedelta(days=1)).replace(hour=8)
    assert planned(Window(), "bluesky", NOON, settings(times=("13:00",)), best) == NOON.replace(hour=13)


@pytest.mark.parametrize(
    ("went", "times", "arm"),
    [
        ("12:00", (), "12:00"),
        ("12:29", (), "12:00"),
        ("12:30", (), "12:30"),
        ("13:11", ("13:10", "09:00"), "13:10"),
        ("13:40", ("13:10",), "13:30"),
        ("00:05", ("23:50",), "23:50"),
    ],
)
def test_the_time_that_is_learnt_about(went: str, times: tuple[str, ...], arm: str) -> None:
    """A post counts for its channel's time, which it follows by less than half an hour, else for its half hour, by the author's clock."""
    moment = datetime.combine(NOON.date(), time.fromisoformat(went), ZoneInfo("Asia/Tokyo"))
    assert time_arm(moment.astimezone(UTC), "Asia/Tokyo", times) == arm


def test_the_next_best_time_that_there_is_room_for() -> None:
    """A drawn time that the window, the quiet hours or the channel's own times leave no room for gives way to the next."""
    window = Window(not_after=NOON + timedelta(hours=8))
    assert planned(window, "bluesky", NOON, settings(), ("08:00", "18:00")) == NOON.replace(hour=18)
    assert planned(Window(), "bluesky", NOON, settings(times=("13:00", "18:00")), ("09:00", "18:00")) == NOON.replace(
        hour=18
    )
    tight = Window(not_after=NOON + timedelta(hours=1))
    assert planned(tight, "bluesky", NOON, settings(), ("08:00", "18:00")) is None


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.lists(st.times().map(lambda t: f"{t:%H:%M}"), max_size=4),
    st.tuples(st.times(), st.times()).map(lambda t: f"{t[0]:%H:%M}-{t[1]:%H:%M}"),
    st.sampled_from(
        ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe"]
    ),
)
def test_a_plan_lies_in_its_window(approved: datetime, times: list[str], quiet: str, zone: str) -> None:
    """Whatever the clocks do, a post is planned after its approval, inside its window, and quiet only as a last resort."""
    plan = settings(quiet=quiet, times=tuple(times), zone=zone)
    moment = planned(Window(), "bluesky", approved, plan)
    if moment is None:
        return
    assert approved < moment <= closes(Window(), approved, plan)
    assert not plan.clock_of("bluesky").is_quiet(moment) or moment == approved


def row(post_id: str, **fields: object) -> OutboxRow:
    base = {
        "key": post_id,
        "piece": "p",
        "post_id": post_id,
        "channel": "bluesky",
        "release": "r",
        "published_at": NOON,
    }
    return OutboxRow.model_validate(base | fields)


def test_late_is_past_its_grace() -> None:
    """A post is late once its grace is over, counted from its plan, and from its approval where it has none."""
    plan = settings(grace_hours=2)
    assert not is_late(row("a"), {}, plan, NOON + timedelta(hours=2))
    assert is_late(row("a"), {}, plan, NOON + timedelta(hours=2, seconds=1))
    assert not is_late(row("a", due_at=NOON + timedelta(hours=5)), {}, plan, NOON + timedelta(hours=6))


def test_due_leaves_out_what_would_only_wait() -> None:
    """A post isn't tried before its time, after a failure before its pause is over, on a closed channel, or before its parent."""
    soon = NOON + timedelta(minutes=1)
    rows = [
        row("a"),
        row("b", due_at=soon),
        row("c", retry_at=soon),
        row("d", depends_on=("b",)),
        row("e", depends_on=("a",)),
        row("f", depends_on=("gone",)),
        row("g", channel="mastodon"),
    ]
    gates = [Gate(channel="mastodon", failures=3, closed_until=soon, reason="down")]
    assert [r.post_id for r in due(rows, gates, settings(), NOON)] == ["a", "e", "f"]
    assert [r.post_id for r in due(rows, gates, settings(), soon)] == ["a", "b", "c", "d", "e", "f", "g"]


def test_what_waited_for_another_isnt_late_by_that() -> None:
    """A post is late only from when those that it waits for were due: a thread whose first part was moved, an article's dependants."""
    plan, tomorrow = settings(grace_hours=2), NOON + timedelta(days=1)
    posts = {"site": row("site", due_at=tomorrow), "a": row("a", depends_on=("site",))}
    last = row("b", depends_on=("a", "gone"))
    assert not is_late(last, posts, plan, tomorrow + timedelta(hours=2))
    assert is_late(last, posts, plan, tomorrow + timedelta(hours=3))


@pytest.mark.parametrize(
    ("fields", "goes"),
    [
        ({"due_at": NOON}, False),
        ({"retry_at": NOON + timedelta(hours=10)}, False),
        ({"state": PostState.SENT}, True),
        ({"action": "edit"}, True),
        ({"due_at": NOON + timedelta(hours=11)}, True),
        ({"published_at": NOON + timedelta(hours=11)}, True),
    ],
)
def test_nothing_strays_into_the_quiet_hours(fields: dict[str, object], goes: bool) -> None:
    """What is tried again, or waited, doesn't go at night; what was put there does, and so do a correction and a look whether it is there."""
    plan, night = settings(quiet="22:00-07:00"), NOON + timedelta(hours=11)
    post = row("a", **fields)
    assert due([post], [], plan, night) == ((post,) if goes else ())
    morning = NOON.replace(day=2, hour=7)
    assert due([post], [], plan, morning) == (post,)
    assert goes_at(post, {}, plan, night) == (night if goes else morning)


def test_the_calendar_puts_no_post_before_what_it_waits_for() -> None:
    """The parts of a thread stand at the time of its first, which a person moved."""
    tomorrow = NOON + timedelta(days=1)
    posts = {"a": row("a", due_at=tomorrow), "b": row("b", depends_on=("a",)), "c": row("c", depends_on=("b", "out"))}
    assert {goes_at(post, posts, settings(), NOON) for post in posts.values()} == {tomorrow}
