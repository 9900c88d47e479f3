"""The commands about what worked."""

from __future__ import annotations

import typer

from desk.options import SETTINGS, AsJson, Workspace
from desk.place import place_of

app = typer.Typer(rich_markup_mode=None, context_settings=SETTINGS)


@app.command()
def learn(workspace: Workspace = None, as_json: AsJson = False) -> int:
    """Collect what people did, clicked and bought; say what worked, and have the next piece made by it."""
    place = place_of(workspace)
    from desk.commands import learn as command

    return command.run(place, as_json=as_json)
