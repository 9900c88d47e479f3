"""Options and arguments that many commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from desk.place import VARIABLE

SETTINGS = {"help_option_names": ["-h", "--help"]}
"""Of every app of commands."""

Workspace = Annotated[
    Path | None,
    typer.Option(
        "--workspace", "-w", metavar="DIR", help=f"The workspace's folder; else ${VARIABLE}, else the current one."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]
Piece = Annotated[str, typer.Argument(metavar="PIECE", help="A piece's id, or how it begins.")]
Waits = Annotated[str, typer.Argument(metavar="PIECE", help="The id of a piece or of a reply, or how it begins.")]


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
