"""`flywheel`: the command line. What a command needs is imported when it is called, so that `--help` is quick."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from desk.cli_learning import app as learning
from desk.cli_money import app as money
from desk.cli_publishing import app as publishing
from desk.cli_stats import app as stats
from desk.cli_voice import voice
from desk.cli_wheel import app as wheel
from desk.errors import WrongUsage
from desk.options import SETTINGS, AsJson, Piece, Waits, Workspace
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
    context_settings=SETTINGS,
)


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
def doctor(workspace: Workspace = None, as_json: AsJson = False) -> int:
    """Check the workspace, the database, the models and the channels; say what to do about what is wrong."""
    place = place_of(workspace)
    from desk.commands import doctor as command

    return command.run(place, as_json=as_json)


app.add_typer(publishing)
app.add_typer(voice)
app.add_typer(money)
app.add_typer(learning)
app.add_typer(stats)
app.add_typer(wheel)


def main() -> None:
    """The entry point of `flywheel`."""
    app(prog_name="flywheel")
