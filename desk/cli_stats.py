"""`flywheel stats`: what paid."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desk.options import SETTINGS, AsJson, Workspace
from desk.place import place_of

app = typer.Typer(rich_markup_mode=None, context_settings=SETTINGS)


@app.command()
def stats(
    since: Annotated[
        str, typer.Option("--since", metavar="DATE", help="What happened from this day on, by your clock: 2026-03-01.")
    ] = "",
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="WHAT", help="piece, channel, offer, angle, hook, theme, placement, hour or variant."
        ),
    ] = "",
    html: Annotated[bool, typer.Option("--html", help="As a page with charts, that needs no network.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the page there; else .flywheel/stats.html.")
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Say what paid: published, seen, clicked, bought, and the money of each piece, channel, offer and angle."""
    place = place_of(workspace)
    if html and not by:
        from desk import drawing

        drawing.start()
    from desk.commands import stats as command

    asked = command.Asked(since=since, by=by, html=html, out=out, show=show)
    return command.run(place, asked, as_json=as_json)
