"""Which workspace a command is about, its .env, and how to name it in the commands that we suggest."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "FLYWHEEL_WORKSPACE"


@dataclass(frozen=True)
class Place:
    workspace: Path
    """As it was given: not resolved."""
    named: bool
    """Whether it was named on the command line; then the commands that we suggest have to name it too."""

    def command(self, *words: str) -> str:
        """Give a command line that does this here, quoted for a shell."""
        where = ("-w", str(self.workspace)) if self.named else ()
        return shlex.join(("flywheel", *words, *where))


def place_of(option: Path | None) -> Place:
    """Take the option, else the environment, else the current folder; and load the workspace's .env.

    Raises WorkspaceError for a .env that isn't text.
    """
    workspace = (option or Path(os.environ.get(VARIABLE) or ".")).expanduser()
    load_env(workspace)
    return Place(workspace=workspace, named=option is not None)


def load_env(workspace: Path) -> None:
    """Put what .env says into the environment; what is there already stays, and an empty value counts as not set."""
    file = workspace / ".env"
    if not file.is_file():
        return
    from dotenv import dotenv_values

    try:
        values = dotenv_values(file, encoding="utf-8")
    except UnicodeDecodeError as error:
        from state.workspace import Problem, WorkspaceError

        said = f"The byte at offset {error.start} (from 0) is not UTF-8."
        raise WorkspaceError([Problem(path=".env", message=said, fix="Save the file as UTF-8.")]) from None
    for name, value in values.items():
        if value:
            os.environ.setdefault(name, value)
