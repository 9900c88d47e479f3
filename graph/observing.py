"""From the books to what each arm came to: which posts speak for a theme, an hour or an offer, and how much. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain

from agents.optimizer.counting import Observed
from graph.books import Books, Line
from graph.timing import time_arm
from state.trade import MICROS, Part

UNTOLD = 100
"""Views that a post is taken to have where its channel tells none: the same for all, so that its clicks compare with theirs."""
SHARED = 2
"""Pieces that have to have a theme in common: what only one is about is no theme."""
THEMES = 40
"""Of those, the ones that most pieces share."""


def observed(books: Books, currency: str, times: Mapping[str, Collection[str]]) -> Mapping[Part, tuple[Observed, ...]]:
    """What is known of every part. Only links count: a piece without one could have earned nothing.

    `times` are each channel's own times of day. Money counts where it is in `currency`; the other currencies stay out of every choice.
    """
    found: defaultdict[Part, list[Observed]] = defaultdict(list)
    themes, brought = _themes(books), _brought(books.lines, currency)
    for line in books.lines:
        if line.code and line.published_at is not None:
            hour = time_arm(line.published_at, books.zone_of(line.channel), times.get(line.channel, ()))
            for part, name in (("times", hour), *_arms(line, books, themes)):
                found[part].append(_one(name, line, line.published_at, currency, brought))
    return {part: tuple(every) for part, every in found.items()}


def currency_of(books: Books, home: str | None) -> str:
    """The one that choices are made by: the home currency, else the only one that was earned, else the one that most was earned in."""
    earned = {name: micros for name, micros in books.attributed.items() if micros > 0}
    return home or max(earned, key=lambda name: (earned[name], name), default="")


def _arms(line: Line, books: Books, themes: frozenset[str]) -> Iterator[tuple[Part, str]]:
    yield "offers", line.offer
    yield "channels", line.channel
    traits = books.traits.get(line.piece, {})
    for part in ("angles", "hooks", "placements"):
        yield from ((part, name) for name in traits.get(part, ()))
    yield from (("themes", name) for name in traits.get("themes", ()) if name in themes)


def _themes(books: Books) -> frozenset[str]:
    """The words that several pieces are about."""
    pieces = Counter(name for traits in books.traits.values() for name in traits.get("themes", ()))
    shared = sorted((name for name, n in pieces.items() if n >= SHARED), key=lambda name: (-pieces[name], name))
    return frozenset(shared[:THEMES])


def _brought(lines: Iterable[Line], currency: str) -> Mapping[tuple[str, str], int]:
    """What each order brought all the links that it is credited to."""
    found = Counter[tuple[str, str]]()
    for order in chain.from_iterable(line.orders for line in lines):
        found[order.key] += max(0, order.net.get(currency, 0))
    return found


def _one(name: str, line: Line, at: datetime, currency: str, brought: Mapping[tuple[str, str], int]) -> Observed:
    """Of a sale that links share each has the part that it has of the money."""
    nets = [(order.key, order.net.get(currency, 0)) for order in line.orders]
    return Observed(
        name=name,
        at=at,
        views=max(line.clicked, UNTOLD) if line.seen is None else line.seen,
        clicks=line.clicked,
        sales=sum(net / brought[key] for key, net in nets if net > 0),
        earned=max(0, sum(net for _, net in nets)) / MICROS,
    )
