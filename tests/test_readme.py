"""The README's commands do what it says, and its links lead somewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


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
    for document in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert (ROOT / target).exists(), f"{document} links to {target}"


def test_named_files_exist() -> None:
    """Each path in backticks that looks like a file of ours is there."""
    for document in ("README.md", "ARCHITECTURE.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        for path in re.findall(r"`((?:state|graph|agents|channels|desk|tests|docs)/[\w./]+\.\w+)`", text):
            if "NAME" in path:
                continue
            assert (ROOT / path).exists(), f"{document} names {path}"
