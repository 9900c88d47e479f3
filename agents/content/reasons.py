"""Why a candidate ranks where it does, in one sentence for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from state.base import Frozen
from state.sources import Snapshot

CLOSE, FAR = 0.5, 0.2
"""Likeness to what was published from which a topic is close to it, and up to which it is new."""
_RECENT = 30
"""Days within which a date is worth saying."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Grounds(Frozen):
    """What speaks for a candidate and against it."""

    documents: tuple[Snapshot, ...]
    """That bear it; at least one."""
    note: bool
    """Whether the author has a note on it."""
    enough: bool
    """Whether the passages suffice for a Brief."""
    new: int
    """How many of the documents came since the last run."""
    first_run: bool
    near: str
    """The topic that was published and is most like it; empty when there is none."""
    likeness: float | None
    """How like it is, 0 to 1; None when nothing was published."""
    theme: str
    """Of the Learnings, that it is on; empty when it is on none."""
    paid: str = ""
    """What is known of that theme, in words."""
    now: datetime


def why(given: Grounds) -> str:
    """Say it: "Three sources write about this and all three are new, but it is close to your piece on “Rust”."."""
    said, but = _listed(list(_for(given))), _listed(list(_against(given)))
    whole = f"{said}, but {but}" if but else said
    return f"{whole[:1].upper()}{whole[1:]}."


def _for(given: Grounds) -> Iterator[str]:
    yield _who(given)
    if given.new and not given.first_run:
        yield _news(len(given.documents), given.new)
    yield from _date(given)
    if given.likeness is not None and given.likeness <= FAR:
        yield "nothing you have published comes near it"
    if given.theme:
        paid = f" ({given.paid})" if given.paid else ""
        yield f"“{given.theme}” has earned attention lately{paid}"


def _against(given: Grounds) -> Iterator[str]:
    if not given.enough:
        yield "few sentences in them can be quoted"
    if not given.new:
        yield "nothing new on it has come in since the last run"
    if given.likeness is not None and given.likeness > FAR:
        yield f"it is {'close' if given.likeness >= CLOSE else 'related'} to your piece on “{given.near}”"


def _who(given: Grounds) -> str:
    sources = [d.author or d.origin for d in given.documents]
    several = f"{_count(len(sources), 'source')}{_from(given.documents)}"
    if given.note:
        return f"you have a note of your own on this, with {several} to bear it out"
    return f"{sources[0]} writes about this" if len(sources) == 1 else f"{several} write about this"


def _from(documents: Sequence[Snapshot]) -> str:
    origins = {d.origin for d in documents}
    if len(origins) == len(documents):
        return ""
    return f", all from {documents[0].origin}," if len(origins) == 1 else f" from {_number(len(origins))} places"


def _news(count: int, new: int) -> str:
    if new == count:
        return "it is new" if count == 1 else f"all {_number(count)} are new"
    return f"{_number(new)} of them {'is' if new == 1 else 'are'} new"


def _date(given: Grounds) -> Iterator[str]:
    """When the latest of them came out, where that is lately."""
    days = [(given.now.date() - d.published).days for d in given.documents if d.published]
    latest = min((n for n in days if n >= 0), default=_RECENT + 1)
    if latest <= _RECENT:
        said = "today" if latest == 0 else "yesterday" if latest == 1 else f"{_number(latest)} days ago"
        yield f"it was written {said}" if len(given.documents) == 1 else f"the latest was written {said}"


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(parts) if len(parts) < 3 else f"{', '.join(parts[:-1])}, and {parts[-1]}"


def _count(number: int, what: str) -> str:
    return f"{_number(number)} {what}{'' if number == 1 else 's'}"


def _number(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
