"""/healthz: how the wheel is, for whatever watches over it. Nothing of what a workspace holds stands there but counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from desk.up.jobs import free_bytes
from desk.up.making import in_hand
from desk.up.troubles import LONG
from desk.up.wheel import Wheel
from desk.web.app import Part, troubles_of, wrong_before
from state.ledger import LedgerError

STALLED = "send"
"""The job that is never far from its last end, unless the process hangs."""


class Health:
    """Answers 200, or 503 when something has been wrong for `LONG`, the ledger can't be read, or nothing was sent for as long."""

    def __init__(self, wheel: Wheel, next_run: Callable[[str], datetime | None], parts: Sequence[Part]) -> None:
        self._wheel, self._next_run, self._parts = wheel, next_run, parts

    async def answer(self, request: Request) -> Response:
        told = await self.told()
        return JSONResponse(told, status_code=200 if told["ok"] else 503, headers={"Cache-Control": "no-store"})

    async def told(self) -> dict[str, Any]:
        wheel, now = self._wheel, self._wheel.desk.now()
        waiting = await self._waiting()
        lasting = [*wheel.troubles.lasting(now), *(["ledger"] if waiting is None else []), *self._stalled(now)]
        lasting += wrong_before(self._parts, now - LONG)
        wrong = {name: trouble.said for name, trouble in wheel.troubles.now_wrong.items() if name not in wheel.jobs}
        return {
            "ok": not lasting,
            "wrong_for_long": lasting,
            "waiting": waiting,
            "allowed": wheel.desk.settings.wheel.waiting,
            "stopping": wheel.stop.event.is_set(),
            "jobs": {name: self._job(name) for name in wheel.jobs},
            "troubles": wrong | troubles_of(self._parts),
            "disk": await self._disk(),
        }

    async def _waiting(self) -> int | None:
        """None where the ledger can't be read."""
        try:
            return len(await in_hand(self._wheel.desk))
        except LedgerError:
            return None

    def _stalled(self, now: datetime) -> list[str]:
        record = self._wheel.records[STALLED]
        return [STALLED] if record.began and now - (record.ended or record.began) >= LONG else []

    def _job(self, name: str) -> dict[str, Any]:
        record, trouble = self._wheel.records.get(name), self._wheel.troubles.now_wrong.get(name)
        return {
            "runs": record.runs if record else 0,
            "last_run": _at(record.ended if record else None),
            "last_error": trouble.said if trouble else "",
            "wrong_since": _at(trouble.since if trouble else None),
            "next_run": _at(self._next_run(name)),
            "said": record.said if record else "",
        }

    async def _disk(self) -> dict[str, Any]:
        trouble = self._wheel.troubles.now_wrong.get("disk")
        try:
            free: int | None = await asyncio.to_thread(free_bytes, Path(self._wheel.desk.settings.workspace))
        except OSError:
            free = None
        return {"free": free, "trouble": trouble.said if trouble else ""}


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
