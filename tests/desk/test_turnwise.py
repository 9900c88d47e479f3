"""What breaks one piece keeps no other from being sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from desk.server import drain
from desk.turnwise import each
from state.contracts.release import Post
from state.ledger import close_ledgers, ledger_at
from state.records import PostState
from state.workspace import database_url, load_settings
from tests.support.approving import approve


async def test_each_has_its_turn_and_the_first_error_is_told() -> None:
    """Two of three break: all three were worked on, and the first that broke is raised at the end."""
    done: list[int] = []

    async def work(number: int) -> None:
        done.append(number)
        if number != 2:
            raise ValueError(number)

    with pytest.raises(ValueError, match=r"^1$"):
        await each([1, 2, 3], work)
    assert done == [1, 2, 3]


async def test_a_piece_that_cant_be_read_holds_up_no_other(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release whose kept text was broken is an error at each look; the piece behind it goes out all the same."""
    monkeypatch.setenv("FLYWHEEL_WORKSPACE", str(workspace))
    settings = load_settings(workspace)
    ledger = await ledger_at(database_url(settings))
    for number in (1, 2):
        post = Post(id="site", channel="site", title=f"Piece {number}", slug=f"p-{number}", text="It.", sentences=())
        await approve(f"{number:08x}", [post], settings, ledger)
    (broken, whole) = await ledger.outbox()
    async with ledger._database.writing() as connection:
        await connection.execute(text("UPDATE bodies SET text = '{}' WHERE digest = :it"), {"it": broken.release})
    with pytest.raises(ValidationError):
        await drain()
    found = {row.key: row.state for row in await ledger.outbox()}
    assert found == {broken.key: PostState.INTENDED, whole.key: PostState.CONFIRMED}
    await close_ledgers()
