"""One running server of each kind a session. Where one isn't installed its tests are skipped, and in CI they fail."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers.harness import NAMES, folder_of, free_port, is_installed, peer


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.peers)


def _served(name: str) -> Any:
    @pytest.fixture(scope="session", name=name)
    def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
        if not is_installed(name):
            said = f"The {name} server isn't installed, so nothing here was held against it: run `make peers`."
            if "CI" in os.environ:
                pytest.fail(said)
            with warnings.catch_warnings():
                warnings.simplefilter("default")
                warnings.warn(said, stacklevel=1)
            pytest.skip(said)
        work = tmp_path_factory.mktemp(name)
        work.chmod(0o755)
        with peer(name).start(folder_of(name), work, free_port) as server:
            yield server

    return served


bluesky, mastodon, wordpress, ghost = (_served(name) for name in NAMES)
