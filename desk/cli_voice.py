"""`flywheel voice`: how the author writes, and what edits taught."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desk.errors import WrongUsage
from desk.options import SETTINGS, AsJson, Workspace, handed, hands_on
from desk.place import place_of

voice = typer.Typer(name="voice", rich_markup_mode=None, context_settings=SETTINGS)


@voice.callback(invoke_without_command=True)
def show_voice(
    context: typer.Context,
    page: Annotated[
        Path | None, typer.Option("--page", metavar="FILE", help="Write the page there; else .flywheel/voice.html.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option("--check", metavar="FILE", help="Say how far this text is from the author.")
    ] = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Show how the author writes, as a page with plots; --check exits 1 for a text that would fail as a draft."""
    if hands_on(context, workspace, as_json):
        return 0
    if page is not None and check is not None:
        raise WrongUsage("--page and --check exclude each other.", fix="Give one of them.")
    place = place_of(workspace)
    from desk.commands import voice as command

    if check is not None:
        return command.check(place, check, as_json=as_json)
    return command.run(place, to=page, as_json=as_json)


@voice.command()
def rules(
    context: typer.Context,
    off: Annotated[int | None, typer.Option("--off", metavar="RULE", help="Switch a rule off.")] = None,
    on: Annotated[
        int | None, typer.Option("--on", metavar="RULE", help="Switch a rule on: a draft that breaks it fails.")
    ] = None,
    revert: Annotated[
        int | None,
        typer.Option("--revert", metavar="RULE", help="Take back its last change, or go back --to a version."),
    ] = None,
    to: Annotated[int | None, typer.Option("--to", metavar="VERSION", help="Which version; with --revert.")] = None,
    history: Annotated[
        int | None, typer.Option("--history", metavar="RULE", help="Every version, and what it was learnt from.")
    ] = None,
    add: Annotated[str | None, typer.Option("--add", metavar="TEXT", help="Write a rule down yourself.")] = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """List what your edits taught VOICE, or change it. Every version of a rule is kept."""
    place, as_json = handed(context, workspace, as_json)
    from desk.commands import rules as command

    asked = command.Asked(off=off, on=on, revert=revert, history=history, add=add, to=to)
    return command.run(place, asked, as_json=as_json)
