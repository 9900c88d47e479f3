"""Files: everything readable below a folder of the workspace."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from agents.content.sources.documents import SUFFIXES, read_documents
from agents.content.sources.errors import SourceError, failure, problem
from agents.content.sources.model import Raw, utc_now
from state.sources import Reading, SourceProblem

MAX_FILE_BYTES = 20_000_000

# fmt: off
_NO_TEXT_HERE = frozenset({
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".heic", ".svg", ".ico", ".bmp", ".tif", ".tiff", ".mp3",
    ".m4a", ".ogg", ".wav", ".flac", ".mp4", ".mov", ".webm", ".mkv", ".css", ".js", ".map", ".woff", ".woff2",
    ".ttf", ".otf", ".db", ".ini", ".lnk", ".url", ".webloc", ".bak", ".tmp", ".swp", ".lock", ".part",
    ".crdownload",
})
# fmt: on
"""Suffixes that lie in folders of sources by the way, such as the pictures of a saved page."""


class FolderSource:
    """Every file that we read in one folder and the folders below it, in order of path."""

    def __init__(self, root: Path, folder: str, *, max_bytes: int = MAX_FILE_BYTES) -> None:
        """Take the workspace `root` and a `folder` relative to it; files over `max_bytes` are reported, not read."""
        self._root = root
        self._folder = folder
        self._max_bytes = max_bytes

    @property
    def name(self) -> str:
        """The folder, as the workspace gives it."""
        return self._folder

    async def read(self) -> Reading:
        """Read the files one after the other, each in a thread."""
        try:
            root, files, strays = await asyncio.to_thread(self._list)
        except SourceError as error:
            return Reading(problems=(error.problem,))
        readings = [Reading(problems=strays)]
        readings += [await asyncio.to_thread(self._read, root, file) for file in files]
        return Reading(
            snapshots=tuple(found for reading in readings for found in reading.snapshots),
            problems=tuple(bad for reading in readings for bad in reading.problems),
        )

    def _list(self) -> tuple[Path, list[Path], tuple[SourceProblem, ...]]:
        """Give the resolved root, the files to read, and what leaves the workspace; raises `SourceError`."""
        root = _real(self._root)
        top = root / self._folder
        if not _real(top).is_relative_to(root):
            raise SourceError(_outside(self._folder))
        if not top.is_dir():
            fix = f"Make the folder {self._folder!r} in the workspace, or correct its name in flywheel.toml."
            raise failure(self._folder, "source.folder-missing", "There is no such folder in the workspace.", fix)
        try:
            found = sorted(_walk(top, root, {_real(top)}), key=lambda path: path.relative_to(root).as_posix())
        except OSError as error:
            fix = "Give yourself the right to read it (chmod u+rX)."
            raise failure(self._folder, "source.unreadable", f"It can't be listed ({error}).", fix) from error
        files = [path for path in found if _real(path).is_relative_to(root)]
        strays = tuple(_outside(path.relative_to(root).as_posix()) for path in found if path not in set(files))
        if not any(path.suffix.lower() not in _NO_TEXT_HERE for path in found):
            fix = f"Put files into it ({', '.join(SUFFIXES)}), or take it out of flywheel.toml."
            raise failure(self._folder, "source.folder-empty", "The folder holds nothing to read.", fix)
        return root, files, strays

    def _read(self, root: Path, file: Path) -> Reading:
        """Read one file. A suffix that never holds text gives neither snapshot nor problem."""
        if file.suffix.lower() in _NO_TEXT_HERE or file.name.endswith("~"):
            return Reading()
        path = file.relative_to(root).as_posix()
        try:
            parsed = read_documents(Raw(source=path, path=path, body=self._bytes(file, path)))
        except SourceError as error:
            return Reading(problems=(error.problem,))
        now = utc_now()
        snapshots = tuple(found.snapshot(path=path, retrieved_at=now) for found in parsed.documents if found.text)
        return Reading(snapshots=snapshots, problems=parsed.problems)

    def _bytes(self, file: Path, path: str) -> bytes:
        """Give what is in the file, or nothing where its suffix says that nobody will read it."""
        if file.suffix.lower() not in SUFFIXES:
            return b""
        try:
            with file.open("rb") as opened:
                body = opened.read(self._max_bytes + 1)
        except OSError as error:
            fix = "Give yourself the right to read it (chmod u+r)."
            raise failure(path, "source.unreadable", f"It can't be opened ({error.strerror}).", fix) from error
        if len(body) > self._max_bytes:
            message = f"It is larger than {self._max_bytes / 1e6:g} MB."
            raise failure(path, "source.too-large", message, "Keep the part you need in a file of its own.")
        return body


def _walk(folder: Path, root: Path, seen: set[Path]) -> Iterator[Path]:
    """Give the files below `folder`, and links that leave `root`; skip what is hidden and folders in `seen`."""
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        target = _real(path)
        if path.is_file() or not target.is_relative_to(root):
            yield path
        elif path.is_dir() and target not in seen:
            seen.add(target)
            yield from _walk(path, root, seen)


def _real(path: Path) -> Path:
    """Follow every link, where `Path.resolve` would raise on a link to itself."""
    return Path(os.path.realpath(path))


def _outside(source: str) -> SourceProblem:
    message = "It leads out of the workspace, and nothing outside is read."
    return problem(source, "source.outside-workspace", message, "Copy what it points to into the workspace.")
