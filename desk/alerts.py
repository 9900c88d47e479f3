"""The operator is told what waits, what was parked and which channel is down, once each, by whatever ALERT_URLS names (apprise).

The addresses hold tokens: they reach no log, no ledger and no exception of ours.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from desk.place import Place
from desk.replies_said import command_for
from state.base import one_line, sha256_text
from state.ledger import Ledger
from state.records import WAITING, OutboxRow, PieceRow, PostState, ResponseRow
from state.settings import Settings

VARIABLE = "ALERT_URLS"
MOST = 20
"""Lines of one message; what is beyond is counted."""
_SHUT = "shut/"
_LOUD = ("apprise", "urllib3.connectionpool")
"""Loggers that may name an address, its token included."""
_log = logging.getLogger("flywheel.alerts")


class News(NamedTuple):
    subject: str
    """What, and in which state: told once."""
    line: str


def addresses() -> tuple[str, ...]:
    """Those that the environment names."""
    return tuple(os.environ.get(VARIABLE, "").split())


def understood(url: str) -> bool:
    """Whether apprise knows what service this names. Blocks: it loads every service's module."""
    from apprise import Apprise

    with _silenced():
        return Apprise.instantiate(url) is not None


async def alert(ledger: Ledger, settings: Settings, *, now: datetime | None = None) -> None:
    """Tell what hasn't been told yet, in one message, and note that it was. Nothing that goes wrong here stops anybody.

    It counts as told when one of the services took it.
    """
    urls = addresses()
    if not urls:
        return
    try:
        news = await _untold(ledger, settings)
        told = bool(news) and await asyncio.to_thread(_tell, urls, _title(news, settings), _body(news))
        if told:
            await ledger.record_told([one.subject for one in news], now=now or datetime.now(UTC))
    except Exception as error:
        # Whatever a service's library raises, what is being published goes on; its words may hold a token.
        _log.warning("Nobody could be alerted: %s", type(error).__name__)


async def _untold(ledger: Ledger, settings: Settings) -> tuple[News, ...]:
    place = Place(Path(settings.workspace), named=True)
    shut = await ledger.shut_channels()
    told = await ledger.told()
    await ledger.forget_told([s for s in told if s.startswith(_SHUT) and s.removeprefix(_SHUT) not in shut])
    pieces = [row for row in await ledger.pieces() if row.status == "waiting" and row.waiting_at]
    decided = {row.piece: len(await ledger.decisions(row.piece)) for row in pieces}
    parked = [row for row in await ledger.outbox() if row.state is PostState.PARKED]
    found = (
        *(_waits(row, decided[row.piece], place) for row in pieces),
        *(_asks(row, place) for row in await ledger.responses(WAITING)),
        *(_parked(row, place) for row in parked),
        *(
            News(f"{_SHUT}{name}", f"{name} doesn't work, and is left alone for a while: {why}")
            for name, why in shut.items()
        ),
    )
    return tuple(news for news in found if news.subject not in told)


def _waits(row: PieceRow, decisions: int, place: Place) -> News:
    """A piece that was answered and waits again is new again."""
    stuck = f", stuck: {row.reason}" if row.reason else ""
    said = f"“{row.title or row.topic}” waits at {row.waiting_at}{stuck}"
    return News(f"waits/{row.piece}/{row.waiting_at}/{decisions}", f"{said}\n{place.command('review', row.piece)}")


def _asks(row: ResponseRow, place: Place) -> News:
    said = f"{row.response.author} on {row.channel} wants an answer: {one_line(row.response.text)[:200]}"
    return News(f"asks/{row.id}/{row.mark}", f"{said}\n{command_for(row, place)}")


def _parked(row: OutboxRow, place: Place) -> News:
    """One that was tried again and parked again is new again."""
    command = place.command("outbox") if row.unknown or row.answers else place.command("run", "--resume", row.piece)
    subject = f"parked/{row.key}/{row.tries}/{sha256_text(row.reason)[:8]}"
    return News(subject, f"{row.post_id} of {row.piece} is parked: {row.reason}\n{command}")


def _title(news: tuple[News, ...], settings: Settings) -> str:
    return f"{settings.identity.name}: {len(news)} {'thing' if len(news) == 1 else 'things'} to look at"


def _body(news: tuple[News, ...]) -> str:
    lines = [told.line for told in news[:MOST]]
    more = len(news) - MOST
    return "\n\n".join([*lines, *([f"And {more} more."] if more > 0 else [])])


def _tell(urls: tuple[str, ...], title: str, body: str) -> bool:
    """Whether any of them took it. Blocks."""
    from apprise import Apprise, NotifyFormat

    taken = []
    with _silenced():
        for url in urls:
            service = Apprise()
            known = service.add(url)
            taken.append(bool(known and service.notify(title=title, body=body, body_format=NotifyFormat.TEXT)))
    for number, done in enumerate(taken, 1):
        if not done:
            _log.warning("The %d. address of %s could not be told.", number, VARIABLE)
    return any(taken)


@contextmanager
def _silenced() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in _LOUD]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, was in zip(loggers, before, strict=True):
            logger.disabled = was
