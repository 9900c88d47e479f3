"""What the benchmarks share: an event loop that lives as long as a benchmark, and workspaces of a given size."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
AUTOMATIC = '\n[reviews]\nbrief = "never"\ndraft = "never"\noffer = "never"\nrelease = "never"\nautopublish = true\n'


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "LANGSMITH_API_KEY", "DATABASE_URL", "FLYWHEEL_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANGSMITH_TRACING", "false")


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    with asyncio.Runner() as runner:
        yield runner.get_loop()


@pytest.fixture
def automatic(tmp_path: Path) -> Path:
    """The example workspace with every review point on `never`, so that a piece runs through in one go."""
    folder = tmp_path / "workspace"
    shutil.copytree(ROOT / "examples" / "upkeep", folder, ignore=shutil.ignore_patterns(".flywheel", "site"))
    settings = folder / "flywheel.toml"
    kept = settings.read_text(encoding="utf-8").split("[reviews]")
    after = kept[1].split("\n[", 1)
    settings.write_text(kept[0] + AUTOMATIC + ("\n[" + after[1] if len(after) > 1 else ""), encoding="utf-8")
    return folder


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print past pytest's capture, so that the figure is seen in every run."""

    def say(line: str) -> None:
        with capsys.disabled():
            print(f"\n  {line}")

    return say
