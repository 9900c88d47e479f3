"""The wheel on a clock of the test's own: when it makes nothing, what it does about errors, and how it stops."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.up import wheel as wheels
from desk.up.clockwork import Clockwork
from desk.up.health import Health
from desk.up.troubles import LONG, is_the_disk
from desk.up.wheel import Wheel
from desk.web.redirect import Redirects
from graph.assign import read_settings
from graph.rooms import Rooms
from state.flywheel import Context
from state.ledger import LedgerUnwritable
from state.records import Spend
from tests.desk.up.turning import turning
from tests.graph.rig import Still, changed

pytestmark = pytest.mark.long

FULL = LedgerUnwritable("The disk is full", where="ledger.db", fix="Make room.")


class Learning:
    """A learning that does as it is told, in turn, and nothing when it isn't told."""

    def __init__(self) -> None:
        self.turns: deque[Any] = deque()
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.ended = 0

    async def __call__(self, rooms: Rooms, context: Context) -> None:
        self.begun.set()
        await self.may_end.wait()
        if self.turns and (turn := self.turns.popleft()):
            raise turn
        self.ended += 1


@pytest.fixture
def learning() -> Learning:
    return Learning()


@pytest.fixture
def clock() -> Still:
    return Still()


@pytest.fixture
async def wheel(workspace: Path, clock: Still, learning: Learning) -> AsyncIterator[Wheel]:
    changed(workspace, wheel='make = "0 6 * * *"\nwaiting = 2', ceilings="tokens_day = 1000")
    async with turning(workspace, clock, learn=learning) as turned:
        yield turned.wheel


def told(caplog: pytest.LogCaptureFixture, event: str) -> list[str]:
    return [r.getMessage() for r in caplog.records if getattr(r, "event", "") == event]


async def pieces(wheel: Wheel, *statuses: Any) -> None:
    """Pieces that stand so."""
    for n, status in enumerate(statuses):
        await wheel.desk.ledger.start_piece(f"p{n}", topic=f"t{n}", driver="embedded", now=wheel.desk.now())
        await wheel.desk.ledger.update_piece(f"p{n}", now=wheel.desk.now(), status=status)


async def test_with_enough_that_waits_none_is_made_and_that_is_said_once(
    wheel: Wheel, caplog: pytest.LogCaptureFixture
) -> None:
    """A piece on its way to a review counts as one that waits; one that is out doesn't."""
    caplog.set_level(logging.INFO, "flywheel.up")
    await pieces(wheel, "waiting", "running", "published")
    await wheel.run("make")
    await wheel.run("make")
    assert len(await wheel.desk.ledger.pieces()) == 3
    (said,) = told(caplog, "make-rests")
    assert said.startswith("2 pieces wait")
    assert "[wheel] waiting allows 2" in said


async def test_past_the_days_ceiling_none_is_made(wheel: Wheel, clock: Still, caplog: pytest.LogCaptureFixture) -> None:
    """It says what the day has cost."""
    caplog.set_level(logging.INFO, "flywheel.up")
    await pieces(wheel, "published")
    await wheel.desk.ledger.record_spend("p0", "voice", Spend(tokens=1000), now=clock.now)
    await wheel.run("make")
    assert len(await wheel.desk.ledger.pieces()) == 1
    assert "1000 tokens" in told(caplog, "make-rests")[0]


async def test_a_surprise_is_told_once_with_where_it_came_from_and_outlived(
    wheel: Wheel, learning: Learning, caplog: pytest.LogCaptureFixture
) -> None:
    """The job runs again at its next time, and that it works again is said."""
    caplog.set_level(logging.INFO, "flywheel.up")
    learning.turns.extend([RuntimeError("on fire"), RuntimeError("on fire"), None])
    for _ in range(3):
        await wheel.run("learn")
    assert told(caplog, "trouble") == ["learn: RuntimeError: on fire"]
    assert [r.exc_info is not None for r in caplog.records if getattr(r, "event", "") == "trouble"] == [True]
    assert told(caplog, "well-again") == ["learn works again."]
    assert wheel.records["learn"].runs == 3


async def test_what_is_wrong_for_long_shows_in_health(wheel: Wheel, clock: Still, learning: Learning) -> None:
    """Not before a quarter of an hour, and not after it works again."""
    health = Health(wheel, lambda _: None, ())
    learning.turns.extend([RuntimeError("on fire"), RuntimeError("on fire"), None])
    await wheel.run("learn")
    assert (await health.told())["ok"]
    clock.now += LONG
    await wheel.run("learn")
    ill = await health.told()
    assert (ill["ok"], ill["wrong_for_long"]) == (False, ["learn"])
    assert ill["jobs"]["learn"]["last_error"] == "RuntimeError: on fire"
    await wheel.run("learn")
    assert (await health.told())["ok"]


async def test_clicks_that_cant_be_counted_for_long_show_in_health(
    wheel: Wheel, clock: Still, workspace: Path, tmp_path: Path
) -> None:
    """Readers are led on meanwhile, so nothing else would tell; once they are counted again it is well."""
    places = [tmp_path / "nowhere", workspace]
    redirects = Redirects(
        lambda: read_settings(Context(workspace=str(places[0]))), Rooms().ledger_of, clock=lambda: clock.now
    )
    health = Health(wheel, lambda _: None, (redirects,))
    await redirects.flush()
    assert (await health.told())["ok"]
    clock.now += LONG
    await redirects.flush()
    ill = await health.told()
    assert (ill["ok"], ill["wrong_for_long"]) == (False, ["redirects"])
    del places[0]
    async with redirects.running():
        assert (await health.told())["ok"]


async def test_a_wheel_that_hangs_shows_in_health(wheel: Wheel, clock: Still) -> None:
    """Sending is never far from its last end."""
    health = Health(wheel, lambda _: None, ())
    await wheel.run("send")
    assert (await health.told())["ok"]
    clock.now += LONG
    assert (await health.told())["wrong_for_long"] == ["send"]


async def test_a_disk_that_is_full_stops_the_wheel(wheel: Wheel, learning: Learning) -> None:
    """With exit code 1 and the reason; no job begins after that."""
    learning.turns.append(FULL)
    await wheel.run("learn")
    assert (wheel.stop.event.is_set(), wheel.stop.code) == (True, 1)
    assert "The disk is full" in wheel.stop.why
    await wheel.run("learn")
    assert learning.ended == 0


def test_the_disk_is_recognised_however_deep_it_lies() -> None:
    """Behind other errors, in groups; what is no error of the disk's isn't taken for one."""
    outer = RuntimeError("outer")
    outer.__cause__ = ExceptionGroup("both", [ValueError("no"), OSError(28, "No space left on device")])
    assert is_the_disk(outer)
    assert not is_the_disk(OSError(2, "No such file"))


async def test_what_runs_gets_to_its_end_when_it_stops(wheel: Wheel, learning: Learning) -> None:
    """It is waited for, and nothing else begins."""
    learning.may_end.clear()
    running = asyncio.create_task(wheel.run("learn"))
    await learning.begun.wait()
    wheel.stop.now("told to")
    winding = asyncio.create_task(wheel.wind_down())
    await asyncio.sleep(0.05)
    assert not winding.done()
    learning.may_end.set()
    await winding
    await running
    assert learning.ended == 1


async def test_what_doesnt_end_is_cut_off(wheel: Wheel, learning: Learning, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the stated time, and not before."""
    monkeypatch.setattr(wheels, "PATIENCE", 0.05)
    learning.may_end.clear()
    running = asyncio.create_task(wheel.run("learn"))
    await learning.begun.wait()
    await wheel.wind_down()
    await running
    assert learning.ended == 0


async def test_a_start_runs_what_was_missed_unless_the_ledger_has_it(wheel: Wheel, clock: Still) -> None:
    """At ten past six in London the piece of six o'clock is missing; once it is begun it isn't."""
    clock.now = clock.now.replace(hour=5, minute=10)
    assert "make" in await wheel.missed()
    await pieces(wheel, "published")
    assert "make" not in await wheel.missed()
    clock.now += timedelta(hours=2)
    assert "make" not in await wheel.missed()


async def test_new_times_hold_at_once_and_a_broken_file_changes_nothing(wheel: Wheel, workspace: Path) -> None:
    """The jobs are planned anew; what was broken is in the way of no job."""
    planned: list[str] = []
    wheel.rescheduled = lambda: planned.append(wheel.jobs["make"].cron)
    changed(workspace, wheel='make = "never"')
    await wheel.run("disk")
    assert (planned, wheel.jobs["make"].cron) == ([], "0 6 * * *")
    assert "flywheel.toml" in wheel.troubles.now_wrong["settings"].said
    changed(workspace, wheel='make = "5 4 * * *"\nengage = ""')
    await wheel.run("disk")
    assert planned == ["5 4 * * *"]
    assert "engage" not in wheel.jobs
    assert "settings" not in wheel.troubles.now_wrong


async def test_a_clock_that_is_set_back_plans_every_job_anew(wheel: Wheel, clock: Still) -> None:
    """A clock that was years ahead when the wheel began would stop it for years otherwise."""
    clockwork = Clockwork(wheel, clock)
    async with clockwork.turning():
        planned: list[str] = []
        wheel.jobs = {}  # nothing of them runs meanwhile
        clockwork.plan = lambda: planned.append("anew")  # type: ignore[method-assign]
        before = clockwork.look(clockwork._ahead())
        assert planned == []
        clock.leap(days=-400)
        after = clockwork.look(before)
        assert planned == ["anew"]
        assert clockwork.look(after) == after
        clock.leap(hours=3)
        assert clockwork.look(after) > after
        assert planned == ["anew"]
