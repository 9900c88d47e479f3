"""Which pieces carry an offer and wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from state.base import Frozen, digest_of
from state.contracts import MonetizedDraft
from state.ledger import Ledger
from state.ledger.placements import Carrier
from state.records import Handoff, PieceStatus, ReviewPoint
from tests.state.pieces import COURSE, KIT, chain

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MONETIZED = chain().monetized


def handoff(of: Frozen | None, attempt: int = 1) -> Handoff:
    digest = digest_of(of) if of else ""
    return Handoff(contract="MonetizedDraft", producer="revenue", attempt=attempt, passed=bool(of), digest=digest)


async def made(ledger: Ledger, *offered: MonetizedDraft | None) -> None:
    await ledger.start_piece("p", topic="t", driver="embedded", now=NOW)
    for attempt, monetized in enumerate(offered, 1):
        if monetized:
            await ledger.put_body("MonetizedDraft", monetized)
        await ledger.record_handoff("p", handoff(monetized, attempt), now=NOW + timedelta(minutes=attempt))


@pytest.mark.parametrize(
    ("status", "waiting_at", "waits"),
    [
        ("waiting", "review_offer", True),
        ("waiting", "review_release", True),
        ("scheduled", None, True),
        ("waiting", "review_draft", False),
        ("running", None, False),
        ("published", None, False),
        ("dropped", None, False),
    ],
)
async def test_those_that_wait(
    ledger: Ledger, status: PieceStatus, waiting_at: ReviewPoint | None, waits: bool
) -> None:
    """For a review of the offer or of the Release, or for its time; not one whose offer will be chosen anew, or that is out."""
    await made(ledger, MONETIZED)
    await ledger.update_piece("p", now=NOW, status=status, waiting_at=waiting_at)
    assert await ledger.carriers(COURSE.id) == ((Carrier("p", status),) if waits else ())
    assert await ledger.carriers(KIT.id) == ()


async def test_the_last_one_counts(ledger: Ledger) -> None:
    """An offer that was taken out since isn't carried any more; a try that came to nothing takes none out."""
    await made(ledger, MONETIZED, None)
    await ledger.update_piece("p", now=NOW, status="waiting", waiting_at="review_offer")
    assert await ledger.carriers(COURSE.id) == (Carrier("p", "waiting"),)
    bare = MONETIZED.model_copy(update={"insertions": ()})
    await ledger.put_body("MonetizedDraft", bare)
    await ledger.record_handoff("p", handoff(bare, 3), now=NOW)
    assert await ledger.carriers(COURSE.id) == ()
