"""The marked corpora: twelve topics, six documents each, and the sentences that a person would underline."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from agents.content.agent import read_sources
from state.settings import SourceSettings
from state.sources import Snapshot

FOLDER = Path(__file__).parent / "corpora"
TUNED_ON = ("bread", "copyright", "fosbury", "indigo", "vasa", "wolves")
"""The weights of the writer were chosen on these; the others were looked at when they stood."""


@dataclass(frozen=True)
class Corpus:
    name: str
    topic: str
    snapshots: tuple[Snapshot, ...]
    key: tuple[frozenset[str], ...]
    """The key sentences; each is a set of which any one will do."""
    also: frozenset[str]
    disputed: frozenset[frozenset[str]]
    """Pairs that can't both be true."""

    @property
    def held_out(self) -> bool:
        return self.name not in TUNED_ON

    def recall(self, found: Iterable[str], at: int = 5) -> float:
        """Share of the key sentences among the first `at` that were found."""
        first = set(list(found)[:at])
        return sum(not said.isdisjoint(first) for said in self.key) / len(self.key)

    def is_key(self, sentence: str) -> bool:
        return any(sentence in said for said in self.key)


def corpora() -> tuple[Corpus, ...]:
    return tuple(_read(folder) for folder in sorted(FOLDER.iterdir()) if folder.is_dir())


def _read(folder: Path) -> Corpus:
    marks = tomllib.loads((folder / "marks.toml").read_text(encoding="utf-8"))
    reading = asyncio.run(read_sources(str(folder), SourceSettings(folders=(".",))))
    return Corpus(
        name=folder.name,
        topic=marks["topic"],
        snapshots=tuple(s for s in reading.snapshots if s.path and s.path.endswith(".md")),
        key=tuple(frozenset(said) for said in marks["key"]),
        also=frozenset(marks["also"]),
        disputed=frozenset(frozenset(pair) for pair in marks["disputed"]),
    )
