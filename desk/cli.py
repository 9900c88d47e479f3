"""`flywheel`: the command line. What a command needs is imported when it is called, so that `--help` is quick."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from desk.errors import WrongUsage
from desk.place import VARIABLE, place_of

EPILOG = f"""\b
Exit codes:
  0    done, or at rest: published, or waiting for a person (--json's "status" says which)
  1    it failed: a workspace, a ledger, a model, a piece that isn't there; doctor found something
  2    wrong usage, a decision that isn't open, or an edit that breaks its contract
  130  stopped by Ctrl-C; the piece is kept, and `flywheel run --resume PIECE` takes it up again

\b
The workspace is --workspace, else ${VARIABLE}, else the current folder; its .env is loaded.
"""


class Flywheel(TyperGroup):
    """Turns what goes wrong into words and an exit code. Errors that we don't foresee keep their traceback."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Always ends in SystemExit."""
        given = list(sys.argv[1:] if args is None else args)
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        try:
            code = super().main(
                given, prog_name, complete_var, standalone_mode=False, windows_expand_args=windows_expand_args, **extra
            )
        except Exception as error:
            code = _fail(error, as_json="--json" in given)
        sys.exit(code if isinstance(code, int) else 0)


def _fail(error: Exception, *, as_json: bool) -> int:
    """Say what happened, and return the exit code. Raises `error` again when we don't know it."""
    from desk.faults import explain

    known = _usage(error) if isinstance(error, typer.TyperException) else error
    fault = explain(known)
    if fault is None:
        raise error
    from desk.output import print_fault, print_json

    print_fault(fault)
    if as_json:
        print_json({"error": fault.public()})
    return fault.exit_code


def _usage(error: typer.TyperException) -> WrongUsage:
    """A command line that typer couldn't read."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "flywheel"
    return WrongUsage(error.format_message(), fix=f"`{path} --help` says how.")


app = typer.Typer(
    cls=Flywheel,
    name="flywheel",
    epilog=EPILOG,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Workspace = Annotated[
    Path | None,
    typer.Option(
        "--workspace", "-w", metavar="DIR", help=f"The workspace's folder; else ${VARIABLE}, else the current one."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]
Piece = Annotated[str, typer.Argument(metavar="PIECE", help="A piece's id, or how it begins.")]
Waits = Annotated[str, typer.Argument(metavar="PIECE", help="The id of a piece or of a reply, or how it begins.")]


@app.callback(invoke_without_command=True)
def flywheel(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    """Four agents make a piece; you review each handoff; nothing unapproved goes out."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(installed("content-flywheel"))
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def init(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="The folder to make it in.")] = None,
    name: Annotated[str | None, typer.Option(help="What the publication is called.")] = None,
    author: Annotated[str | None, typer.Option(help="Whose name it goes out under.")] = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Make a workspace in DIR. Files that are there already stay as they are."""
    if (folder is None) == (workspace is None):
        raise WrongUsage("Name the folder of the new workspace, once.", fix="Such as `flywheel init notebook`.")
    from desk.commands import init as command

    return command.run(folder or workspace or Path(), name=name, author=author, as_json=as_json)


@app.command()
def run(
    topic: Annotated[
        str,
        typer.Argument(metavar="[TOPIC]", help="What to write about; without one, CONTENT picks.", show_default=False),
    ] = "",
    approve_all: Annotated[
        bool, typer.Option("--approve-all", help="Approve each review, and record it as such; never a stuck piece.")
    ] = False,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="PIECE", help="Take up a piece where it stopped.")
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            "--model",
            metavar="MODEL",
            help="`extractive` or `provider:model`, in place of [models] default.",
            show_default=False,
        ),
    ] = "",
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Start a piece, and bring it as far as it goes.

    In a terminal it asks you at each review; elsewhere it stops at the first one and says how to answer it.
    """
    place = place_of(workspace)
    from desk.commands import run as command

    return command.run(topic, place, approve_all=approve_all, resume=resume, model=model, as_json=as_json)


@app.command()
def pieces(workspace: Workspace = None, as_json: AsJson = False) -> int:
    """List the pieces, newest first, and where each one is."""
    place = place_of(workspace)
    from desk.commands import pieces as command

    return command.run(place, as_json=as_json)


@app.command()
def show(
    piece: Piece,
    brief: Annotated[bool, typer.Option("--brief", help="Print its Brief as Markdown.")] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Print its Draft.")] = False,
    offer: Annotated[bool, typer.Option("--offer", help="Print its MonetizedDraft.")] = False,
    release: Annotated[bool, typer.Option("--release", help="Print its Release: every post.")] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Tell a piece's story: handoffs, checks, decisions, posts, and where each sentence comes from."""
    place = place_of(workspace)
    from desk.commands import show as command

    parts: dict[command.Part, bool] = {"brief": brief, "draft": draft, "offer": offer, "release": release}
    return command.run(piece, place, parts, as_json=as_json)


@app.command()
def preview(
    piece: Piece,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write the pages there; else into .flywheel/preview.")
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Show what each channel will show: posts with their counts and links, articles as pages."""
    place = place_of(workspace)
    from desk.commands import preview as command

    return command.run(piece, place, out=out, show=show, as_json=as_json)


@app.command()
def review(
    piece: Waits,
    approve: Annotated[bool, typer.Option("--approve", help="Approve it.")] = False,
    edit: Annotated[
        Path | None,
        typer.Option("--edit", metavar="FILE", help="Send your own words; --save writes a file to start from."),
    ] = None,
    rework: Annotated[
        str | None, typer.Option("--rework", metavar="NOTE", help="Have it made again; say what should be different.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="AGENT", help="Who makes it again; its maker unless you say otherwise."),
    ] = None,
    drop: Annotated[
        str | None, typer.Option("--drop", metavar="NOTE", help="Drop the piece for good; say why.")
    ] = None,
    swap: Annotated[
        int | None,
        typer.Option("--swap", metavar="NUMBER", help="Write about this runner-up in place of the topic."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Write the text to FILE, to edit it there.")
    ] = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Show what waits for you, and answer it. In a terminal, without an option, it asks."""
    place = place_of(workspace)
    from desk.commands import review as command

    asked = command.Asked(approve=approve, edit=edit, rework=rework, drop=drop, swap=swap, save=save, to=to)
    return command.run(piece, place, asked, as_json=as_json)


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
    from desk.commands import outbox as command

    return command.send(place, as_json=as_json)


outbox = typer.Typer(name="outbox", rich_markup_mode=None, context_settings=app.info.context_settings)
app.add_typer(outbox)
schedule = typer.Typer(name="schedule", rich_markup_mode=None, context_settings=app.info.context_settings)
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
    if context.invoked_subcommand is not None:
        context.obj = (workspace, as_json)
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
    outer, outer_json = context.obj
    place = place_of(workspace or outer)
    from desk.commands import outbox as command

    word = command.Word(posted=posted, retry=retry, drop=drop)
    return command.resolve(post, place, word, as_json=as_json or outer_json)


@schedule.callback(invoke_without_command=True)
def show_schedule(context: typer.Context, workspace: Workspace = None, as_json: AsJson = False) -> int:
    """Show the calendar of what is still to go out, by your clock."""
    if context.invoked_subcommand is not None:
        context.obj = (workspace, as_json)
        return 0
    place = place_of(workspace)
    from desk.commands import schedule as command

    return command.run(place, as_json=as_json)


@schedule.command()
def move(
    context: typer.Context,
    post: Post,
    moment: Annotated[str, typer.Argument(metavar="WHEN", help="YYYY-MM-DD HH:MM, by your clock.")],
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Move a post inside the window that was approved; outside it needs another approval."""
    outer, outer_json = context.obj
    place = place_of(workspace or outer)
    from desk.commands import schedule as command

    return command.move(post, moment, place, as_json=as_json or outer_json)


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


@app.command()
def doctor(workspace: Workspace = None, as_json: AsJson = False) -> int:
    """Check the workspace, the database, the models and the channels; say what to do about what is wrong."""
    place = place_of(workspace)
    from desk.commands import doctor as command

    return command.run(place, as_json=as_json)


voice = typer.Typer(name="voice", rich_markup_mode=None, context_settings=app.info.context_settings)
app.add_typer(voice)


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
    if context.invoked_subcommand is not None:
        context.obj = (workspace, as_json)
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
    outer, outer_json = context.obj
    place = place_of(workspace or outer)
    from desk.commands import rules as command

    asked = command.Asked(off=off, on=on, revert=revert, history=history, add=add, to=to)
    return command.run(place, asked, as_json=as_json or outer_json)


subscribers = typer.Typer(
    name="subscribers",
    help="Who gets the newsletter.",
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings=app.info.context_settings,
)
app.add_typer(subscribers)
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="A mail address.")]


@subscribers.command("list")
def list_subscribers(workspace: Workspace = None, as_json: AsJson = False) -> int:
    """List everybody who gets it, and who has left."""
    place = place_of(workspace)
    from desk.commands import subscribers as command

    return command.show(place, as_json=as_json)


@subscribers.command("add")
def add_subscriber(
    address: Address,
    source: Annotated[str, typer.Option("--source", help="Where they gave their consent.")] = "added by hand",
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Add one address; one that had left is taken in again."""
    place = place_of(workspace)
    from desk.commands import subscribers as command

    return command.add(place, address, source=source, as_json=as_json)


@subscribers.command("import")
def import_subscribers(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A column called email, or one address a line.")],
    source: Annotated[str, typer.Option("--source", metavar="TEXT", help="Where these people gave their consent.")],
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Add the addresses of a CSV file: all, or none where a line can't be read. Who has left stays away."""
    place = place_of(workspace)
    from desk.commands import subscribers as command

    return command.bring(place, file, source=source, as_json=as_json)


@subscribers.command("remove")
def remove_subscriber(address: Address, workspace: Workspace = None, as_json: AsJson = False) -> int:
    """Send nothing to this address any more."""
    place = place_of(workspace)
    from desk.commands import subscribers as command

    return command.remove(place, address, as_json=as_json)


@subscribers.command("mailing")
def show_mailing(
    post: Annotated[str, typer.Argument(metavar="POST", help="The key of a post that went out by e-mail.")],
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Show what became of each mail of a post."""
    place = place_of(workspace)
    from desk.commands import subscribers as command

    return command.mailing(place, post, as_json=as_json)


def main() -> None:
    """The entry point of `flywheel`."""
    app(prog_name="flywheel")
