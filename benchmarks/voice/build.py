"""Makes agents/voice/profile/background.npz: one register from each folder of one folder an author.

    python -m benchmarks.voice.build novels=FOLDER reports=FOLDER

The file holds means, standard deviations and directions of n-gram rates over whole folders, and no text.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np

from agents.voice.profile.background import Register, Vector, fit, save, tallied
from agents.voice.profile.tally import FUNCTION_WORDS, uncontracted
from benchmarks.voice.corpus import frequent, joined, texts, units

EACH = 2000
"""N-grams of each size."""
OUT = Path(__file__).parents[2] / "agents" / "voice" / "profile" / "background.npz"


def main(arguments: list[str]) -> None:
    folders = {name: Path(folder) for name, _, folder in (a.partition("=") for a in arguments)}
    cut = {name: {k: units(t) for k, t in texts(folder).items()} for name, folder in folders.items()}
    cut = {name: {k: found for k, found in pieces.items() if found} for name, pieces in cut.items()}
    vocabulary = frequent([found for pieces in cut.values() for found in pieces.values()], EACH)
    registers = [_register(name, pieces, vocabulary) for name, pieces in cut.items()]
    save(OUT, vocabulary, registers)
    print(f"{OUT.name}: {', '.join(cut)}; {len(vocabulary)} n-grams, {OUT.stat().st_size / 1000:.0f} kB")


def _register(
    name: str, pieces: dict[tuple[str, str], tuple[str, ...]], vocabulary: np.typing.NDArray[np.int64]
) -> Register:
    authors: dict[str, list[Vector]] = {}
    for (author, _), found in pieces.items():
        windows = joined(np.stack([tallied(unit, vocabulary) for unit in found]), 4)
        if len(windows):
            authors.setdefault(author, []).append(windows)
    return fit(name, authors, _function_words([" ".join(found) for found in pieces.values()]))


def _function_words(whole: list[str]) -> Vector:
    """Mean rates over the pieces."""
    rates = []
    for text in whole:
        words, _ = uncontracted(re.findall(r"[a-z]+(?:'[a-z]+)*", text))
        rates.append([words.count(word) / len(words) for word in FUNCTION_WORDS])
    mean: Vector = np.mean(rates, axis=0).astype(np.float32)
    return mean


if __name__ == "__main__":
    main(sys.argv[1:])
