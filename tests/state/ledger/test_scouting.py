"""What scouting remembers: readings to the byte, and who saw a text first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from state.base import sha256_text
from state.ledger import Ledger, LedgerMissing

any_example = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
text = st.text(st.characters(codec="utf-8"))
Later = Callable[[float], datetime]


@any_example
@given(readings=st.dictionaries(text, text.map(lambda body: body * 50), max_size=4))
async def test_a_reading_comes_back_to_the_byte(ledger: Ledger, now: datetime, readings: dict[str, str]) -> None:
    """What was kept for an address, of whatever length and characters, is what it holds."""
    await ledger.keep_readings(readings, now=now)
    assert {url: await ledger.reading(url) for url in readings} == readings


async def test_a_reading_is_replaced(ledger: Ledger, later: Later) -> None:
    """Only the last reading of an address is kept; others stay as they are, and an unknown one has none."""
    assert await ledger.reading("https://a.example/") is None
    await ledger.keep_readings({"https://a.example/": "one", "https://b.example/": "other"}, now=later(1))
    await ledger.keep_readings({"https://a.example/": "two"}, now=later(2))
    assert await ledger.reading("https://a.example/") == "two"
    assert await ledger.reading("https://b.example/") == "other"
    await ledger.keep_readings({}, now=later(3))


async def test_a_sighting_is_the_first_pieces(ledger: Ledger, piece: str, later: Later) -> None:
    """What a piece saw first is new to it however often it looks, and old to every other piece, since that time."""
    await ledger.start_piece("other", topic="t", driver="embedded", now=later(0))
    seen, unseen = sha256_text("seen"), sha256_text("unseen")
    for n in (1, 2):
        await ledger.record_sightings(piece, [seen, seen], now=later(n))
    await ledger.record_sightings("other", [seen], now=later(3))
    assert await ledger.sightings(piece, [seen, unseen]) == {}
    assert await ledger.sightings("other", [seen, unseen]) == {seen: later(1)}


async def test_a_dropped_piece_has_seen_nothing(ledger: Ledger, piece: str, later: Later) -> None:
    """What only a dropped piece saw is new again, and belongs to the next piece that sees it."""
    for other in ("second", "third"):
        await ledger.start_piece(other, topic="t", driver="embedded", now=later(0))
    sha = sha256_text("seen")
    await ledger.record_sightings(piece, [sha], now=later(1))
    await ledger.update_piece(piece, now=later(2), status="dropped")
    assert await ledger.sightings("second", [sha]) == {}
    await ledger.record_sightings("second", [sha], now=later(3))
    assert await ledger.sightings("second", [sha]) == {}
    assert await ledger.sightings("third", [sha]) == {sha: later(1)}


async def test_many_sightings(ledger: Ledger, piece: str, now: datetime) -> None:
    """More texts than a statement has room for are noted and found."""
    await ledger.start_piece("other", topic="t", driver="embedded", now=now)
    shas = [sha256_text(str(n)) for n in range(1200)]
    await ledger.record_sightings(piece, shas, now=now)
    assert set(await ledger.sightings("other", shas)) == set(shas)


async def test_a_sighting_needs_its_piece(ledger: Ledger, now: datetime) -> None:
    """A piece that was never started has seen nothing."""
    with pytest.raises(LedgerMissing, match="Start the piece"):
        await ledger.record_sightings("nobody", [sha256_text("x")], now=now)
    await ledger.record_sightings("nobody", [], now=now)
