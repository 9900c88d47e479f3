"""`flywheel up`: the wheel, left on."""

from __future__ import annotations

import asyncio

from desk.options import LogLevel
from desk.place import Place
from desk.up.logs import set_up
from desk.up.process import up


def run(place: Place, *, host: str, port: int, level: LogLevel) -> int:
    """0 when it was told to end, 130 at Ctrl-C, 1 when nothing could be written any more."""
    set_up(level)
    return asyncio.run(up(place.workspace, host, port))
