"""Ten days of the wheel, on a clock of their own: pieces, reviews, posts, answers and ceilings, through the real graphs and SQLite."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desk.engaging import Conversations
from graph.ceilings import day_start
from graph.rooms import Rooms
from graph.transports import open_configured
from state.channels import Channel, Engagement, Kind, Response, Strength
from state.records import OutboxRow, PieceRow, PostState
from state.settings import Settings
from tests.desk.up.turning import Turning, turning
from tests.graph.far_sides import Forum
from tests.graph.rig import POINT_OF, Script, Still, changed

pytestmark = pytest.mark.torture

LONDON = ZoneInfo("Europe/London")
BEGIN = datetime(2026, 10, 19, 23, 0, tzinfo=UTC)
"""The midnight before the 20th; summer time ends in London on the 25th."""
VISITS = (8, 10, 12, 14, 16, 18)
"""Hours at which the person looks in."""
AWAY = ("2026-10-22", "2026-10-23")
ALLOWED = 3
TOKENS = 1_000
CEILING = 14_000
"""A day's tokens: fewer than two whole pieces cost."""
GROWN = 24_000_000
"""Bytes that the process may hold more at the end than after a third of the time."""


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@dataclass
class Nora:
    """Looks in a few times a day, and answers each piece's open review; a piece that ran into the ceiling goes on next day."""

    turned: Turning
    visited: set[str] = field(default_factory=set)
    most_waiting: int = 0
    memory: list[int] = field(default_factory=list)

    async def __call__(self, now: datetime) -> None:
        desk, local = self.turned.wheel.desk, now.astimezone(LONDON)
        rows = await desk.ledger.pieces()
        self.most_waiting = max(self.most_waiting, sum(row.status in ("waiting", "running") for row in rows))
        hour = f"{local:%Y-%m-%d %H}"
        if local.hour not in VISITS or hour in self.visited or hour[:10] in AWAY:
            return
        self.visited.add(hour)
        for row in rows:
            waiting = await desk.waiting(row.piece) if row.status == "waiting" else None
            if waiting is None:
                continue
            if waiting.shown.stuck:
                agent = next(agent for agent, point in POINT_OF.items() if point == waiting.shown.point)
                answer = {"type": "response", "args": f"rework {agent}: go on"}
                if local.hour != VISITS[0]:
                    continue
            else:
                answer = {"type": "accept"}
            await desk.answer(row.piece, answer)
        talks = Conversations.beside(desk)
        for response in await desk.ledger.responses(["unanswered"]):  # the piece doesn't say, so she does
            own_words = {"action": "review_reply", "args": {"reply": "Longer than we thought, and we look after it."}}
            await talks.answer(response.id, {"type": "edit", "args": own_words})
        gc.collect()
        self.memory.append(resident())


def workspace_of(folder: Path) -> Path:
    changed(
        folder,
        wheel=f'make = "30 1,7,13 * * *"\nengage = "0 */3 * * *"\nlearn = "30 1 * * *"\nwaiting = {ALLOWED}',
        ceilings=f"tokens_day = {CEILING}",
        channels__site='folder = "site"\ntimes = ["09:30", "17:30"]',
        channels__bluesky='handle = "upkeep.example"\nservice = "https://bsky.example"',
    )
    return folder


async def test_ten_days(workspace: Path, say: Callable[[Iterable[str]], None]) -> None:
    """No piece lost, none posted twice, ceilings and `waiting` kept, memory flat, and the night of the clock change once."""
    clock, script = Still(BEGIN), Script(tokens=TOKENS)
    forum = Forum("bluesky", Strength.LOOKUP, clock)

    def opened(settings: Settings, name: str) -> Channel | None:
        return forum if name == "bluesky" else open_configured(settings, name)

    rooms = Rooms(clock=clock, open_writer=script.open, open_channel=opened)

    async with turning(workspace_of(workspace), clock, rooms) as turned:
        nora = Nora(turned)

        async def each_step(now: datetime) -> None:
            await nora(now)
            ask_below(forum, now)

        await turned.until(BEGIN + timedelta(days=10, hours=1), each_step)
        await clocks_jump(turned, each_step)
        ledger = turned.wheel.desk.ledger
        rows, posts = await ledger.pieces(), await ledger.outbox()
        spent = [(await ledger.spent_between(day, day + timedelta(days=1))).tokens for day in local_days()]
        heard = await ledger.responses()
        learnt = await ledger.latest_learnings()

    assert turned.wheel.troubles.now_wrong == {}
    nothing_lost(rows, posts, workspace)
    assert set(forum.copies().values()) == {1}
    assert nora.most_waiting == ALLOWED
    assert max(spent) == CEILING  # it was reached, and no day passed it
    assert turned.times("learn")[:10] == [f"10-{day} 01:30" for day in range(20, 30)]
    assert learnt is not None
    assert {row.post for row in heard} == {post.key for post in forum.held if not post.reply_to}
    answered = Counter(row.mark for row in heard)
    assert set(answered) <= {"answered", "unanswered"}  # what was asked last may wait for the next visit
    assert answered["answered"] == len([post for post in posts if post.answers]) >= 10
    early, late = nora.memory[len(nora.memory) // 3], nora.memory[-1]
    out = sum(row.status == "published" for row in rows)
    megabytes = f"{early / 1e6:.0f} MB after a third of the time, {late / 1e6:.0f} MB at the end"
    say([f"ten days: {out} pieces out, {len(posts)} posts, {answered['answered']} answers; {megabytes}"])
    assert late - early < GROWN


def nothing_lost(rows: Sequence[PieceRow], posts: Sequence[OutboxRow], workspace: Path) -> None:
    """Every piece that was begun is out, waits, or was dropped for want of a topic; what is out is out whole, and once."""
    standing = Counter(row.status for row in rows)
    assert standing["published"] >= 10
    assert set(standing) <= {"published", "waiting", "dropped"}
    assert all("no topic" in row.reason for row in rows if row.status == "dropped")
    assert {post.state for post in posts} == {PostState.CONFIRMED}
    published = {row.piece for row in rows if row.status == "published"}
    assert {post.piece for post in posts} == published
    assert len(list(workspace.glob("site/posts/*/index.html"))) == len(published)


def local_days() -> list[datetime]:
    start = day_start(BEGIN + timedelta(hours=1), "Europe/London")
    return [day_start(start + timedelta(days=n, hours=1), "Europe/London") for n in range(10)]


def ask_below(forum: Forum, now: datetime) -> None:
    """Below each post somebody asks something, once."""
    for post in forum.held:
        name = f"bluesky/{post.key}"
        if name not in forum.heard and not post.reply_to:
            asked = Response(
                remote_id=f"{name}/asked",
                kind=Kind.REPLY,
                author="ada.example",
                at=now,
                text=f"How long does a thing like {post.key[:6]} last, and who looks after it?",
                to=name,
            )
            forum.heard[name] = Engagement(counts={Kind.LIKE: 3, Kind.REPLY: 1}, responses=(asked,))


async def clocks_jump(turned: Turning, each_step: Callable[[datetime], Awaitable[None]]) -> None:
    """The clock is set three hours back, which are lived through again, and then two days forward."""
    here = turned.clock.now
    turned.clock.leap(hours=-3)
    await turned.until(here, each_step)
    turned.clock.leap(days=2)
    await turned.until(turned.clock.now + timedelta(hours=2), each_step)
