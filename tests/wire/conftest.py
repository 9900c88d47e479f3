"""A whole piece over the wire: the four agents on a scripted OpenAI-compatible endpoint, the real graph, ledger and site."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.openai_server import OpenAIServer
from tests.support.scripted_author import sensible

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, endpoint or tracing setting of this machine's reaches a test."""
    for name in list(os.environ):
        if name.upper().startswith(
            (
                "OPENAI_",
                "LANGSMITH_",
                "LANGCHAIN_",
                "FLYWHEEL_",
                "DATABASE_URL",
                "HTTP_PROXY",
                "HTTPS_PROXY",
                "ALL_PROXY",
            )
        ):
            monkeypatch.delenv(name)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The example workspace on the scripted model, with quick time-outs and a price; a short piece on lamps may carry the repair kit."""
    folder = tmp_path / "workspace"
    shutil.copytree(ROOT / "examples" / "upkeep", folder, ignore=shutil.ignore_patterns(".flywheel", "site"))
    settings = folder / "flywheel.toml"
    head, rest = settings.read_text(encoding="utf-8").split("[models]", 1)
    _, _, rest = rest.partition("\n[")
    models = '[models]\ndefault = "openai:scripted"\ntimeout = 2.0\nretries = 1\nprice_in = 1.0\nprice_out = 10.0\n'
    settings.write_text(f"{head}{models}\n[revenue]\nenough = 0.05\n\n[{rest}", encoding="utf-8")
    return folder


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        server.otherwise = sensible
        yield server
