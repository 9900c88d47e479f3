"""Handoffs, decisions and spending."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest

from state.ledger import Ledger, LedgerMissing
from state.records import Decision, DecisionKind, Handoff, ReviewPoint, Spend
from state.violations import Severity, Verdict, Violation

Later = Callable[[float], datetime]


def handoff(attempt: int = 1, **fields: object) -> Handoff:
    return Handoff.model_validate(
        {"contract": "Brief", "producer": "content", "attempt": attempt, "passed": False, "digest": "d1", **fields}
    )


def decision(kind: DecisionKind, at: datetime, digest: str = "d1", **fields: object) -> Decision:
    words = {"point": "review_draft", "by": "person", "contract": "Draft", "shown": "s1"}
    return Decision.model_validate({**words, "kind": kind, "digest": digest, "at": at, **fields})


async def test_handoff(ledger: Ledger, piece: str, now: datetime) -> None:
    """A handoff comes back whole, with its violations, its checks and what it cost."""
    wrong = Violation(
        code="brief.quote", where="evidence e1", message="not ther\u00e9", fix="quote it", severity=Severity.FLAG
    )
    whole = handoff(
        violations=(wrong,),
        checks=(Verdict(check="quote", passed=False, violations=(wrong,)), Verdict(check="angles", passed=True)),
        spend=Spend(tokens=5_000_000_000, cost=7),
        seconds=0.1,
    )
    await ledger.record_handoff(piece, whole, now=now)
    assert await ledger.handoffs(piece) == (whole,)


async def test_handoff_twice(ledger: Ledger, piece: str, now: datetime) -> None:
    """A handoff recorded again, by a node that ran again, is there once; another attempt or result is another one."""
    first, second, other = handoff(), handoff(2), handoff(2, digest="")
    for each in (first, first.model_copy(update={"seconds": 9.0}), second, other, second):
        await ledger.record_handoff(piece, each, now=now)
    assert await ledger.handoffs(piece) == (first, second, other)
    assert await ledger.handoffs("another") == ()


async def test_handoff_of_nothing(ledger: Ledger, now: datetime) -> None:
    """A handoff, a decision or spending of a piece that was never started is refused."""
    with pytest.raises(LedgerMissing, match="Start the piece"):
        await ledger.record_handoff("ghost", handoff(), now=now)
    with pytest.raises(LedgerMissing, match="'ghost'"):
        await ledger.record_decision("ghost", decision("approve", now))
    with pytest.raises(LedgerMissing):
        await ledger.record_spend("ghost", "voice", Spend(tokens=1), now=now)


async def test_decision_twice(ledger: Ledger, piece: str, later: Later) -> None:
    """A decision recorded again is there once, however late the clock says; other words are another decision."""
    rework = decision("rework", later(1), note="too long\n\nreally", to="voice")
    await ledger.record_decision(piece, rework)
    await ledger.record_decision(piece, rework.model_copy(update={"at": later(2)}))
    other = decision("rework", later(3), note="too short", to="voice")
    await ledger.record_decision(piece, other)
    await ledger.record_decision(piece, rework)
    assert await ledger.decisions(piece) == (rework, other)


async def test_decision_at_once(ledger: Ledger, piece: str, later: Later) -> None:
    """One decision that arrives many times at the same moment is there once."""
    await asyncio.gather(*(ledger.decisions(piece) for _ in range(5)))
    for round_ in range(10):
        same = (decision("rework", later(n), note=str(round_), to="voice") for n in range(5))
        await asyncio.gather(*(ledger.record_decision(piece, each) for each in same))
    assert [each.note for each in await ledger.decisions(piece)] == [str(round_) for round_ in range(10)]


async def test_long_note(ledger: Ledger, piece: str, now: datetime) -> None:
    """A note as long as an essay is kept."""
    note = "".join(chr(0x4E00 + n % 5000) for n in range(20_000))
    await ledger.record_decision(piece, decision("rework", now, note=note, to="voice"))
    assert (await ledger.decisions(piece))[0].note == note


async def test_approved(ledger: Ledger, piece: str, later: Later) -> None:
    """What is approved is these bytes of this piece, and the latest such decision is the one that counts."""
    first, second = decision("approve", later(1)), decision("edit", later(2), by="someone")
    for each in (first, second, decision("approve", later(3), digest="d2")):
        await ledger.record_decision(piece, each)
    assert await ledger.approved(piece, "d1") == second
    assert await ledger.approved(piece, "d3") is None
    assert await ledger.approved("another", "d1") is None


@pytest.mark.parametrize("kind", ["rework", "drop"])
@pytest.mark.parametrize(("point", "stands"), [("review_draft", False), ("review_offer", True)])
async def test_withdrawn(
    ledger: Ledger, piece: str, later: Later, kind: DecisionKind, point: ReviewPoint, stands: bool
) -> None:
    """A later rework or drop at the same review point withdraws an approval; one at another point doesn't."""
    approval = decision("approve", later(1))
    await ledger.record_decision(piece, approval)
    await ledger.record_decision(piece, decision(kind, later(2), digest="d2", point=point))
    assert await ledger.approved(piece, "d1") == (approval if stands else None)


async def test_approved_again(ledger: Ledger, piece: str, later: Later) -> None:
    """Approved, sent back, made again to the same bytes and approved again is approved; a late repeat isn't."""
    first, again = decision("approve", later(1)), decision("approve", later(3))
    await ledger.record_decision(piece, first)
    await ledger.record_decision(piece, decision("rework", later(2), to="voice"))
    await ledger.record_decision(piece, first)
    assert await ledger.approved(piece, "d1") is None
    await ledger.record_decision(piece, again)
    assert await ledger.approved(piece, "d1") == again


async def test_spend(ledger: Ledger, piece: str, later: Later) -> None:
    """Spending adds up by piece and by time, the end of a span left out."""
    await ledger.start_piece("piece-2", topic="", driver="embedded", now=later(0))
    for n, name in enumerate((piece, piece, "piece-2")):
        await ledger.record_spend(name, "voice", Spend(tokens=10**n, cost=4_000_000_000), now=later(n))
    assert await ledger.spent(piece) == Spend(tokens=11, cost=8_000_000_000)
    assert await ledger.spent("another") == Spend()
    assert await ledger.spent_between(later(1), later(2)) == Spend(tokens=10, cost=4_000_000_000)
    assert (await ledger.spent_between(later(0), later(9))).tokens == 111
