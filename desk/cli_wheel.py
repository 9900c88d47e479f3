"""The command that leaves the flywheel on."""

from __future__ import annotations

from typing import Annotated

import typer

from desk.options import SETTINGS, LogLevel, Workspace
from desk.place import place_of

app = typer.Typer(rich_markup_mode=None, context_settings=SETTINGS)


@app.command()
def up(
    host: Annotated[
        str, typer.Option("--host", help="Where it answers; this machine alone, unless you say otherwise.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any that is free.")] = 8770,
    log_level: Annotated[LogLevel, typer.Option("--log-level", help="The least that is logged.")] = LogLevel.INFO,
    workspace: Workspace = None,
) -> int:
    """Turn the wheel day and night: pieces made, posts sent, people heard, by [wheel] in flywheel.toml.

    It logs to stderr: words in a terminal, a JSON object a line elsewhere. SIGTERM ends it with 0, Ctrl-C with 130; what runs gets
    up to 20 s to end. Killed or stopped, the next start goes on from there.
    """
    place = place_of(workspace)
    from desk.commands import up as command

    return command.run(place, host=host, port=port, level=log_level)
