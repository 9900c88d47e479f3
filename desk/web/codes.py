"""What a code leads to, from memory, and from the ledger where it has to be asked: once for all who wait."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

from state.ledger import LedgerError
from state.trade import Link
from state.workspace import WorkspaceError

KEPT = 20_000
"""Codes that are remembered, and as many that there aren't."""
WAITING = 1000
"""Unknown codes that are asked after at once."""
_BETWEEN = 0.02
"""Seconds between two questions to the ledger: guessing codes costs it 50 short ones a second, and no more."""
_ABSENT = 2.0
"""Seconds for which a code that there isn't is believed not to be there."""
T = TypeVar("T")
_log = logging.getLogger("flywheel.redirect")


class NotNow(Exception):
    """The ledger can't be asked, or too many are asked after."""


@dataclass(frozen=True)
class Target:
    """Where a code leads: what stands before and behind the id of the click."""

    before: str
    behind: str
    told: bool
    """Whether the shop gets the id."""


class Codes:
    """A link is never changed, so what is remembered holds until `forget`."""

    def __init__(
        self, links_of: Callable[[Collection[str]], Awaitable[Iterable[Link]]], target: Callable[[Link], Target | None]
    ) -> None:
        self._links_of, self._target = links_of, target
        self._known: OrderedDict[str, Target] = OrderedDict()
        self._absent: OrderedDict[str, float] = OrderedDict()
        self._waiting: dict[str, asyncio.Future[Target | NotNow | None]] = {}
        self._asking: asyncio.Task[None] | None = None

    def known(self, code: str) -> Target | None:
        """What is remembered of it."""
        target = self._known.get(code)
        if target is not None:
            self._known.move_to_end(code)
        return target

    async def find(self, code: str) -> Target | None:
        """Where it leads; None for a code that there isn't. Raises NotNow."""
        if (target := self.known(code)) is not None:
            return target
        if self._absent.get(code, 0.0) > monotonic():
            return None
        waiting = self._waiting.get(code)
        if waiting is None:
            if len(self._waiting) >= WAITING:
                raise NotNow
            waiting = self._waiting[code] = asyncio.get_running_loop().create_future()
            if self._asking is None:
                self._asking = asyncio.create_task(self._ask(), name="codes")
        found = await asyncio.shield(waiting)  # one reader who goes away leaves the others waiting
        if isinstance(found, NotNow):
            raise NotNow
        return found

    async def _ask(self) -> None:
        while self._waiting:
            wanted, self._waiting = self._waiting, {}
            found: dict[str, Target] | NotNow = NotNow()
            try:
                links = await self._links_of(wanted.keys())
                found = {link.code: target for link in links if (target := self._target(link)) is not None}
            except (LedgerError, WorkspaceError) as error:
                _log.warning("A link couldn't be looked up. %s", error)
            except Exception:  # unattended: whoever asks next must find somebody who asks
                _log.exception("A link couldn't be looked up")
            finally:
                self._answer(wanted, found)
            await asyncio.sleep(_BETWEEN)
        self._asking = None

    def _answer(
        self, wanted: dict[str, asyncio.Future[Target | NotNow | None]], found: dict[str, Target] | NotNow
    ) -> None:
        for code, waiting in wanted.items():
            if isinstance(found, NotNow):
                waiting.set_result(found)
                continue
            target = found.get(code)
            waiting.set_result(target)
            if target is None:
                _remember(self._absent, code, monotonic() + _ABSENT)
            else:
                _remember(self._known, code, target)

    def forget(self) -> None:
        """Ask again, as shops may be told of clicks in another way by now."""
        self._known.clear()

    async def close(self) -> None:
        """Answer those who wait, with nothing."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
            self._answer(self._waiting, NotNow())
            self._waiting, self._asking = {}, None


def _remember(where: OrderedDict[str, T], code: str, what: T) -> None:
    where[code] = what
    where.move_to_end(code)
    if len(where) > KEPT:
        where.popitem(last=False)
