"""Options and arguments that many commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from desk.place import VARIABLE, Place, place_of

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


def hands_on(context: typer.Context, workspace: Path | None, as_json: bool) -> bool:
    """In the callback of a group: whether one of its commands follows, which then gets what was given to the group."""
    context.obj = (workspace, as_json)
    return context.invoked_subcommand is not None


def handed(context: typer.Context, workspace: Path | None, as_json: bool) -> tuple[Place, bool]:
    """In a command of a group: the place, and whether to print JSON, as said to the command or else to the group."""
    outer, outer_json = context.obj
    return place_of(workspace or outer), as_json or outer_json


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
