"""Whatever a far side does to a call, the drainer ends with one copy of each post, or asks a person; two senders at once too."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from graph import send
from graph.closing import reopen
from graph.rooms import Rooms
from state.channels import Strength
from state.flywheel import Context
from state.ledger import Ledger, close_ledgers, ledger_at
from state.records import OutboxRow, PostState
from state.workspace import database_url, load_settings
from tests.channels.far import OPTIONS, VARIABLES
from tests.support.approving import approve
from tests.support.killing import name_of, posts_of, sender, workspace_for
from tests.support.scripted_api import TOKEN, ScriptedApi

pytestmark = pytest.mark.long

STRENGTHS = {
    "mastodon": Strength.KEYED,
    "devto": Strength.LOOKUP,
    "linkedin": Strength.NONE,
    "x": Strength.NONE,
}


class Office:
    """A workspace with one channel, the server behind it, and a drainer whose clock is moved."""

    def __init__(self, channel: str, api: ScriptedApi, workspace: Path, ledger: Ledger) -> None:
        self.channel, self.api, self.workspace, self.ledger = channel, api, workspace, ledger
        self.ahead = timedelta()

    async def drain(self, piece: str, rounds: int = 6) -> tuple[OutboxRow, ...]:
        """Rounds five minutes apart, until all posts rest."""
        flow = send.build(Rooms(clock=lambda: datetime.now(UTC) + self.ahead)).compile()
        for _ in range(rounds):
            await flow.ainvoke({"piece": piece}, context=Context(workspace=str(self.workspace)))
            if not await self.ledger.open_posts(piece):
                break
            self.ahead += timedelta(minutes=5)
        return await self.ledger.outbox(piece)

    def copies(self, piece: str) -> list[int]:
        shown = [(post.text, post.fields.get("title")) for post in self.api.shown(self.channel)]
        return [sum(name_of(post) in held for held in shown) for post in posts_of(piece, self.channel)]


@pytest.fixture(params=sorted(STRENGTHS))
async def office(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    channel = request.param
    monkeypatch.setenv(VARIABLES[channel], TOKEN)
    with ScriptedApi() as api:
        workspace = workspace_for(tmp_path / "w", channel, {"server": api.url, **OPTIONS[channel]})
        ledger = await ledger_at(database_url(load_settings(workspace)))
        await approve("one", posts_of("one", channel), load_settings(workspace), ledger)
        yield Office(channel, api, workspace, ledger)
        await close_ledgers()


@pytest.mark.parametrize("turn", ["reset-before", "reset-after", "429 30", "500", "500-after"])
async def test_one_bad_call(office: Office, turn: str) -> None:
    """A reset, a 429, a 500, whether or not the post was taken: one copy, or a person is asked where nobody can know."""
    office.api.turns.append(turn)
    rows = await office.drain("one")
    copies = office.copies("one")
    assert max(copies) <= 1
    if STRENGTHS[office.channel] is Strength.NONE and turn not in ("429 30",):
        assert rows[0].state is PostState.PARKED and rows[0].unknown
    else:
        assert [row.state for row in rows] == [PostState.CONFIRMED] * len(rows), [row.reason for row in rows]
        assert set(copies) == {1}


@pytest.mark.parametrize("turn", ["401"])
async def test_a_token_that_is_refused_in_the_middle(office: Office, turn: str) -> None:
    """What went out stays, the rest waits for a person; with the token mended and the piece resumed, each post is there once."""
    parts = len(posts_of("one", office.channel))
    office.api.turns.extend(["ok"] * (parts - 1) + [turn])
    rows = await office.drain("one")
    assert rows[-1].state is PostState.PARKED
    assert VARIABLES[office.channel] in rows[-1].reason
    assert office.copies("one") == [1] * (parts - 1) + [0]
    await reopen("one", office.ledger, datetime.now(UTC) + office.ahead)
    rows = await office.drain("one")
    assert [row.state for row in rows] == [PostState.CONFIRMED] * parts, [row.reason for row in rows]
    assert office.copies("one") == [1] * parts


@pytest.mark.torture  # it takes as long as our patience: half a minute
async def test_no_answer_at_all(office: Office) -> None:
    """A far side that takes a post and never answers: one copy, found where it can be looked up, else a person is asked."""
    office.api.turns.append("silent-after")
    rows = await office.drain("one")
    assert max(office.copies("one")) <= 1
    known = STRENGTHS[office.channel] is not Strength.NONE
    assert rows[0].state is (PostState.CONFIRMED if known else PostState.PARKED), rows[0].reason
    assert office.copies("one")[0] == 1


@pytest.mark.torture
async def test_two_processes_at_once(office: Office) -> None:
    """Two processes that publish the same piece at the same moment make one copy of each post, twenty times."""
    office.api.delay = 0.02
    secrets = {VARIABLES[office.channel]: TOKEN}
    settings = load_settings(office.workspace)
    with (
        sender(office.workspace, office.channel, secrets) as one,
        sender(office.workspace, office.channel, secrets) as two,
    ):
        for n in range(20):
            piece = f"both{n}"
            await approve(piece, posts_of(piece, office.channel), settings, office.ledger)
            _together(partial(one.order, piece), partial(two.order, piece))
            one.order(piece)
            assert office.copies(piece) == [1] * len(posts_of(piece, office.channel))


def _together(*works: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
