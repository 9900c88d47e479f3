"""Files that are whole or absent: a lock for writers, and replacement in one step. POSIX only (flock)."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

LOCK = ".lock"
_PAUSE = 0.02
"""Seconds between two attempts at the lock."""


@contextmanager
def locked(folder: Path, *, patience: float) -> Iterator[None]:
    """Hold `folder`'s lock against threads and processes; the system frees it when its holder dies.

    `patience` is in seconds; past it, `TimeoutError` is raised. The folder is made when there is none.
    """
    make_folder(folder)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(handle, folder / LOCK, time.monotonic() + patience)
        yield
    finally:
        os.close(handle)


@asynccontextmanager
async def held(folder: Path, *, patience: float) -> AsyncIterator[None]:
    """Hold `folder`'s lock as `locked` does, without keeping a thread while waiting: its holder may need one to get done."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    with ExitStack() as stack:
        while True:
            try:
                await asyncio.to_thread(stack.enter_context, locked(folder, patience=0))
                break
            except TimeoutError:
                if loop.time() > deadline:
                    raise
            await asyncio.sleep(0.05)
        yield


def _acquire(handle: int, path: Path, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError(f"another process holds {path}") from None
            time.sleep(_PAUSE)
        else:
            return


def replace_all(contents: Mapping[Path, bytes]) -> None:
    """Write each file beside its place, then move all of them there in the mapping's order, each in one step.

    A full disk shows while the copies are written, before anything is replaced. Each move is on the disk before the
    next one. Only for a holder of the lock: the copies have fixed names, so that killed writers leave no heap.
    """
    staged = {path: _stage(path, content) for path, content in contents.items()}
    for path, copy in staged.items():
        copy.replace(path)
        sync_folder(path.parent)


class Changed(Exception):
    """Somebody else has written the file in the meantime."""


def swap(path: Path, old: bytes | None, new: bytes) -> None:
    """Put `new` in the file's place in one step if it still holds `old`, None being no file. Raises Changed, with nothing written.

    It keeps its rights, and a link to it stays one. Only for a holder of the lock: an editor, which holds none, is noticed up to the
    last moment before the step.
    """
    there = Path(os.path.realpath(path))
    copy = _stage(there, new)
    try:
        if _content(there) != old:
            raise Changed(path)
        if old is not None:
            shutil.copymode(there, copy)
        copy.replace(there)
    finally:
        copy.unlink(missing_ok=True)
    sync_folder(there.parent)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _stage(path: Path, content: bytes) -> Path:
    make_folder(path.parent)
    copy = path.with_name(f".{path.name}.tmp")
    with copy.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return copy


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, so that they outlive a power cut."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make what was named, moved or removed in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
