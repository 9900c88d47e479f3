"""The commands about money: what is offered, and what was sold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desk.cli_offers import offers
from desk.options import SETTINGS, AsJson, Workspace, handed, hands_on
from desk.place import place_of

app = typer.Typer(rich_markup_mode=None, context_settings=SETTINGS)
sales = typer.Typer(name="sales", rich_markup_mode=None, context_settings=SETTINGS)
app.add_typer(offers)
app.add_typer(sales)


@sales.callback(invoke_without_command=True)
def show_sales(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="All of them, and not the newest alone.")] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """List what was sold and paid back, what led there, and what it comes to in each currency."""
    if hands_on(context, workspace, as_json):
        return 0
    place = place_of(workspace)
    from desk.commands import sales as command

    return command.show(place, everything=everything, as_json=as_json)


@sales.command("import")
def import_sales(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Its first line names the columns.")],
    shop: Annotated[str, typer.Option("--shop", metavar="NAME", help="Where these were sold.")] = "csv",
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=FIELD",
            help="What a column is: amount, currency, at, id, order, kind, click, code, offer.",
        ),
    ] = None,
    decimal: Annotated[
        str, typer.Option("--decimal", metavar="MARK", help="What stands before the decimals: . or ,")
    ] = ".",
    currency: Annotated[str, typer.Option("--currency", metavar="CODE", help="Of rows that name none.")] = "",
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Read the sales of a CSV file in: all, or none where a line can't be read. What was read in before counts once."""
    place, as_json = handed(context, workspace, as_json)
    from desk.commands import sales as command

    return command.bring(place, file, command.terms_of(shop, columns or [], decimal, currency), as_json=as_json)
