"""offers.toml, changed by command: a table more, or one key of one. All else in it stays as it stands, to the byte."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from state.base import storable
from state.folder import Changed, locked, swap
from state.offers import Offer
from state.workspace.document import LARGEST, Document, parsed, read_bytes, text_of
from state.workspace.explain import Explained
from state.workspace.lines import spans_of
from state.workspace.offers import OFFERS, mistakes, offer_of, offers_in
from state.workspace.problems import Problem, WorkspaceError, meant
from state.workspace.toml_writing import table_text, value_text

_MARK = "\ufeff"
_PATIENCE = 10.0
"""Seconds for which another command's change is waited for."""


class OfferRefused(Exception):
    """It can't be done; `mistakes` says why, by key of the offer."""

    def __init__(self, found: tuple[Explained, ...]) -> None:
        super().__init__("\n".join(f"{'.'.join(map(str, inner))}: {said} {fix}" for inner, said, fix in found))
        self.mistakes = found


@dataclass(frozen=True)
class _File:
    """What stands in offers.toml, and what it means."""

    raw: bytes | None
    """None where there is no file."""
    text: str
    """Without a byte order mark, its lines ended as they are."""
    plain: str
    r"""The same with lines ended by `\n`."""
    document: Document
    offers: tuple[Offer, ...]

    @property
    def line_end(self) -> str:
        found = re.search("\r\n|\r|\n", self.text)
        return found[0] if found else "\n"

    def with_table(self, table: str) -> str:
        """The text with a table more at its end, a blank line before it."""
        before = self.text
        if before and not before.endswith(("\r", "\n")):
            before += self.line_end
        blank = "" if not before or self.plain.endswith("\n\n") else self.line_end
        return before + blank + table.replace("\n", self.line_end)

    def with_value(self, index: int, key: str, value: str) -> str:
        """The text with another value of a key of one offer, or with that key below the last one."""
        table, spans = ("offer", index), spans_of(self.plain)
        if (*table, key) in spans:
            return self._spliced(*spans[*table, key], value)
        last = max(self.document.data["offer"][index], key=lambda other: spans[*table, other])
        end = spans[*table, last][1]
        if ("offer",) in spans:  # tables in braces, in one list
            return self._spliced(end, end, f", {key} = {value}")
        line = self.plain.split("\n")[(self.document.line((*table, last)) or 1) - 1]
        indent = line[: len(line) - len(line.lstrip())]
        end = f"{self.plain}\n".index("\n", end)
        return self._spliced(end, end, f"{self.line_end}{indent}{key} = {value}")

    def _spliced(self, start: int, end: int, new: str) -> str:
        r"""Put `new` from one place of `plain` to another: each `\r\n` before a place makes it one more in `text`."""
        longer = [found.start() - number for number, found in enumerate(re.finditer("\r\n", self.text))]
        first, last = (at + bisect_left(longer, at) for at in (start, end))
        return self.text[:first] + new + self.text[last:]


def add_offer(workspace: Path, values: Mapping[str, Any]) -> Offer:
    """Write one more offer, its values as a table of the file would have them; the file is made where there is none.

    Raises OfferRefused for what is no offer, and WorkspaceError for a file that has mistakes or is written by others
    meanwhile; then nothing is written. Reads and writes files.
    """
    with _held(workspace):
        file = _read(workspace)
        if found := (*_mistakes(values), *_twins(file, values.get("id"))):
            raise OfferRefused(found)
        if isinstance(file.document.data.get("offer"), list) and ("offer",) in spans_of(file.plain):
            fix = "Begin each of them with [[offer]]: below a list, TOML has no place for one more."
            raise WorkspaceError([file.document.problem(("offer",), "the offers stand in a list of their own.", fix)])
        offer = offer_of(values)
        given = {key: getattr(offer, key) for key in Offer.model_fields if key in values}
        _write(workspace, file, file.with_table(table_text("offer", given)), (*file.offers, offer))
    return offer


def end_offer(workspace: Path, name: str, day: date, today: date) -> tuple[Offer, Offer]:
    """Let an offer be live until `day`, that day included, and give it as it was and as it is: one that has ended stays.

    Raises as `add_offer` does.
    """
    with _held(workspace):
        file = _read(workspace)
        names = [offer.id for offer in file.offers]
        if name not in names:
            fix = meant(name, names, what="offers") if names else "There are none."
            raise OfferRefused(((("id",), f"offers.toml has no offer `{name}`.", fix),))
        index = names.index(name)
        before = file.offers[index]
        if before.live_until is not None and (before.live_until < today or before.live_until == day):
            return before, before
        changed = {**file.document.data["offer"][index], "live_until": day}
        if found := tuple(mistakes(changed)):
            raise OfferRefused(found)
        after = offer_of(changed)
        text = file.with_value(index, "live_until", value_text(day))
        _write(workspace, file, text, (*file.offers[:index], after, *file.offers[index + 1 :]))
    return before, after


@contextmanager
def _held(workspace: Path) -> Iterator[None]:
    try:
        with locked(workspace / ".flywheel", patience=_PATIENCE):
            yield
    except TimeoutError as error:
        said = Problem(path=OFFERS, message="Another command is writing to it.", fix="Try again when that has ended.")
        raise WorkspaceError([said]) from error
    except Changed as error:
        said = Problem(path=OFFERS, message="Somebody else changed it just now; nothing was written.", fix="Try again.")
        raise WorkspaceError([said]) from error


def _read(workspace: Path) -> _File:
    try:
        raw: bytes | None = read_bytes(workspace, OFFERS)
    except FileNotFoundError:
        raw = None
    plain = text_of(OFFERS, raw or b"")
    document = parsed(OFFERS, plain)
    return _File(raw, (raw or b"").decode("utf-8-sig"), plain, document, offers_in(document))


def _write(workspace: Path, file: _File, text: str, expected: tuple[Offer, ...]) -> None:
    """Judge the text as the file will be judged, and put it in the file's place."""
    mark = _MARK if file.raw is not None and file.raw.startswith(_MARK.encode()) else ""
    raw = f"{mark}{text}".encode()
    if offers_in(parsed(OFFERS, text_of(OFFERS, raw))) != expected:
        said = "It is written in a way that can't be changed by command; nothing was written."
        raise WorkspaceError([Problem(path=OFFERS, message=said, fix="Change it in an editor.")])
    swap(workspace / OFFERS, file.raw, raw)


def _mistakes(values: Mapping[str, Any]) -> Iterator[Explained]:
    """What the loader would say, and what no file can hold: a shell passes on any bytes, and numbers of any size."""
    odd = {key: _odd(value) for key, value in values.items() if _odd(value)}
    yield from (((key,), *said) for key, said in odd.items() if said)
    yield from (found for found in mistakes(values) if odd.keys().isdisjoint(map(str, found[0])))


def _odd(value: object) -> tuple[str, str] | None:
    """What is wrong with it, and what to do."""
    if isinstance(value, int) and abs(value) > LARGEST:
        return "is too large.", "Give a smaller number."
    texts = (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))
    if any(storable(text) != text for text in texts):
        return "holds bytes that are no text.", "Write it in UTF-8."
    return None


def _twins(file: _File, name: object) -> Iterator[Explained]:
    for index, offer in enumerate(file.offers):
        if offer.id == name:
            said = f"the offer on line {file.document.line(('offer', index))} of offers.toml has the same id."
            yield ("id",), said, "Give this one an id of its own."
