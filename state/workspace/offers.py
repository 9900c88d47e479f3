"""offers.toml: `[[offer]]` tables with the keys of `Offer`. An expired offer is no mistake; it just isn't live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from state.offers import Offer
from state.workspace.document import Document, read_document
from state.workspace.explain import Explained, explain, frozen, shown
from state.workspace.offer_values import HINTS, read_values
from state.workspace.problems import Problem, WorkspaceError

OFFERS = "offers.toml"
_SOUND: Mapping[str, Any] = {
    "id": "x",
    "kind": "own",
    "name": "x",
    "url": "https://example.org",
    "pitch": "x",
    "keywords": ("x",),
    "disclosure": "affiliate",
}
_SOUND_PRICE: Mapping[str, str] = {"price": "1.00", "currency": "GBP"}
"""Stand-ins for keys that are wrong by themselves: they agree with anything, so that the others can be judged."""
_TOGETHER = (
    ("price", "currency"),
    ("pitch", "price", "currency"),
    ("disclosure", "kind", "slots", "live_from", "live_until"),
    ("disclosure", "kind", "slots", "live_from", "live_until", "price", "currency"),
    tuple(Offer.model_fields),
)
"""Keys that `Offer` judges together; a disagreement is shown at the first of them that is there."""


def load_offers(workspace: Path) -> tuple[Offer, ...]:
    """Read the workspace's offers, in the file's order; none when there is no file.

    Reads a file, so give it a thread of its own in async code. Raises `WorkspaceError` with every problem found.
    """
    try:
        document = read_document(workspace, OFFERS)
    except FileNotFoundError:
        return ()
    return offers_in(document)


def offers_in(document: Document) -> tuple[Offer, ...]:
    """The offers of a file that was read. Raises `WorkspaceError` with every problem found."""
    tables = _tables(document)
    problems = [*document.problems, *_strays(document), *_twins(document, tables)]
    for index, table in tables.items():
        for inner, message, fix in mistakes(table):
            problems.append(document.problem(("offer", index, *inner), message, fix, key=_label(index, table, inner)))
    if problems:
        raise WorkspaceError(problems)
    return tuple(offer_of(table) for table in tables.values())


def offer_of(table: Mapping[str, Any]) -> Offer:
    """The offer that one table is, if `mistakes` finds none in it."""
    return Offer.model_validate(frozen(read_values(table)[0]), strict=True)


def _tables(document: Document) -> dict[int, Mapping[str, Any]]:
    value = document.data.get("offer", [])
    items = value if isinstance(value, list) else []
    return {index: item for index, item in enumerate(items) if isinstance(item, Mapping)}


def _strays(document: Document) -> Iterator[Problem]:
    """Report what stands in the file beside `[[offer]]` tables."""
    for key in document.data:
        if key != "offer":
            fix = "Put it below [[offer]]." if key in Offer.model_fields else "Every offer begins with [[offer]]."
            yield document.problem((key,), "this file holds offers alone.", fix)
    value = document.data.get("offer", [])
    if not isinstance(value, list):
        said = f"expected a list of tables, got {shown(value)}."
        yield document.problem(("offer",), said, "Begin each offer with [[offer]], in two brackets.")
        return
    for index, item in enumerate(value):
        if not isinstance(item, Mapping):
            said = f"expected a table, got {shown(item)}."
            yield document.problem(("offer", index), said, "Begin each offer with [[offer]], in two brackets.")


def _twins(document: Document, tables: Mapping[int, Mapping[str, Any]]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, table in tables.items():
        name = table.get("id")
        if not isinstance(name, str):
            continue
        if name in first:
            said = f"the offer on line {document.line(('offer', first[name]))} has the same id."
            label = _label(index, table, ("id",))
            yield document.problem(("offer", index, "id"), said, "Give this one an id of its own.", key=label)
        first.setdefault(name, index)


def _label(index: int, table: Mapping[str, Any], inner: tuple[str | int, ...]) -> str:
    """Name a place in an offer: `[[offer]] bench-roll: keywords, item 2`; without an id, `[[offer]] 3`."""
    name = table.get("id")
    label = f"[[offer]] {name if isinstance(name, str) and name.strip() else index + 1}"
    if not inner:
        return label
    item = f", item {int(inner[1]) + 1}" if len(inner) > 1 else ""
    return f"{label}: {inner[0]}{item}"


def mistakes(table: Mapping[str, Any]) -> Iterator[Explained]:
    """Say what is wrong with one offer: each key by itself, then the keys that must agree."""
    values, refused = read_values(table)
    yield from refused
    bad = {inner[0] for inner, _, _ in refused}
    sound = {**_SOUND, **_SOUND_PRICE}
    values |= {key: sound[key] for key in bad if key in sound}
    for inner, message, fix in _judged(values):
        if inner:
            yield inner, message, fix
            bad.add(inner[0])
    if bad & {"price", "currency"}:
        bad.add("pitch")  # what it says of the price can't be judged by a stand-in
    fit = {key: sound.get(key) if key in bad else value for key, value in values.items() if key in Offer.model_fields}
    yield from _disagreements({key: value for key, value in fit.items() if value is not None})


def _judged(values: Mapping[str, Any]) -> tuple[Explained, ...]:
    try:
        Offer.model_validate(frozen(values), strict=True)
    except ValidationError as error:
        return explain(error, Offer, HINTS)
    return ()


def _disagreements(values: Mapping[str, Any]) -> Iterator[Explained]:
    """Judge each group of keys apart from the others, so that one disagreement doesn't hide the next."""
    said: set[str] = set()
    for group in _TOGETHER:
        there = {key: values[key] for key in group if key in values}
        for inner, message, fix in _judged({**_SOUND, **there}):
            if not inner and message not in said:
                said.add(message)
                yield tuple(there)[:1], message, fix
    start, end = values.get("live_from"), values.get("live_until")
    if start and end and start > end:
        yield ("live_until",), f"{end} is before live_from, which is {start}.", "Then it would never be live."
