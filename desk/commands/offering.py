"""`flywheel offers add` and `flywheel offers end`: offers.toml, changed by command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime

from desk.errors import Hint, WrongUsage
from desk.kept import ask
from desk.output import Output
from desk.place import Place
from state.ledger.placements import Carrier
from state.offers import Offer
from state.workspace import OfferRefused, WorkspaceError, add_offer, end_offer, load_settings

_OPTIONS: Mapping[str, str] = {
    **{"id": "ID", "keywords": "--keyword", "promises": "--promise"},
    **{"live_from": "--from", "live_until": "--until", "per_week": "--per-week"},
}
"""Where an option isn't called as the key in the file is."""
_WORDS: Mapping[str, str] = {
    **{key: option for key, option in _OPTIONS.items() if "_" in key},
    **{"a key": "an option", "the key": "the option"},
}
_IN_FILE = re.compile(rf'`[^`]*`|disclosure = "(?P<said>\w+)"|\b(?:{"|".join(_WORDS)})\b')


def add(place: Place, asked: Mapping[str, object], *, as_json: bool) -> int:
    """Raises WrongUsage with every option that is wrong or missing, and WorkspaceError for a file that has mistakes."""
    load_settings(place.workspace)
    given = {key: value for key, value in asked.items() if value is not None and value != []}
    with _told_by_options("The offer can't be added.", _option, _in_options):
        offer = add_offer(place.workspace, given)
    output = Output(as_json=as_json)
    output.say(f"{offer.id} stands in offers.toml: {offer.name}, {offer.price_text}, {_days(offer)}.")
    output.say(f"What there is: {place.command('offers')}")
    output.result({"offer": offer.model_dump(mode="json")})
    return 0


def end(place: Place, name: str, *, on: str | None, as_json: bool) -> int:
    """Raises WrongUsage for an offer that there isn't and for a day that won't do."""
    load_settings(place.workspace)
    today = datetime.now(UTC).date()
    day = _day(on, today)
    with _told_by_options("The offer can't be ended so.", lambda key: "ID" if key == "id" else "--on", str):
        before, after = end_offer(place.workspace, name, day, today)
    output, changed = Output(as_json=as_json), before != after
    carriers = ask(place, lambda kept: kept.ledger.carriers(name))
    if changed:
        output.say(f"The last day of {name} is {after.live_until}; {_before(before)}.")
    else:
        output.say(_as_it_was(before, today))
    for line in _told(carriers, after, place):
        output.say(line)
    told = [{"piece": c.piece, "status": c.status} for c in carriers]
    output.result({"offer": after.model_dump(mode="json"), "changed": changed, "carried_by": told})
    return 0


@contextmanager
def _told_by_options(what: str, option: Callable[[str], str], words: Callable[[str], str]) -> Iterator[None]:
    """What is wrong with the offer is told by options, what is wrong with the file by its lines."""
    try:
        yield
    except OfferRefused as error:
        problems = [
            {"where": option(str(inner[0])), "message": words(said), "fix": words(fix)}
            for inner, said, fix in error.mistakes
        ]
        raise WrongUsage(what, problems=problems) from error
    except WorkspaceError as error:
        error.add_note(Hint("offers.toml was left as it is."))
        raise


def _option(key: str) -> str:
    return _OPTIONS.get(key, f"--{key}")


def _in_options(text: str) -> str:
    """A sentence about the file, said about the command line; what stands in backticks is somebody's own."""
    return _IN_FILE.sub(
        lambda found: f"--disclosure {found['said']}" if found["said"] else _WORDS.get(found[0], found[0]), text
    )


def _day(on: str | None, today: date) -> date:
    try:
        return date.fromisoformat(on.strip()) if on is not None else today
    except ValueError:
        raise WrongUsage(f"--on: `{on}` is not a date.", fix="Write it as 2026-12-31.") from None


def _days(offer: Offer) -> str:
    told = (
        f"from {offer.live_from}" if offer.live_from else "",
        f"until {offer.live_until}" if offer.live_until else "",
    )
    return " ".join(filter(None, told)) or "from now on"


def _before(offer: Offer) -> str:
    return f"it was {offer.live_until}" if offer.live_until else "it had none"


def _as_it_was(offer: Offer, today: date) -> str:
    if offer.live_until is not None and offer.live_until < today:
        return f"{offer.id} ended on {offer.live_until} already: nothing was changed."
    return f"The last day of {offer.id} is {offer.live_until} already: nothing was changed."


def _told(carriers: Iterable[Carrier], offer: Offer, place: Place) -> Iterator[str]:
    """What becomes of the pieces that carry it and aren't out."""
    for carrier in carriers:
        if carrier.status == "scheduled":
            yield f"{carrier.piece} is scheduled with it: what is due after {offer.live_until} will be parked."
        else:
            fix = place.command("review", carrier.piece, "--rework", "NOTE", "--to", "revenue")
            yield f"{carrier.piece} waits for you with it, and can't go out so after {offer.live_until}: {fix}"
