"""The person's own editor on a file that stays until its words have been taken."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desk.errors import DeskError

_USUAL = ("nano", "vi", "vim", "notepad")


def editor_command() -> list[str]:
    """VISUAL, else EDITOR, else what most machines have. Raises DeskError when there is none."""
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR") or next((n for n in _USUAL if shutil.which(n)), "")
    try:
        command = shlex.split(chosen)
    except ValueError as error:
        raise DeskError(f"EDITOR can't be read as a command: {error}.", fix="Set it to one, such as `nano`.") from None
    if command:
        return command
    raise DeskError(
        "There is no editor.", fix="Set EDITOR to one, such as `nano`; or use `flywheel review PIECE --save FILE`."
    )


def edit(file: Path) -> None:
    """Open `file` in the editor and wait. Raises DeskError when the editor can't be started or fails."""
    command = editor_command()
    try:
        with _deaf_to_interrupts():
            ended = subprocess.run([*command, str(file)], check=False).returncode  # noqa: S603  # the person's own editor
    except OSError as error:
        said = f"The editor {command[0]} can't be started: {error.strerror or error}."
        raise DeskError(said, fix="Set EDITOR to another one.") from None
    if ended != 0:
        raise DeskError(f"The editor {command[0]} ended with {ended}.", fix="Nothing was sent.")


def edit_file(folder: Path, name: str, content: str) -> Path:
    """Write a new file below `folder` that only its owner reads."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, path = tempfile.mkstemp(prefix=f"{name}-", suffix=".md", dir=folder)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    return Path(path)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ctrl-C is the editor's while it runs. A handler, unlike SIG_IGN, isn't handed down to it."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
