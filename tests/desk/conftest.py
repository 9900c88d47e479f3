"""The command line over a copy of the example workspace."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pexpect
import pytest
from typer.testing import CliRunner

from desk.cli import app
from state.ledger import Ledger, close_ledgers, ledger_at
from state.workspace import database_url, load_settings
from tests.support.environment import STRAY
from tests.support.openai_server import OpenAIServer

ROOT = Path(__file__).parents[2]
TERMINAL = ("VISUAL", "EDITOR", "NO_COLOR", "FORCE_COLOR", "COLUMNS")


@contextmanager
def isolated() -> Iterator[None]:
    before = dict(os.environ)
    for name in before:
        if name.startswith((*STRAY, *TERMINAL)):
            del os.environ[name]
    os.environ["LANGSMITH_TRACING"] = "false"
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """Nothing of this machine's reaches a test, and nothing that a workspace's .env says outlives it."""
    with isolated():
        yield


def copied(folder: Path) -> Path:
    shutil.copytree(ROOT / "examples" / "upkeep", folder, ignore=shutil.ignore_patterns(".flywheel", "site", ".env"))
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return copied(tmp_path / "upkeep")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Exactly one object, and nothing else, stands on stdout."""
        value: dict[str, Any] = json.loads(self.out)
        return value


Flywheel = Callable[..., Ran]


def on(folder: Path) -> Flywheel:
    """Commands on this workspace; an error that the command line doesn't foresee is raised."""

    def run(*words: object, where: bool = True) -> Ran:
        named = ["-w", str(folder)] if where else []
        result = CliRunner().invoke(app, [*map(str, words), *named], prog_name="flywheel")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def flywheel(workspace: Path) -> Flywheel:
    """Runs a command on a workspace of the test's own."""
    return on(workspace)


@dataclass(frozen=True)
class Finished:
    """A workspace with one published piece, for tests that only look."""

    flywheel: Flywheel
    workspace: Path
    piece: str


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = copied(tmp_path_factory.mktemp("finished") / "upkeep")
    with isolated():
        piece = on(folder)("run", "Why the bulb lasts", "--approve-all", "--json").json["piece"]
    return Finished(on(folder), folder, str(piece))


@pytest.fixture
def piece(flywheel: Flywheel) -> str:
    """One that waits at review_brief."""
    return str(flywheel("run", "Why the bulb lasts", "--json").json["piece"])


@pytest.fixture
def published(flywheel: Flywheel) -> str:
    return str(flywheel("run", "Why the bulb lasts", "--approve-all", "--json").json["piece"])


def ask_ledger(folder: Path, question: Callable[[Ledger], Any]) -> Any:
    """Ask the workspace's ledger something."""

    async def asked() -> Any:
        try:
            return await question(await ledger_at(database_url(load_settings(folder))))
        finally:
            await close_ledgers()

    return asyncio.run(asked())


@pytest.fixture
def in_ledger(workspace: Path) -> Callable[[Callable[[Ledger], Any]], Any]:
    return partial(ask_ledger, workspace)


@pytest.fixture
def add(workspace: Path) -> Callable[[str, str], None]:
    """Writes more into a file of the workspace."""

    def more(name: str, text: str) -> None:
        with (workspace / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return more


@pytest.fixture
def endpoint() -> Iterator[OpenAIServer]:
    """A language model that is set in the environment; what it says is scripted."""
    with OpenAIServer() as server:
        os.environ["OPENAI_API_KEY"] = "sk-test-0123456789"
        os.environ["OPENAI_BASE_URL"] = server.url
        yield server


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str, str], str]:
    """An editor: a program that does this Python to `text`, or whatever else it likes."""

    def editor(name: str, body: str) -> str:
        file = tmp_path / f"{name}.py"
        lines = [
            "import pathlib, sys",
            "path = pathlib.Path(sys.argv[1])",
            "text = path.read_text()",
            body,
            "path.write_text(text)",
        ]
        file.write_text("\n".join(lines))
        return f"{sys.executable} {file}"

    return editor


@pytest.fixture
def terminal(workspace: Path) -> Iterator[Callable[..., pexpect.spawn[str]]]:
    """Runs a command in a terminal of its own."""
    started: list[pexpect.spawn[str]] = []

    def spawn(*words: str, env: Mapping[str, str] | None = None, columns: int = 100) -> pexpect.spawn[str]:
        child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable,
            ["-m", "desk", *words, "-w", str(workspace)],
            encoding="utf-8",
            timeout=30,
            cwd=str(ROOT),
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "1", **(env or {})},
            dimensions=(50, columns),
        )
        child.delaybeforesend = None
        started.append(child)
        return child

    yield spawn
    for child in started:
        child.close(force=True)
