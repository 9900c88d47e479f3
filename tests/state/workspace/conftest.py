from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from state.workspace import WorkspaceError, load_offers, load_settings

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address of a real ledger must not reach a test."""
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of the workspace, from text or bytes, and return the workspace."""

    def make(text: str | bytes, path: str = "flywheel.toml") -> Path:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return tmp_path

    return make


@pytest.fixture
def complaints(write: Write) -> Callable[[str], list[str]]:
    """What is said about a flywheel.toml, a line a problem."""

    def said(text: str) -> list[str]:
        with pytest.raises(WorkspaceError) as caught:
            load_settings(write(text))
        return str(caught.value).splitlines()

    return said


@pytest.fixture
def offer_complaints(write: Write) -> Callable[[str], list[str]]:
    """What is said about an offers.toml, a line a problem."""

    def said(text: str) -> list[str]:
        with pytest.raises(WorkspaceError) as caught:
            load_offers(write(text, "offers.toml"))
        return str(caught.value).splitlines()

    return said
