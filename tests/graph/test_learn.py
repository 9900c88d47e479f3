"""What worked flows back: clicks and sales become Learnings, and the next piece is made by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import cast

from graph import learn
from graph.transports import open_configured
from state.contracts import Assignment, Learnings
from state.contracts.learnings import PARTS
from state.flywheel import Context
from state.ledger import Ledger
from state.trade import Part
from tests.graph.rig import NOON, PIECE, Clock, Flow, OpenFlow, changed, reviews
from tests.support.takings import Takings


async def learning(flow: Flow) -> tuple[learn.LearnState, Learnings]:
    """Run the compiled graph, and give what it said and the newest Learnings."""
    made = learn.build(flow.rooms).compile()
    said = cast(learn.LearnState, await made.ainvoke({}, context=flow.context))
    kept = await (await flow.ledger()).latest_learnings()
    assert kept is not None
    return said, Learnings.model_validate_json(kept)


async def sold(ledger: Ledger, pieces: int, offer: str, clicks: int, sales: int) -> None:
    """Pieces on the site with this offer, each with so many clicks, and sales two hours after them."""
    takings = Takings(ledger)
    for n in range(pieces):
        piece, at = f"{offer}-{n}", NOON - timedelta(days=30 - n)
        traits: dict[Part, str] = {"themes": "bridge" if offer == "inspection-course" else "kettle", "hooks": "number"}
        await takings.piece(piece, at=at, traits=traits)
        await takings.post(piece, "site", at=at)
        code = await takings.link(piece, "site", offer)
        ids = await takings.click(code, clicks, at=at + timedelta(hours=1)) if clicks else []
        for order in range(sales):
            await takings.sell(
                f"{piece}-{order}", 49, code=code, click=ids[order], at=at + timedelta(hours=3), offer=offer
            )


async def test_nothing_known_is_an_answer(flow: OpenFlow) -> None:
    """With nothing published every part is empty: not enough data yet. Once more, nothing is written."""
    piece = flow()
    said, learnings = await learning(piece)
    assert said["changed"] is True
    assert [learnings.of(part) for part in PARTS] == [()] * len(PARTS)
    again, same = await learning(piece)
    assert (again["changed"], again["learnings"], same) == (False, said["learnings"], learnings)


async def test_what_sold_is_told_of_each_part(flow: OpenFlow) -> None:
    """Offers, channels, hours, hooks and themes each with n, rate and interval; the better one has the higher rate."""
    piece = flow()
    ledger = await piece.ledger()
    await sold(ledger, 4, "inspection-course", clicks=12, sales=3)
    await sold(ledger, 4, "bench-roll", clicks=2, sales=0)
    _, learnings = await learning(piece)
    offers = {f.name: f for f in learnings.offers}
    assert offers.keys() == {"bench-roll", "inspection-course"}
    assert offers["inspection-course"].rate > offers["bench-roll"].rate
    assert offers["inspection-course"].unit == "GBP"
    assert (offers["inspection-course"].n, offers["inspection-course"].clicks) == (400, 48)
    assert all(f.low <= f.rate <= f.high for part in PARTS for f in learnings.of(part))
    assert [f.name for f in learnings.channels] == ["site"]
    assert [f.name for f in learnings.hooks] == ["number"]
    assert {f.name for f in learnings.themes} == {"bridge", "kettle"}
    assert [f.name for f in learnings.times] == ["13:00"]  # noon in UTC, by the author's clock


async def test_they_are_written_when_something_happened(flow: OpenFlow, clock: Clock) -> None:
    """Another click writes new Learnings, whose parent are those before; a day without anything does, too."""
    piece = flow()
    ledger = await piece.ledger()
    await sold(ledger, 3, "bench-roll", clicks=2, sales=0)
    first, before = await learning(piece)
    assert (await learning(piece))[0]["changed"] is False
    code = await Takings(ledger).link("bench-roll-0", "site", "bench-roll")
    await Takings(ledger).click(code, 3, at=clock() - timedelta(days=1))
    second, after = await learning(piece)
    assert (second["changed"], after.parent) == (True, first["learnings"])
    assert after.offers[0].clicks == before.offers[0].clicks + 3
    clock.leap(days=2)
    assert (await learning(piece))[0]["changed"] is True


async def test_a_published_piece_is_described_once(flow: OpenFlow) -> None:
    """Its angle, opening, themes and the place of its offer are written down from its contracts."""
    piece = await flow().start()
    await piece.accept(4)
    await piece.drain()
    await learning(piece)
    ledger = await piece.ledger()
    traits = (await ledger.likenesses())[PIECE]
    assert traits.keys() >= {"angles", "hooks", "themes"}
    assert traits["angles"] in [("first-hand",), ("witnesses",)]
    assert "bridge" in traits["themes"]
    await learning(piece)
    assert (await ledger.likenesses())[PIECE] == traits


async def test_the_next_piece_is_made_by_them(flow: OpenFlow) -> None:
    """What was learnt is frozen into the next piece: its Assignment names the theme, and its parent is the Learnings' digest."""
    piece = flow()
    await sold(await piece.ledger(), 4, "inspection-course", clicks=30, sales=4)
    said, _ = await learning(piece)
    following = await flow(piece="piece-2").start(None)
    state = await following.state()
    assignment = state["assignment"]
    assert isinstance(assignment, Assignment)
    assert assignment.parent == said["learnings"]
    assert "bridge" in assignment.themes
    assert assignment.choice is not None and assignment.choice.of("bridge") is not None


async def test_a_channel_that_fails_keeps_nothing_from_being_learnt(
    flow: OpenFlow,
) -> None:
    """Trouble with one channel is told, and what is known is learnt all the same."""
    piece = flow()
    changed(piece.workspace, reviews=reviews(), channels__bluesky='handle = "noor.example"')
    takings = Takings(await piece.ledger())
    await takings.piece("p", at=NOON)
    await takings.post("p", "bluesky", at=NOON)
    made = learn.build(replace(piece.rooms, open_channel=open_configured)).compile()
    said = await made.ainvoke({}, context=Context(workspace=str(piece.workspace)))
    assert "BLUESKY_APP_PASSWORD" in said["troubles"][0]
    assert said["changed"] is True
