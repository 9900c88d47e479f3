"""What is published is changed and taken down as it was approved, wherever a post leads to another or nobody knows whether it is out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from graph import amend
from graph.closing import take_down
from graph.rooms import Rooms
from state.channels import Channel, Strength
from state.records import OutboxRow, PostState
from state.settings import Settings
from tests.graph.far_sides import Changing, Office
from tests.graph.rig import PIECE, Clock, Flow, OpenFlow, Still, changed, reviews, rooms_of

pytestmark = pytest.mark.long

CHANNELS = {
    "ghost": 'url = "https://ghost.upkeep.example"',
    "email": 'host = "smtp.upkeep.example"',
    "bluesky": "",
    "mastodon": "",
}


@dataclass
class Corrected:
    """A published piece and its far sides; `amend` gives a review's texts and sends what comes of it."""

    piece: Flow
    sides: dict[str, Changing]
    rooms: Rooms

    async def amend(self, change: Callable[[dict[str, str]], dict[str, str]]) -> dict[str, OutboxRow]:
        """What is shown, changed and approved; where the posts rest then."""
        graph = amend.build(self.rooms).compile(checkpointer=self.piece.saver)
        config: RunnableConfig = {"configurable": {"thread_id": f"{PIECE}-amend"}}
        shown = (await graph.ainvoke({"piece": PIECE}, config, context=self.piece.context))["shown"]
        args = dict(shown.args)
        answer = [{"type": "edit", "args": {"action": shown.point, "args": args | change(args)}}]
        after: dict[str, Any] = await graph.ainvoke(Command(resume=answer), config, context=self.piece.context)
        assert not after.get("shown"), after["shown"].violations
        return {row.post_id: row for row in await self.piece.drain(self.rooms)}

    async def texts(self) -> dict[str, str]:
        return {name: "\n\n".join(post.text for post in side.held) for name, side in self.sides.items()}


async def published(flow: OpenFlow, clock: Clock, channels: Iterable[str]) -> Corrected:
    """The article on the site and these channels, all of them out."""
    piece = flow()
    changed(
        piece.workspace,
        reviews=reviews(release="never"),
        **{f"channels__{name}": CHANNELS[name] for name in channels},
    )
    await piece.start()
    sides = {name: Changing(name, Strength.LOOKUP, clock) for name in ("site", *channels)}

    def open_channel(settings: Settings, name: str) -> Channel | None:
        return sides.get(name)

    rooms = replace(rooms_of(clock), open_channel=open_channel)
    assert {row.state for row in await piece.drain(rooms)} == {PostState.CONFIRMED}
    return Corrected(piece, sides, rooms)


async def test_what_led_to_an_article_that_is_taken_down_leads_to_the_next(flow: OpenFlow, clock: Clock) -> None:
    """With the home taken down the copy becomes the home, and the posts' links and cards lead there; what shows no link isn't touched."""
    corrected = await published(flow, clock, CHANNELS)
    before = await corrected.texts()
    assert all("https://site.example/" in before[name] for name in ("bluesky", "mastodon"))
    rows = await corrected.amend(lambda _: {"site": ""})
    assert {row.state for row in rows.values()} == {PostState.CONFIRMED}
    after, (copy,) = await corrected.texts(), corrected.sides["ghost"].held
    assert (after["site"], copy.canonical) == ("", None)
    for name in ("bluesky", "mastodon"):
        side = corrected.sides[name]
        assert "https://site.example/" not in after[name] and f"https://ghost.example/{copy.key}" in after[name]
        assert set(side.copies().values()) == {1}
        carded = side.held[:1] if name == "bluesky" else []
        assert side.edited == [p.key for p in side.held if p in carded or "https://ghost.example/" in p.text]
    assert after["email"] == before["email"] and not corrected.sides["email"].edited


async def test_a_refused_correction_holds_nothing_back(flow: OpenFlow, clock: Clock) -> None:
    """The article's channel refuses its other words, and it is out as it was: what joins the thread that leads to it goes."""
    corrected = await published(flow, clock, ["bluesky"])
    corrected.sides["site"].refuses = True
    thread = len(corrected.sides["bluesky"].held)

    def change(texts: dict[str, str]) -> dict[str, str]:
        _, _, rest = texts["site"].partition("\n")
        return {
            "site": f"Title: Looking at a bridge\n{rest}",
            "bluesky": f"{texts['bluesky']}\n\n-----\n\nThat is all for now.",
        }

    rows = await corrected.amend(change)
    assert rows["site"].state is PostState.REJECTED
    added = rows[f"bluesky-{thread + 1}"]
    assert (added.state, added.reason) == (PostState.CONFIRMED, "")


async def test_what_may_be_out_isnt_taken_for_taken_down(threads: Office) -> None:
    """A post whose call broke off is asked about when the piece is taken down, and the piece isn't dropped before somebody looked."""
    threads.sides = {name: Changing(name, side.strength, threads.clock) for name, side in threads.sides.items()}
    threads.clock, threads.sides["bluesky"].turns = Still(threads.clock.now), deque(["unknown-posted"])
    rows = await threads.drain()
    armed = next(row for row in rows.values() if row.state is PostState.ARMED)
    ledger = await threads.ledger()
    await take_down(PIECE, ledger, threads.clock(), "it was wrong")
    rows = await threads.drain()
    assert (rows[armed.post_id].state, rows[armed.post_id].unknown) == (PostState.PARKED, True)
    assert "look there" in rows[armed.post_id].reason
    assert (await threads.piece()).status == "parked"
    assert not threads.sides["site"].held


async def test_what_is_down_stays_down(threads: Office) -> None:
    """Taken down once more, a piece of which nothing is out is dropped still: what was taken down before isn't out again."""
    threads.sides = {name: Changing(name, side.strength, threads.clock) for name, side in threads.sides.items()}
    await threads.drain()
    for _ in range(2):
        await take_down(PIECE, await threads.ledger(), threads.clock(), "it was wrong")
        rows = await threads.drain()
        assert {(row.action, row.state) for row in rows.values()} == {("delete", PostState.CONFIRMED)}
        assert (await threads.piece()).status == "dropped"
    assert not any(side.held for side in threads.sides.values())
