"""The commands that come after an approval: what is sent and when, what people answer, who gets letters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desk.errors import WrongUsage
from desk.options import SETTINGS, AsJson, Piece, Workspace, handed, hands_on
from desk.place import place_of

app = typer.Typer(rich_markup_mode=None, context_settings=SETTINGS)


@app.command()
def amend(
    piece: Piece,
    take_down: Annotated[
        str | None, typer.Option("--take-down", metavar="NOTE", help="Take it down everywhere, now; say why.")
    ] = None,
    channel: Annotated[
        list[str] | None, typer.Option("--channel", metavar="CHANNEL", help="Take it down on this channel only.")
    ] = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Change what is published: its posts come up for review once more, and what you approve is changed there."""
    place = place_of(workspace)
    from desk.commands import amend as command

    return command.run(piece, place, take_down=take_down, channels=channel or [], as_json=as_json)


@app.command()
def send(workspace: Workspace = None, as_json: AsJson = False) -> int:
    """Send what is due, of all pieces."""
    place = place_of(workspace)
    from desk.commands import sending as command

    return command.send(place, as_json=as_json)


outbox = typer.Typer(name="outbox", rich_markup_mode=None, context_settings=SETTINGS)
app.add_typer(outbox)
schedule = typer.Typer(name="schedule", rich_markup_mode=None, context_settings=SETTINGS)
app.add_typer(schedule)
Post = Annotated[str, typer.Argument(metavar="POST", help="PIECE/POST as `outbox` lists it, or how its key begins.")]


@outbox.callback(invoke_without_command=True)
def show_outbox(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Those that are out as well.")] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """List the posts that are on their way, parked or refused, and the channels that aren't called for a while."""
    if hands_on(context, workspace, as_json):
        return 0
    place = place_of(workspace)
    from desk.commands import outbox as command

    return command.run(place, everything=everything, as_json=as_json)


@outbox.command()
def resolve(
    context: typer.Context,
    post: Post,
    posted: Annotated[
        str | None, typer.Option("--posted", metavar="URL", help="You looked: it stands at this address.")
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="You looked: it isn't there, and is to go.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="It is never to go; the others are.")] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Say what you found out about a post, or what is to become of it."""
    place, as_json = handed(context, workspace, as_json)
    from desk.commands import sending as command

    word = command.Word(posted=posted, retry=retry, drop=drop)
    return command.resolve(post, place, word, as_json=as_json)


@schedule.callback(invoke_without_command=True)
def show_schedule(context: typer.Context, workspace: Workspace = None, as_json: AsJson = False) -> int:
    """Show the calendar of what is still to go out, by your clock."""
    if hands_on(context, workspace, as_json):
        return 0
    place = place_of(workspace)
    from desk.commands import schedule as command

    return command.run(place, as_json=as_json)


@schedule.command()
def move(
    context: typer.Context,
    post: Post,
    moment: Annotated[list[str], typer.Argument(metavar="WHEN", help="YYYY-MM-DD HH:MM, by your clock.")],
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Move a post inside the window that was approved; outside it needs another approval."""
    place, as_json = handed(context, workspace, as_json)
    from desk.commands import schedule as command

    return command.move(post, " ".join(moment), place, as_json=as_json)


@app.command()
def engage(workspace: Workspace = None, as_json: AsJson = False) -> int:
    """Collect what people did with what you posted, and draft answers for you to review."""
    place = place_of(workspace)
    from desk.commands import engage as command

    return command.run(place, as_json=as_json)


@app.command()
def replies(
    take_up: Annotated[
        str | None,
        typer.Option("--open", metavar="REPLY", help="Answer it all the same: it was marked, or left alone."),
    ] = None,
    ignore: Annotated[
        str | None, typer.Option("--ignore", metavar="REPLY", help="Give it no answer, or none from here.")
    ] = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """List what people said, and what became of it: waiting, answered, ignored, spam."""
    if take_up is not None and ignore is not None:
        raise WrongUsage("--open and --ignore exclude each other.", fix="Give one of them.")
    place = place_of(workspace)
    from desk.commands import replies as command

    return command.run(place, take_up=take_up, ignore=ignore, as_json=as_json)


subscribers = typer.Typer(name="subscribers", rich_markup_mode=None, context_settings=SETTINGS)
app.add_typer(subscribers)
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="A mail address.")]


@subscribers.callback(invoke_without_command=True)
def show_subscribers(context: typer.Context, workspace: Workspace = None, as_json: AsJson = False) -> int:
    """Who gets the newsletter: without a command, the list of them."""
    return 0 if hands_on(context, workspace, as_json) else list_subscribers(context, workspace, as_json)


@subscribers.command("list")
def list_subscribers(context: typer.Context, workspace: Workspace = None, as_json: AsJson = False) -> int:
    """List everybody who gets it, and who has left."""
    place, as_json = handed(context, workspace, as_json)
    from desk.commands import subscribers as command

    return command.show(place, as_json=as_json)


@subscribers.command("add")
def add_subscriber(
    context: typer.Context,
    address: Address,
    source: Annotated[str, typer.Option("--source", help="Where they gave their consent.")] = "added by hand",
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Add one address; one that had left is taken in again."""
    place, as_json = handed(context, workspace, as_json)
    from desk.commands import subscribers as command

    return command.add(place, address, source=source, as_json=as_json)


@subscribers.command("import")
def import_subscribers(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A column called email, or one address a line.")],
    source: Annotated[str, typer.Option("--source", metavar="TEXT", help="Where these people gave their consent.")],
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Add the addresses of a CSV file: all, or none where a line can't be read. Who has left stays away."""
    place, as_json = handed(context, workspace, as_json)
    from desk.commands import subscribers as command

    return command.bring(place, file, source=source, as_json=as_json)


@subscribers.command("remove")
def remove_subscriber(
    context: typer.Context, address: Address, workspace: Workspace = None, as_json: AsJson = False
) -> int:
    """Send nothing to this address any more."""
    place, as_json = handed(context, workspace, as_json)
    from desk.commands import subscribers as command

    return command.remove(place, address, as_json=as_json)


@subscribers.command("mailing")
def show_mailing(
    context: typer.Context,
    post: Post,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Show what became of each mail of a post."""
    place, as_json = handed(context, workspace, as_json)
    from desk.commands import subscribers as command

    return command.mailing(place, post, as_json=as_json)
