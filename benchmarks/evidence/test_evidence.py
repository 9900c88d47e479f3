"""How well the writer without a model finds what a person would underline, against a lead and plain BM25."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean

import pytest

from benchmarks.evidence.corpora import Corpus, corpora
from benchmarks.evidence.ways import WAYS

FIRST = 5


@pytest.fixture(scope="module")
def marked() -> tuple[Corpus, ...]:
    return corpora()


def test_the_corpora_are_what_they_say(marked: Sequence[Corpus]) -> None:
    """At least twelve topics of five documents or more, each mark a sentence of its corpus, to the letter."""
    assert len(marked) >= 12
    for corpus in marked:
        whole = "\n".join(s.text for s in corpus.snapshots)
        marks = [
            *(s for said in corpus.key for s in said),
            *corpus.also,
            *(s for pair in corpus.disputed for s in pair),
        ]
        assert len(corpus.snapshots) >= 5
        assert all(250 <= len(s.text.split()) <= 600 for s in corpus.snapshots), corpus.name
        assert [mark for mark in marks if mark not in whole] == []


def test_recall_of_the_key_sentences(marked: Sequence[Corpus], report: Callable[[str], None]) -> None:
    """At 5 we find more of the marked sentences than a lead and than plain BM25, on the held-out corpora as on all."""
    found = {name: {c.name: way(c) for c in marked} for name, way in WAYS.items()}
    recall = {name: {c.name: c.recall(found[name][c.name], FIRST) for c in marked} for name in WAYS}
    for line in _table(marked, recall):
        report(line)
    held = [c.name for c in marked if c.held_out]
    for part, names in (("all", [c.name for c in marked]), ("held out", held)):
        means = {name: fmean(recall[name][n] for n in names) for name in WAYS}
        top = {name: sum(_hit(c, found[name]) for c in marked if c.name in names) for name in WAYS}
        said = ", ".join(f"{name} {mean:.2f} (first sentence a key one: {top[name]})" for name, mean in means.items())
        report(f"recall at {FIRST}, {len(names)} corpora, {part}: {said}")
        assert all(means["ours"] > mean for name, mean in means.items() if name != "ours")


def _hit(corpus: Corpus, found: dict[str, list[str]]) -> bool:
    chosen = found[corpus.name]
    return bool(chosen) and corpus.is_key(chosen[0])


def _table(marked: Sequence[Corpus], recall: dict[str, dict[str, float]]) -> list[str]:
    head = f"{'recall at 5':<14}" + "".join(f"{name:>12}" for name in WAYS)
    rows = [
        f"{c.name:<14}"
        + "".join(f"{recall[name][c.name]:>12.1f}" for name in WAYS)
        + ("  held out" if c.held_out else "")
        for c in marked
    ]
    return [head, *rows]
