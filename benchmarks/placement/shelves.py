"""The shelves of offers, the pieces, and which of a shelf's offers serve the reader of a piece."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agents.content.agent import read_sources
from state.offers import Offer
from state.settings import SourceSettings

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CORPORA = HERE.parent / "evidence" / "corpora"
UPKEEP = ROOT / "examples" / "upkeep"
CHOSEN_ON = ("upkeep", "kitchen", "sky")
"""The bound was chosen on these shelves; the others were held out."""


@dataclass(frozen=True)
class Piece:
    name: str
    """Its folder and file, without the ending."""
    title: str
    body: str


@dataclass(frozen=True)
class Case:
    """One piece, held against one creator's shelf."""

    shelf: str
    offers: tuple[Offer, ...]
    piece: Piece
    fits: frozenset[str]
    """Ids of the offers that serve its reader; empty where none should be placed."""

    @property
    def held_out(self) -> bool:
        return self.shelf not in CHOSEN_ON


def cases() -> tuple[Case, ...]:
    """Every piece against every shelf: one on bread should get none of an astronomer's offers."""
    marks = tomllib.loads((HERE / "marks.toml").read_text(encoding="utf-8"))
    every = tuple(pieces())
    return tuple(
        Case(shelf, _offers(shelf), piece, frozenset(marked.get(piece.name, ())))
        for shelf, marked in marks.items()
        for piece in every
    )


def pieces() -> Iterator[Piece]:
    folders = [(f.name, f) for f in sorted(CORPORA.iterdir()) if f.is_dir()]
    folders += [("pieces", HERE / "pieces"), ("upkeep", UPKEEP / "sources"), ("upkeep", UPKEEP / "voice")]
    for name, folder in folders:
        reading = asyncio.run(read_sources(str(folder), SourceSettings(folders=(".",))))
        for snapshot in reading.snapshots:
            path = Path(snapshot.path or "")
            whole = (
                path.suffix in (".md", ".txt", ".html", ".pdf") and path.parent == Path() and path.stem != "glossary"
            )
            if whole:
                yield Piece(f"{name}/{path.stem}", snapshot.title or "", snapshot.text)


def _offers(shelf: str) -> tuple[Offer, ...]:
    path = UPKEEP / "offers.toml" if shelf == "upkeep" else HERE / "shelves" / f"{shelf}.toml"
    found = tomllib.loads(path.read_text(encoding="utf-8"))["offer"]
    return tuple(Offer.model_validate(values) for values in found)
