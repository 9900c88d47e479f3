from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk.conftest import copied


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return copied(tmp_path / "upkeep")
