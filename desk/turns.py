"""One process at a time drives a piece: a lock that the system lets go of when its holder dies. POSIX only (flock)."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from desk.errors import RunElsewhere


@asynccontextmanager
async def turn(folder: Path, piece: str) -> AsyncIterator[None]:
    """Hold the piece's lock for the block. Raises RunElsewhere when another process holds it."""
    handle = await asyncio.to_thread(_take, folder, piece)
    try:
        yield
    finally:
        await asyncio.to_thread(handle.close)


def _take(folder: Path, piece: str) -> BinaryIO:
    folder.mkdir(parents=True, exist_ok=True)
    handle = (folder / f"{piece}.lock").open("a+b", buffering=0)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.seek(0)
        holder = handle.read().decode(errors="replace") or "unknown"
        handle.close()
        raise RunElsewhere(
            f"Piece {piece} is being run by process {holder}.",
            fix="Wait until it has stopped, then try again.",
            piece=piece,
        ) from error
    handle.truncate(0)
    handle.write(str(os.getpid()).encode())
    return handle
