"""Beginning a piece, and taking up those that a killed process left; what says that no other is begun for now."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from desk.errors import RunElsewhere
from desk.session import Desk, Progress, new_piece_id
from desk.up.logs import say
from graph.ceilings import day_over_ceiling
from graph.errors import CannotAssign
from state.records import PieceRow

AT_WORK = ("running", "waiting")
"""Where a piece takes up one of the places that `[wheel] waiting` gives."""


class Stopped(Exception):
    """The wheel stops: what was running is kept as far as it got."""


Watch = Callable[[Progress], None]


async def in_hand(desk: Desk) -> tuple[PieceRow, ...]:
    """Pieces that wait for a review, or are on their way to one."""
    return tuple(row for row in await desk.ledger.pieces() if row.status in AT_WORK)


async def make(desk: Desk, watch: Watch) -> str:
    """Begin a piece and bring it to its first stop, unless too many wait or the day has cost enough. Returns what to say."""
    why_not = await _enough(desk)
    if why_not:
        return why_not
    piece = new_piece_id()
    try:
        await desk.start(piece=piece, watch=watch)
    except CannotAssign as error:
        return f"There is nothing to write about: {' '.join(v.message for v in error.violations[:2])}"
    row = await desk.find(piece)
    say(
        "made", f"Piece {piece} is {_where(row)}: {row.topic}", piece=piece, status=row.status, at_review=row.waiting_at
    )
    return ""


async def _enough(desk: Desk) -> str:
    """Why no piece is begun; empty when one may be."""
    allowed, there = desk.settings.wheel.waiting, len(await in_hand(desk))
    if there >= allowed:
        what = "pieces wait" if there > 1 else "piece waits"
        return (
            f"{there} {what} for a review, or soon will, and [wheel] waiting allows {allowed}: "
            "no other is begun until you have answered. `flywheel pieces` lists them."
        )
    reached = await day_over_ceiling(desk.settings, desk.ledger, desk.now())
    return f"{reached.message} No piece is begun before tomorrow." if reached else ""


async def pick_up(desk: Desk, watch: Watch, stopping: Callable[[], bool], *, thoroughly: bool) -> None:
    """Go on with what a killed process left between two stops. One that another process drives is left to it.

    `thoroughly` looks into the threads of the pieces that wait as well: a kill may have come before a thread knew of its review.

    A piece that can't go on stops no other; the first error is raised when all were tried.
    """
    wrong: list[Exception] = []
    for row in await in_hand(desk):
        if stopping():
            break
        if row.driver != "embedded":
            continue
        try:
            if row.status == "running" or (thoroughly and await desk.waiting(row.piece) is None):
                await _take_up(desk, row, watch)
        except Stopped:
            raise
        except Exception as error:
            wrong.append(error)
    if wrong:
        raise wrong[0]


async def _take_up(desk: Desk, row: PieceRow, watch: Watch) -> None:
    with suppress(RunElsewhere):
        try:
            await desk.resume(row.piece, watch=watch)
        except CannotAssign:
            return
        after = await desk.find(row.piece)
        say(
            "taken-up",
            f"Piece {row.piece} was cut off, and is {_where(after)} now.",
            piece=row.piece,
            status=after.status,
        )


def _where(row: PieceRow) -> str:
    return f"at {row.waiting_at}" if row.waiting_at else row.status


async def begun_since(desk: Desk, moment: datetime, now: datetime) -> bool:
    """Whether a piece was begun between the two."""
    return any(moment <= row.created_at <= now + timedelta(seconds=1) for row in await desk.ledger.pieces())
