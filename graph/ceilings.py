"""Spend ceilings: what a piece and a day may cost."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from graph.slices import Work
from state.ledger import Ledger
from state.records import Spend
from state.settings import Settings
from state.violations import Violation


async def over_ceiling(work: Work) -> Violation | None:
    """The ceiling that is reached, if one is. A person's rework starts the piece's count anew, the day's goes on."""
    ceilings, base = work.state["settings"].ceilings, work.state["attempts"].spent
    if ceilings.tokens_piece or ceilings.dollars_piece:
        spent = await work.ledger.spent(work.state["piece"])
        since = Spend(tokens=spent.tokens - base.tokens, cost=spent.cost - base.cost)
        if _over(since, ceilings.tokens_piece, ceilings.dollars_piece):
            return _violation("piece", since, "Order a rework to allow it as much again, or drop it.")
    return await day_over_ceiling(work.state["settings"], work.ledger, work.facts.now)


async def day_over_ceiling(settings: Settings, ledger: Ledger, now: datetime) -> Violation | None:
    """The day's ceiling, if all pieces together have reached it."""
    ceilings = settings.ceilings
    if ceilings.tokens_day or ceilings.dollars_day:
        start = day_start(now, settings.identity.timezone)
        today = await ledger.spent_between(start, start + timedelta(days=1))
        if _over(today, ceilings.tokens_day, ceilings.dollars_day):
            return _violation(
                "day", today, "Order a rework tomorrow, or raise [ceilings] in flywheel.toml for the next piece."
            )
    return None


def day_start(now: datetime, timezone: str) -> datetime:
    """The midnight before `now` where the author lives."""
    local = now.astimezone(ZoneInfo(timezone))
    return datetime.combine(local.date(), time(), tzinfo=local.tzinfo)


def _over(spent: Spend, tokens: int | None, dollars: float | None) -> bool:
    return (tokens is not None and spent.tokens >= tokens) or (
        dollars is not None and spent.cost >= dollars * 1_000_000
    )


def _violation(what: str, spent: Spend, fix: str) -> Violation:
    return Violation(
        code="spend.ceiling",
        where=what,
        message=f"The {what} has cost {spent.tokens} tokens, {spent.cost / 1e6:.4f} US dollars, and that is its ceiling.",
        fix=fix,
    )
