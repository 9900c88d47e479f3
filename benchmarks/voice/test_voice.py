"""How well VOICE tells an author from others. `-k quick` takes some seconds; the rest some minutes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from agents.voice.profile import measure, read
from agents.voice.profile.mixture import LIMIT
from benchmarks.machine import slowness
from benchmarks.voice.corpus import Corpus, texts
from benchmarks.voice.gate import Cut, Rooms, gate, mixtures, prose
from benchmarks.voice.methods import METHODS
from benchmarks.voice.trials import REGIMES, Bench, Regime, figures

Report = Callable[[str], None]
QUICK = ("ours", "Cosine Delta", "Burrows' Delta")
PROFILES, PASSAGES = (2000, 5000, 15000), (250, 500, 1000, 1500)


@pytest.fixture(scope="session")
def cut(folder: Path) -> Cut:
    return {key: prose(text) for key, text in texts(folder).items()}


@pytest.fixture(scope="session")
def rooms(corpus: Corpus) -> Rooms:
    return Rooms(corpus)


def test_quick(corpus: Corpus, report: Report) -> None:
    """At 1,000 words with 15,000 of samples of the same book: ours beats Cosine Delta, AUC 0.97 and 12% false accepts."""
    found = {name: figures(Bench(corpus, METHODS[name]), 15000, 1000, "same book", 0.1) for name in QUICK}
    for name, f in found.items():
        report(f"same book, 15,000/1,000 words, {name}: AUC {f.auc:.3f}, {f.false_accepts:.1%} false accepts")
    assert found["ours"].auc > max(0.97, found["Cosine Delta"].auc)
    assert found["ours"].false_accepts < min(0.12, found["Cosine Delta"].false_accepts)


@pytest.mark.parametrize("regime", REGIMES)
def test_table(corpus: Corpus, regime: Regime, report: Report) -> None:
    """The whole table; ours is ahead of both Deltas wherever a passage has 500 words or more."""
    report(f"{regime}: accuracy / AUC / false accepts at 5% false rejects")
    benches = {name: Bench(corpus, method) for name, method in METHODS.items()}
    for profile in PROFILES:
        for passage in PASSAGES:
            share = 0.1 if passage < 1000 else 0.3
            found = {name: figures(bench, profile, passage, regime, share) for name, bench in benches.items()}
            row = " | ".join(f"{f.accuracy:.0%} {f.auc:.3f} {f.false_accepts:.1%}" for f in found.values())
            report(f"| {profile} | {passage} | {row} |")
            if passage >= 500:
                assert found["ours"].auc > max(found["Cosine Delta"].auc, found["Burrows' Delta"].auc)


@pytest.mark.parametrize("samples", [5, 8, 15])
def test_gate(rooms: Rooms, cut: Cut, samples: int, report: Report) -> None:
    """With real samples and the threshold from them, the author's texts pass and most of other authors' don't."""
    found = gate(rooms, cut, samples)
    report(
        f"gate, {samples} samples of 1,000 words; past the threshold: {found.same_books:.0%} of the author's from the same "
        f"books, {found.other_book:.0%} from another book, {found.strangers:.0%} of other authors'"
    )
    assert found.same_books < 0.15
    assert found.strangers > 0.6


def test_mixtures(rooms: Rooms, cut: Cut, report: Report) -> None:
    """Three samples each of two authors are mostly flagged; six of one author's from several books seldom are."""
    one, two = (np.array(found) for found in mixtures(rooms, cut))
    report(
        f"flagged as two authors: {(two < LIMIT).mean():.0%} of those that are, {(one < LIMIT).mean():.0%} of those that aren't"
    )
    assert (two < LIMIT).mean() > 0.75
    assert (one < LIMIT).mean() < 0.25


def test_quick_speed(cut: Cut, report: Report) -> None:
    """Aims: a profile of 50,000 words in 2 s, a reading of 1,500 words in 50 ms (processor time)."""
    everything = [text for found in cut.values() for text in found][:52]
    before = time.process_time()
    author = measure(everything[:50])
    measured = time.process_time() - before
    text = everything[50] + "\n\n" + everything[51][: len(everything[51]) // 2]
    before = time.process_time()
    read(author, text)
    taken = time.process_time() - before
    report(
        f"profile of {author.words} words: {measured:.2f} s; reading {len(text.split())} words: {1000 * taken:.0f} ms"
    )
    assert measured < 2 * slowness()
    assert taken < 0.05 * slowness()
