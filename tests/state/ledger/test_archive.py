"""Bodies, learnings and source texts: what goes in comes out, once, for good."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from state.base import Frozen, digest_of, sha256_text
from state.ledger import Ledger, LedgerMissing
from state.records import PieceStatus
from state.sources import Snapshot

any_example = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
text = st.text(st.characters(codec="utf-8"))


class Note(Frozen):
    words: tuple[str, ...] = ()
    number: float = 0
    at: datetime | None = None


def snapshot(words: str, title: str = "A page") -> Snapshot:
    when = datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC)
    return Snapshot.of(words, title=title, origin="example.org", retrieved_at=when, published=date(2026, 2, 1))


@any_example
@given(
    note=st.builds(
        Note,
        words=st.lists(text).map(tuple),
        number=st.floats(allow_nan=False, allow_infinity=False),
        at=st.none() | st.datetimes(timezones=st.just(UTC)),
    )
)
async def test_body_round_trip(ledger: Ledger, note: Note) -> None:
    """Any contract comes back equal, as text whose sha256 is its digest."""
    digest = await ledger.put_body("note/1", note)
    kept = await ledger.body(digest)
    assert kept is not None
    kind, body = kept
    assert (kind, digest) == ("note/1", digest_of(note))
    assert sha256_text(body) == digest
    assert Note.model_validate(json.loads(body)) == note


async def test_body_twice(ledger: Ledger) -> None:
    """The same content put twice is kept once, under the kind it first had."""
    first = await ledger.put_body("note/1", Note(number=1))
    assert await ledger.put_body("note/2", Note(number=1)) == first
    assert (await ledger.body(first) or ("",))[0] == "note/1"


async def test_unknown_body(ledger: Ledger) -> None:
    """A digest that nobody put has no body."""
    assert await ledger.body("0" * 64) is None


async def test_learnings(ledger: Ledger, later: Callable[[float], datetime]) -> None:
    """The newest learnings are those of the latest time, and putting old ones again makes them the newest."""
    assert await ledger.latest_learnings() is None
    old = await ledger.put_learnings(Note(number=1), now=later(1))
    new = await ledger.put_learnings(Note(number=2), now=later(2))
    assert sha256_text(await ledger.latest_learnings() or "") == new
    assert await ledger.put_learnings(Note(number=1), now=later(3)) == old
    assert sha256_text(await ledger.latest_learnings() or "") == old
    assert await ledger.body(new) is not None


@any_example
@given(
    items=st.lists(
        st.builds(
            lambda body, title, times: snapshot(body * times, title), text, text, st.sampled_from((1, 1, 400, 3000))
        ),
        max_size=4,
        unique_by=lambda s: s.sha256,
    )
)
async def test_snapshot_round_trip(ledger: Ledger, items: list[Snapshot]) -> None:
    """Any text, short or long, comes back to the byte, with what was known about it when it was first seen."""
    before = await ledger.snapshots(s.sha256 for s in items)
    await ledger.archive(items)
    after = await ledger.snapshots([s.sha256 for s in items])
    assert after == {s.sha256: before.get(s.sha256, s) for s in items}


async def test_archive_many(ledger: Ledger) -> None:
    """More snapshots than a statement has room for are archived and found, and twice makes no more of them."""
    items = [snapshot(f"text {n}") for n in range(1200)]
    await ledger.archive(items)
    await ledger.archive([*items, items[0], snapshot("one more")])
    found = await ledger.snapshots([s.sha256 for s in items] + ["unknown"])
    assert found == {s.sha256: s for s in items}


async def test_archive_liar(ledger: Ledger) -> None:
    """A snapshot whose hash isn't its text's is refused, with all that came along."""
    good = snapshot("good")
    liar = good.model_copy(update={"sha256": "0" * 64})
    with pytest.raises(ValueError, match="A page"):
        await ledger.archive([good, liar])
    assert await ledger.snapshots([good.sha256, liar.sha256]) == {}


@pytest.mark.parametrize(("status", "counts"), [("running", True), ("published", True), ("dropped", False)])
async def test_seen(ledger: Ledger, piece: str, now: datetime, status: PieceStatus, counts: bool) -> None:
    """A snapshot used by a piece is seen, unless that piece was dropped."""
    used, unused = snapshot("used"), snapshot("unused")
    await ledger.archive([used, unused])
    await ledger.mark_used(piece, [used.sha256, used.sha256])
    await ledger.mark_used(piece, [used.sha256])
    await ledger.update_piece(piece, now=now, status=status)
    assert await ledger.seen() == (frozenset({used.sha256}) if counts else frozenset())


async def test_mark_unknown(ledger: Ledger, piece: str) -> None:
    """Evidence that was never archived is refused, and what to do is said."""
    with pytest.raises(LedgerMissing, match="archive the snapshot"):
        await ledger.mark_used(piece, ["0" * 64])
    await ledger.mark_used(piece, [])
