from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from state.ledger.address import address
from state.workspace import WorkspaceError, database_url, load_settings

Write = Callable[..., Path]
SECRET = "postgresql://ann:hunter2@db.example:5432/wheel"


def test_the_ledger_lies_in_the_workspace_unless_told_otherwise(write: Write) -> None:
    """The default is a file of the workspace's own."""
    folder = write("").resolve()
    settings = load_settings(folder)
    assert settings.database == f"sqlite+aiosqlite:///{folder}/.flywheel/ledger.db"
    assert database_url(settings) == settings.database


def test_odd_folder_names_survive_the_address(write: Write) -> None:
    """A folder with a question mark, a percent sign or a letter outside ASCII still names the same file."""
    folder = write("", "50% où? #1/flywheel.toml").resolve() / "50% où? #1"
    assert address(load_settings(folder).database).database == str(folder / ".flywheel" / "ledger.db")


def test_what_is_given_wins_over_environment_and_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order is argument, environment, .env, file."""
    folder = write('[database]\nurl = "sqlite:////data/file.db"\n')
    assert load_settings(folder).database == "sqlite+aiosqlite:////data/file.db"
    write("DATABASE_URL=sqlite:////data/dotenv.db\n", ".env")
    assert load_settings(folder).database == "sqlite+aiosqlite:////data/dotenv.db"
    monkeypatch.setenv("DATABASE_URL", "sqlite:////data/environment.db")
    assert load_settings(folder).database == "sqlite+aiosqlite:////data/environment.db"
    assert (
        load_settings(folder, database_url="sqlite:////data/given.db").database == "sqlite+aiosqlite:////data/given.db"
    )


def test_an_empty_variable_counts_as_none(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """DATABASE_URL= in the environment or in .env leaves the default alone."""
    monkeypatch.setenv("DATABASE_URL", "")
    write("DATABASE_URL=\n", ".env")
    assert load_settings(write("")).database.endswith("/.flywheel/ledger.db")


def test_a_relative_path_starts_at_the_workspace(write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Wherever a process was started, it finds the same file."""
    folder = write('[database]\nurl = "sqlite:///data/wheel.db"\n').resolve()
    monkeypatch.chdir("/")
    assert load_settings(folder).database == f"sqlite+aiosqlite:///{folder}/data/wheel.db"


@pytest.mark.parametrize("url", [SECRET, "postgres://db.example/wheel?user=ann&password=hunter2"])
def test_a_password_stays_in_the_environment(write: Write, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Settings only say where to look, and the address is whole again when it is used."""
    monkeypatch.setenv("DATABASE_URL", url)
    settings = load_settings(write(""))
    assert settings.database == "env:DATABASE_URL"
    assert "hunter2" not in settings.model_dump_json()
    assert database_url(settings) == url


@pytest.mark.long
def test_another_process_finds_the_address_again(write: Write) -> None:
    """A process that has only the settings reads the workspace's .env."""
    folder = write("")
    write(f"DATABASE_URL={SECRET}\n", ".env")
    settings = load_settings(folder)
    program = (
        "import sys\nfrom state.settings import Settings\nfrom state.workspace import database_url\n"
        "print(database_url(Settings.model_validate_json(sys.argv[1])))"
    )
    clean = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    ran = subprocess.run(
        [sys.executable, "-c", program, settings.model_dump_json()],
        env=clean,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == SECRET


def test_an_address_that_is_gone_is_told(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the variable is no longer there, a person learns which one to set."""
    monkeypatch.setenv("DATABASE_URL", SECRET)
    settings = load_settings(write(""))
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(WorkspaceError, match=r"^environment: DATABASE_URL: is not set"):
        database_url(settings)


def test_a_given_password_that_is_not_the_environments_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the piece would go on in another database than it began in."""
    assert load_settings(write(""), database_url=SECRET).database == "env:DATABASE_URL"
    monkeypatch.setenv("DATABASE_URL", "sqlite:////data/other.db")
    with pytest.raises(WorkspaceError, match="DATABASE_URL: is not the address that was given") as caught:
        load_settings(write(""), database_url=SECRET)
    assert "hunter2" not in str(caught.value)


def test_a_password_in_the_file_is_a_mistake_whatever_wins(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """flywheel.toml is no place for one, and the message doesn't repeat it."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:////data/other.db")
    with pytest.raises(
        WorkspaceError, match=r"^flywheel.toml:2: \[database\] url: holds a password.*DATABASE_URL"
    ) as caught:
        load_settings(write(f'[database]\nurl = "{SECRET}"\n'))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["nonsense", "mysql://db.example/x", "sqlite://", "postgresql://h:port/x"])
def test_what_the_ledger_cannot_use_is_told_at_once(write: Write, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """A bad address is found when settings are read, in the file as in the environment."""
    with pytest.raises(WorkspaceError, match=r"^flywheel.toml:2: \[database\] url: .*Write sqlite:"):
        load_settings(write(f'[database]\nurl = "{url}"\n'))
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(WorkspaceError, match=r"^environment: DATABASE_URL: .*Write sqlite:"):
        load_settings(write(""))


def test_a_dotenv_in_another_encoding_is_told(write: Write) -> None:
    """The file is named, with the offset of the byte."""
    write("NAME=é\n".encode("latin-1"), ".env")
    with pytest.raises(WorkspaceError, match=r"^\.env: The byte at offset 5"):
        load_settings(write(""))
