"""The README's commands do what it says, and its links lead somewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from channels import Opening, SiteIdentity, open_channel
from desk.cli import app
from state.channels import RULES, Channel, Deleting, Editing, Listening
from state.workspace import load_settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHANNELS = (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")
DOCUMENTS = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/channels.md",
    "docs/sales.md",
    "docs/placement.md",
)


def _commands() -> list[str]:
    """Every command in a console block, without its comment."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [
        line[2:].split("  #")[0].strip() for block in blocks for line in block.splitlines() if line.startswith("$ ")
    ]


@pytest.mark.parametrize("target", sorted({c.split()[1] for c in _commands() if c.startswith("make ")}))
def test_make_targets_exist(target: str) -> None:
    """Each `make` target that the README names is one that make knows how to build."""
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_flywheel_commands_run(tmp_path: Path) -> None:
    """`flywheel run --approve-all` leaves the page that the README opens, and `flywheel init` the workspace that it names."""
    example = tmp_path / "examples" / "upkeep"
    shutil.copytree(ROOT / "examples" / "upkeep", example, ignore=shutil.ignore_patterns(".flywheel", "site"))
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("FLYWHEEL_", "OPENAI_", "LANGSMITH_", "DATABASE_URL"))
    }
    environment |= {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    ran = [c for c in _commands() if c.startswith(".venv/bin/flywheel")]
    assert len(ran) >= 2
    for command in ran:
        words = command.replace("~", str(tmp_path)).replace(".venv/bin/flywheel", f"{sys.executable} -m desk")
        done = subprocess.run(
            words,
            shell=True,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stderr
    opened = next(c.split()[1] for c in _commands() if c.startswith("xdg-open"))
    assert "<html" in (tmp_path / opened).read_text(encoding="utf-8")
    assert (tmp_path / "letter" / "flywheel.toml").is_file()


def test_links_lead_somewhere() -> None:
    """Each relative link of the documents is a file of the checkout."""
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert (ROOT / document).parent.joinpath(target).exists(), f"{document} links to {target}"


def test_named_files_exist() -> None:
    """Each path in backticks that looks like a file of ours is there."""
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        for path in re.findall(r"`((?:state|graph|agents|channels|desk|tests|docs)/[\w./]+\.\w+)`", text):
            if "NAME" in path:
                continue
            assert (ROOT / path).exists(), f"{document} names {path}"


def test_named_commands_exist() -> None:
    """Each `flywheel ...` in backticks is a command, with a subcommand and options that it has."""
    known = typer.main.get_command(app)
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        for words in (m.split() for m in re.findall(r"`flywheel( [^`]*)?`", text)):
            command = known
            while isinstance(command, TyperGroup) and words and words[0] in command.commands:
                command = command.commands[words.pop(0)]
            assert command is not known or not words or words[0].startswith("--"), f"{document}: flywheel {words}"
            has = {option for parameter in command.params for option in parameter.opts} | {"--help"}
            assert {w for w in words if w.startswith("-")} <= has, f"{document}: {command.name} {words}"


def _sections() -> dict[str, str]:
    """The sections of docs/channels.md that are a channel's, by its name."""
    parts = re.split(r"^## (.+)$", CHANNELS, flags=re.MULTILINE)
    return {name: text for name, text in zip(parts[1::2], parts[2::2], strict=True) if name in RULES}


def _documented(name: str, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """The channel, opened with every option that its section shows, those in remarks too, and with its variable set."""
    section = _sections()[name]
    (toml,) = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    shutil.copytree(ROOT / "examples" / "upkeep", workspace, ignore=shutil.ignore_patterns(".flywheel", "site"))
    (workspace / "flywheel.toml").write_text(re.sub(r"^# (?=\w+ = )", "", toml, flags=re.MULTILINE), encoding="utf-8")
    (workspace / "dkim.pem").write_text("-----BEGIN PRIVATE KEY-----\n", encoding="utf-8")
    for variable in re.findall(r"^`([A-Z_]+)`[,:]", section, re.MULTILINE):
        monkeypatch.setenv(variable, f"{'0' * 24}:{'0' * 64}")
    settings = load_settings(workspace)
    site = SiteIdentity(name="Notes", base_url="https://example.org", author="Noor")
    (options,) = (dict(c.options) for c in settings.channels)
    return open_channel(Opening(name, options, workspace, site))


def test_every_channel_has_its_section() -> None:
    """docs/channels.md has a section for each channel, and a row in its first table."""
    assert _sections().keys() == RULES.keys()
    assert set(re.findall(r"^\| \[(\w+)\]\(#\1\)", CHANNELS, re.MULTILINE)) == RULES.keys()


@pytest.mark.parametrize("name", RULES)
async def test_a_channel_is_as_documented(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a section shows opens its channel, whose row says its strength, what can be changed there, and what is proven."""
    channel = _documented(name, tmp_path / "workspace", monkeypatch)
    await channel.aclose()
    (row,) = re.findall(rf"^\| \[{name}\].*$", CHANNELS, re.MULTILINE)
    _, _, _, offers, strength, edit, delete, hears, held, _ = (cell.strip() for cell in row.split("|"))
    shown = {"in-text": "in the text", "end": "at the end", "article": "left to the article"}
    assert offers == shown[RULES[name].offers]
    assert strength.replace("-", "").startswith(channel.strength)
    assert (edit != "no") is isinstance(channel, Editing)
    assert (delete != "no") is isinstance(channel, Deleting)
    assert bool(hears) is isinstance(channel, Listening)
    assert ("not yet proven" in held) is not RULES[name].proven
