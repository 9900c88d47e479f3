"""An offer that other pieces carry as often as may be isn't placed again, and the reviewer is told why."""

from __future__ import annotations

from pathlib import Path

import pytest

from state.contracts import MonetizedDraft
from tests.graph.rig import TOPIC, Clock, Flow, OpenFlow, changed, reviews

pytestmark = pytest.mark.long

COURSE = "inspection-course"


@pytest.fixture
def capped(workspace: Path) -> Path:
    """The course may be carried once in seven days, and there is no other offer."""
    text = (workspace / "offers.toml").read_text(encoding="utf-8")
    course = text.partition("\n[[offer]]\n")[2].partition("\n[[offer]]\n")[0].partition("\n#")[0]
    (workspace / "offers.toml").write_text(f"[[offer]]\n{course}\nper_week = 1\n", encoding="utf-8")
    changed(workspace, reviews=reviews(offer="always"))
    return workspace


async def monetized(flow: Flow) -> MonetizedDraft:
    found = (await flow.state())["monetized"]
    assert found is not None
    return found


async def test_the_second_piece_goes_without(capped: Path, flow: OpenFlow, clock: Clock) -> None:
    """The first piece carries it once it's approved; the second says that it is used up; a week later a third may again."""
    first = await flow(piece="one").start(TOPIC)
    assert [i.offer for i in (await monetized(first)).insertions] == [COURSE]
    await first.accept()
    second = await flow(piece="two").start(TOPIC)
    made = await monetized(second)
    assert made.insertions == ()
    assert made.reason == f"No offer is left: other pieces carry {COURSE} as often as may be."
    clock.leap(days=7, hours=1)
    third = await flow(piece="three").start(TOPIC)
    assert [i.offer for i in (await monetized(third)).insertions] == [COURSE]


async def test_two_at_once_dont_share_it(capped: Path, flow: OpenFlow) -> None:
    """Both were given it before either was approved: the first keeps it, the second is stopped before a post of it is approved."""
    first, second = await flow(piece="one").start(TOPIC), await flow(piece="two").start(TOPIC)
    assert (await monetized(first)).insertions and (await monetized(second)).insertions
    await first.accept()
    await second.accept()
    assert (await first.shown()).stuck is False
    assert (await second.shown()).stuck is True
    assert "release.offer-used-up" in await second.codes()
    await second.rework("revenue")
    assert (await monetized(second)).insertions == ()


async def test_a_dropped_piece_gives_it_back(capped: Path, flow: OpenFlow) -> None:
    """What a dropped piece was approved with is free again."""
    first = await flow(piece="one").start(TOPIC)
    await first.accept()
    assert (await first.shown()).point == "review_release"
    await first.drop()
    second = await flow(piece="two").start(TOPIC)
    assert [i.offer for i in (await monetized(second)).insertions] == [COURSE]
