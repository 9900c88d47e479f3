"""`flywheel offers`: what a piece may offer, one more of it, one less."""

from __future__ import annotations

from typing import Annotated

import typer

from desk.options import SETTINGS, AsJson, Workspace, handed, hands_on
from desk.place import place_of

offers = typer.Typer(name="offers", rich_markup_mode=None, context_settings=SETTINGS)
Id = Annotated[str, typer.Argument(metavar="ID", help="Lower-case words joined by hyphens.")]
Kind = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", help="own, affiliate, sponsor, newsletter, consulting or tip-jar."),
]
Name = Annotated[str | None, typer.Option("--name", metavar="TEXT", help="What it is called.")]
Url = Annotated[str | None, typer.Option("--url", metavar="URL", help="Where it leads.")]
Pitch = Annotated[
    str | None,
    typer.Option("--pitch", metavar="TEXT", help="What a piece will say; {price} stands for price and currency."),
]
Keywords = Annotated[
    list[str] | None,
    typer.Option("--keyword", metavar="WORDS", help="Marks a piece that it fits; as often as you like."),
]
Disclosure = Annotated[
    str | None,
    typer.Option(
        "--disclosure",
        metavar="CLASS",
        help="Who earns by it, which readers are told, such as own or affiliate; none: nobody.",
    ),
]
Price = Annotated[
    str | None, typer.Option("--price", metavar="AMOUNT", help="Such as 49.00; left out for what is free.")
]
Currency = Annotated[str | None, typer.Option("--currency", metavar="CODE", help="Such as GBP; goes with --price.")]
Promises = Annotated[
    list[str] | None,
    typer.Option("--promise", metavar="TEXT", help="What may be promised, word for word; as often as you like."),
]
Audience = Annotated[str | None, typer.Option("--audience", metavar="TEXT", help="Whom it is for.")]
From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="The first day on which it holds.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="The last day on which it holds.")]
PerWeek = Annotated[
    int | None, typer.Option("--per-week", metavar="N", help="The most pieces in seven days that may carry it.")
]
Slots = Annotated[int | None, typer.Option("--slots", metavar="N", help="How many pieces a sponsor paid for.")]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="Its last day, that day included; else today.")]


@offers.callback(invoke_without_command=True)
def show(context: typer.Context, workspace: Workspace = None, as_json: AsJson = False) -> int:
    """List what a piece may offer: what is live, and how much of it is left this week or of a sponsor's slots."""
    if hands_on(context, workspace, as_json):
        return 0
    place = place_of(workspace)
    from desk.commands import offers as command

    return command.run(place, as_json=as_json)


@offers.command()
def add(
    context: typer.Context,
    offer: Id,
    kind: Kind = None,
    name: Name = None,
    url: Url = None,
    pitch: Pitch = None,
    keywords: Keywords = None,
    disclosure: Disclosure = None,
    price: Price = None,
    currency: Currency = None,
    promises: Promises = None,
    audience: Audience = None,
    live_from: From = None,
    live_until: Until = None,
    per_week: PerWeek = None,
    slots: Slots = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Write one more offer into offers.toml; what stands there already stays as it is, to the letter."""
    place, as_json = handed(context, workspace, as_json)
    from desk.commands import offering as command

    asked = {
        **{"id": offer, "kind": kind, "name": name, "url": url, "price": price, "currency": currency, "pitch": pitch},
        **{"promises": promises, "audience": audience, "keywords": keywords, "disclosure": disclosure},
        **{"live_from": live_from, "live_until": live_until, "per_week": per_week, "slots": slots},
    }
    return command.add(place, asked, as_json=as_json)


@offers.command()
def end(context: typer.Context, offer: Id, on: On = None, workspace: Workspace = None, as_json: AsJson = False) -> int:
    """Let an offer end: writes its last day into offers.toml, and touches nothing else there."""
    place, as_json = handed(context, workspace, as_json)
    from desk.commands import offering as command

    return command.end(place, offer, on=on, as_json=as_json)
