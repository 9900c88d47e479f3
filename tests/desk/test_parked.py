"""What is parked has a way out: tried again when what stood in its way is gone, or given up."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk.errors import MovedWorkspace
from desk.session import Desk, NothingWaits, open_desk
from state.records import PostState

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
TOPIC = "Looking at a bridge before it falls"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    folder = tmp_path / "letter"
    shutil.copytree(ROOT / "examples" / "upkeep", folder, ignore=shutil.ignore_patterns(".flywheel", "site"))
    return folder


@pytest.fixture
async def desk(example: Path) -> AsyncIterator[Desk]:
    async with open_desk(example) as desk:
        yield desk


def _expire(example: Path) -> str:
    """Let every offer run out; returns what stood there before."""
    offers = example / "offers.toml"
    before = offers.read_text(encoding="utf-8")
    gone = before.replace("2028-12-31", "2026-02-01").replace("2030-12-31", "2026-02-01")
    offers.write_text(gone, encoding="utf-8")
    return before


async def _approved(desk: Desk, before_the_last: object) -> str:
    piece = await desk.start(TOPIC)
    for _ in range(3):
        await desk.answer(piece, {"type": "accept"})
    assert callable(before_the_last)
    before_the_last()
    await desk.answer(piece, {"type": "accept"})
    return piece


async def test_an_expired_offer_parks_and_a_live_one_lets_it_go(desk: Desk, example: Path) -> None:
    """A post parked for its offer goes out on resume once the offer is live again, and not before."""
    kept: list[str] = []
    piece = await _approved(desk, lambda: kept.append(_expire(example)))
    assert (await desk.find(piece)).status == "parked"
    await desk.resume(piece)
    assert (await desk.find(piece)).status == "parked"
    (example / "offers.toml").write_text(kept[0], encoding="utf-8")
    await desk.resume(piece)
    assert (await desk.find(piece)).status == "published"
    assert len(list((example / "site" / "posts").iterdir())) == 1


async def test_what_is_parked_can_be_given_up(desk: Desk, example: Path) -> None:
    """Given up, it is dropped for good: nothing is sent, and a second time there is nothing to give up."""
    piece = await _approved(desk, lambda: _expire(example))
    await desk.give_up(piece, "not worth it")
    row = await desk.find(piece)
    assert (row.status, row.reason) == ("dropped", "not worth it")
    await desk.resume(piece)
    assert not (example / "site").exists()
    with pytest.raises(NothingWaits):
        await desk.give_up(piece, "again")


async def test_an_unknown_outcome_is_left_to_a_person(desk: Desk) -> None:
    """A post whose call may have gone through isn't sent again by a resume."""
    piece = await _approved(desk, lambda: None)
    post = (await desk.ledger.outbox(piece))[0]
    await desk.ledger.move_post(
        post.key, state=PostState.PARKED, now=datetime.now(UTC), reason="look there", unknown=True
    )
    await desk.ledger.update_piece(piece, now=datetime.now(UTC), status="parked")
    await desk.resume(piece)
    assert (await desk.ledger.outbox(piece))[0].state is PostState.PARKED


async def test_a_moved_workspace_is_told(desk: Desk, example: Path, tmp_path: Path) -> None:
    """A piece answered from a renamed folder names both folders, and still waits in the first."""
    piece = await desk.start(TOPIC)
    moved = tmp_path / "moved"
    shutil.copytree(example, moved)
    async with open_desk(moved) as other:
        with pytest.raises(MovedWorkspace, match=r"letter.*moved"):
            await other.answer(piece, {"type": "accept"})
    assert await desk.waiting(piece) is not None


async def test_a_wrong_option_parks_its_channel(desk: Desk, example: Path) -> None:
    """An option that the site doesn't know parks the post with the option's name; mended, it goes out."""
    settings = example / "flywheel.toml"
    before = settings.read_text(encoding="utf-8")

    def misspell() -> None:
        settings.write_text(before.replace('folder = "site"', 'floder = "site"'), encoding="utf-8")

    piece = await _approved(desk, misspell)
    row = await desk.find(piece)
    assert row.status == "parked"
    assert "floder" in row.reason
    settings.write_text(before, encoding="utf-8")
    async with open_desk(example) as again:
        await again.resume(piece)
        assert (await again.find(piece)).status == "published"
