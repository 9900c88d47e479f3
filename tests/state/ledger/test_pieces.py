"""The row of a piece."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from state.ledger import Ledger, LedgerMissing
from state.records import PieceRow


async def test_start(ledger: Ledger, now: datetime) -> None:
    """A piece starts running, and starting it again changes nothing."""
    await ledger.start_piece("a", topic="bees", driver="server", now=now)
    await ledger.start_piece("a", topic="wasps", driver="embedded", now=now + timedelta(hours=1))
    expected = PieceRow(piece="a", topic="bees", driver="server", status="running", created_at=now, updated_at=now)
    assert await ledger.piece("a") == expected
    assert await ledger.piece("b") is None


async def test_update(ledger: Ledger, piece: str, later: Callable[[float], datetime]) -> None:
    """An update changes what is named and leaves the rest, and None is a value for where it waits."""
    await ledger.update_piece(piece, now=later(1), status="waiting", waiting_at="review_draft", reason="look at it")
    await ledger.update_piece(piece, now=later(2), title="Bees sleep", insight="They do")
    row = await ledger.piece(piece)
    assert row is not None
    assert (row.status, row.waiting_at, row.reason) == ("waiting", "review_draft", "look at it")
    assert (row.title, row.insight, row.topic, row.updated_at) == ("Bees sleep", "They do", "bees", later(2))
    await ledger.update_piece(piece, now=later(3), status="running", waiting_at=None)
    row = await ledger.piece(piece)
    assert row is not None
    assert (row.status, row.waiting_at, row.reason) == ("running", None, "look at it")


async def test_update_nobody(ledger: Ledger, now: datetime) -> None:
    """Updating a piece that isn't there is an error that names it."""
    with pytest.raises(LedgerMissing, match="'ghost'"):
        await ledger.update_piece("ghost", now=now, title="x")


async def test_order(ledger: Ledger, later: Callable[[float], datetime]) -> None:
    """Pieces come newest first."""
    for n in (2, 1, 3):
        await ledger.start_piece(f"p{n}", topic="", driver="embedded", now=later(n))
    assert [row.piece for row in await ledger.pieces()] == ["p3", "p2", "p1"]


async def test_find(ledger: Ledger, later: Callable[[float], datetime]) -> None:
    """A prefix finds the ids that begin with it: case counts and no character is special."""
    for n, name in enumerate(("ab1", "ab2", "AB3", "a%4", "a_5")):
        await ledger.start_piece(name, topic="", driver="embedded", now=later(n))
    found = {prefix: [row.piece for row in await ledger.find_pieces(prefix)] for prefix in ("ab", "a%", "a_", "x")}
    assert found == {"ab": ["ab2", "ab1"], "a%": ["a%4"], "a_": ["a_5"], "x": []}
    assert len(await ledger.find_pieces("")) == 5


async def test_time_zone(ledger: Ledger) -> None:
    """A time of any zone comes back as the same instant in UTC, to the microsecond."""
    told = datetime(2026, 7, 1, 1, 30, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    await ledger.start_piece("a", topic="", driver="embedded", now=told)
    row = await ledger.piece("a")
    assert row is not None
    assert row.created_at == told
    assert row.created_at.tzinfo is UTC


async def test_naive_time(ledger: Ledger) -> None:
    """A time without a zone is refused before anything is written."""
    with pytest.raises(ValueError, match="no time zone"):
        await ledger.start_piece("a", topic="", driver="embedded", now=datetime(2026, 7, 1))
    assert await ledger.pieces() == ()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reason=st.text())
async def test_any_words(ledger: Ledger, piece: str, now: datetime, reason: str) -> None:
    """Any words can be written down; only what no database can hold is replaced."""
    await ledger.update_piece(piece, now=now, reason=reason)
    row = await ledger.piece(piece)
    assert row is not None
    joined = reason.encode("utf-16-le", "surrogatepass")
    assert row.reason == joined.decode("utf-16-le", "replace").replace("\x00", "\ufffd")
