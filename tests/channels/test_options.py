"""What a new workspace shows of each channel, held against what the channels take."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from graph.transports import open_configured
from state.channels import RULES
from state.workspace import load_settings, write_workspace
from tests.state.workspace.test_scaffold import UPKEEP, switched_on

TEMPLATE = Path(__file__).parents[2] / "state" / "workspace" / "templates"
SECRETS = {"GHOST_ADMIN_KEY": f"{'0' * 24}:{'0' * 64}"}
"""Those that have a form; the others are any text."""


def opens(name: str) -> bool:
    return importlib.util.find_spec(f"channels.{name}") is not None


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every variable that .env.example names is set."""
    lines = (TEMPLATE / "env.example").read_text(encoding="utf-8").splitlines()
    for line in lines:
        variable, equals, _ = line.removeprefix("# ").partition("=")
        if equals and variable.isupper() and variable not in ("DATABASE_URL", "OPENAI_BASE_URL"):
            monkeypatch.setenv(variable, SECRETS.get(variable, "secret"))


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("name", [name for name in RULES if opens(name)])
@pytest.mark.parametrize("shown", ["a new workspace", "the example"])
def test_the_options_that_are_shown_are_taken(name: str, shown: str, tmp_path: Path) -> None:
    """With its remarks switched on and its variable set, each channel opens: no option is misspelt, none is missing."""
    write_workspace(tmp_path, name="The Letter", author="Ann Example")
    source = UPKEEP if shown == "the example" else tmp_path
    text = switched_on((source / "flywheel.toml").read_text(encoding="utf-8"))
    text = re.sub(r"^dkim_.*$", "", text, flags=re.MULTILINE)  # names a file of its owner's
    (tmp_path / "flywheel.toml").write_text(text, encoding="utf-8")
    channel = open_configured(load_settings(tmp_path), name)
    assert channel is not None
    assert channel.name == name
