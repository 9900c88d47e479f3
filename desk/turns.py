"""Locks that the system lets go of when their holder dies: one process at a time drives a piece. POSIX only (flock)."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from desk.errors import RunElsewhere


class Held(Exception):
    """Another process has it. `holder` is its number."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


@asynccontextmanager
async def turn(folder: Path, piece: str) -> AsyncIterator[None]:
    """Hold the piece's lock for the block. Raises RunElsewhere when another process holds it."""
    try:
        handle = await asyncio.to_thread(locked, folder / f"{piece}.lock")
    except Held as error:
        raise RunElsewhere(
            f"Piece {piece} is being run by process {error.holder}.",
            fix="Wait until it has stopped, then try again.",
            piece=piece,
        ) from error
    try:
        yield
    finally:
        await asyncio.to_thread(handle.close)


def locked(file: Path) -> BinaryIO:
    """Take the lock of this file, which is made; it lasts until the handle is closed. Raises Held, at once. Blocks on the disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = file.open("a+b", buffering=0)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.seek(0)
        holder = handle.read().decode(errors="replace") or "unknown"
        handle.close()
        raise Held(holder) from error
    handle.truncate(0)
    handle.write(str(os.getpid()).encode())
    return handle
