"""The corpus that voice is measured on: a folder of one folder an author, named on the command line or in the environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.voice.corpus import Corpus, count, texts

WIDE, WORDS = 3000, 500


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--voice-corpus", help="a folder of one folder an author, one .txt file a piece")


@pytest.fixture(scope="session")
def folder(pytestconfig: pytest.Config) -> Path:
    named = pytestconfig.getoption("--voice-corpus", None) or os.environ.get("FLYWHEEL_VOICE_CORPUS")
    if not named:
        pytest.skip("No corpus: name a folder of one folder an author by --voice-corpus or FLYWHEEL_VOICE_CORPUS.")
    path = Path(named)
    if not any(path.glob("*/*.txt")):
        pytest.skip(f"No corpus: there is no AUTHOR/PIECE.txt in {path}.")
    return path


@pytest.fixture(scope="session")
def corpus(folder: Path) -> Corpus:
    return count(texts(folder), WIDE, WORDS)
