"""Clicks on their way to the ledger: a line each in a file, written by one call, so that neither a kill nor a ledger that is busy loses one.

Each process writes into files of its own and holds a lock on the one that it writes into; the system frees it when the process dies.
So what isn't locked is finished, whoever wrote it, and may be taken over. A power cut may cost the last seconds: no click waits for
the disk.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from state.trade import Click

_SUFFIX = ".jsonl"


class Journal:
    """The file that this process writes into, and those that wait to be taken over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: _File | None = None

    def write(self, line: bytes) -> None:
        """Append a line. Raises OSError when it isn't there whole; then nothing of it will be read."""
        if self._file is None:
            raise OSError(errno.ENOENT, "no file could be opened", str(self._folder))
        self._file.append(line)

    async def turn(self) -> None:
        """Go on in a new file, unless nothing stands in this one. Raises OSError."""
        if self._file is not None and not self._file.size:
            return
        new = await asyncio.to_thread(_File, self._folder)
        old, self._file = self._file, new
        if old is not None:
            await asyncio.to_thread(old.close)

    async def close(self) -> None:
        if self._file is not None:
            await asyncio.to_thread(self._file.close)
            self._file = None

    def finished(self) -> Iterator[Finished]:
        """What nobody writes into any more, oldest first, each locked until its turn is over. Blocks; raises OSError."""
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            with suppress(FileNotFoundError):  # another process was quicker
                taken = Finished.take(path)
                if taken is not None:
                    yield taken


class _File:
    """A file with the name of the moment at which it was begun. Blocks; raises OSError."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = folder / f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        # Not to block means nothing to a regular file; it tells `langgraph dev`, which forbids blocking writes, that this one is none.
        self._fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NONBLOCK, 0o600)
        self.size = 0
        self._torn = False
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            name.rename(name.with_name(name.name + _SUFFIX))  # nobody sees it before it is locked
        except OSError:
            os.close(self._fd)
            name.unlink(missing_ok=True)
            raise

    def append(self, line: bytes) -> None:
        whole = b"\n" + line if self._torn else line
        written = os.write(self._fd, whole)
        self.size += written
        self._torn = written < len(whole)
        if self._torn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        os.close(self._fd)


class Finished:
    """A file that is being taken over."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path, self._fd = path, fd
        self.unread = 0
        """Lines that hold no click: torn ones."""

    @classmethod
    def take(cls, path: Path) -> Finished | None:
        """None while somebody writes into it or takes it over."""
        fd = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        return cls(path, fd)

    def clicks(self) -> Iterator[Click]:
        with os.fdopen(os.dup(self._fd), "rb") as lines:
            for line in lines:
                try:
                    yield Click.model_validate_json(line)
                except ValidationError:
                    self.unread += bool(line.strip())

    def done(self) -> None:
        """It is in the ledger, and needed no more."""
        self.path.unlink(missing_ok=True)
        self.release()

    def release(self) -> None:
        os.close(self._fd)
