"""`flywheel offers`: what a piece may offer today, and how much of it is left."""

from __future__ import annotations

from datetime import UTC, datetime

from desk.kept import ask
from desk.output import Output
from desk.place import Place
from graph.facts import placed
from state.offers import Offer
from state.workspace import load_offers


def run(place: Place, *, as_json: bool) -> int:
    """Raises WorkspaceError with every mistake in offers.toml."""
    output, now = Output(as_json=as_json), datetime.now(UTC)
    offers = load_offers(place.workspace)
    taken = ask(place, lambda kept: placed(offers, kept.ledger, now, piece="", judged="MonetizedDraft"))
    if offers:
        rows = [(o.id, o.kind, o.price_text, _when(o, now), _left(o, taken.get(o.id, ()), now)) for o in offers]
        output.rows(("offer", "kind", "price", "live", "left"), rows)
    else:
        how = place.command("offers", "add")
        output.say(
            f"There are no offers: pieces go out without. offers.toml holds one to copy, and `{how}` writes one."
        )
    output.result({"offers": [_public(o, taken.get(o.id, ()), now) for o in offers]})
    return 0


def _when(offer: Offer, now: datetime) -> str:
    if offer.live_on(now.date()):
        return f"until {offer.live_until}" if offer.live_until else "yes"
    early = offer.live_from is not None and now.date() < offer.live_from
    return f"from {offer.live_from}" if early else f"no, ended {offer.live_until}"


def _left(offer: Offer, taken: tuple[datetime, ...], now: datetime) -> str:
    left = offer.left_over(taken, now)
    return "no bound" if left is None else f"{left} of {offer.bounds_text}"


def _public(offer: Offer, taken: tuple[datetime, ...], now: datetime) -> dict[str, object]:
    about = offer.model_dump(mode="json")
    return {**about, "live": offer.live_on(now.date()), "left": offer.left_over(taken, now)}
