"""Where the ledger is. An address with a password stays in the environment; settings only say to look there."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL

from state.ledger.address import address, shown
from state.ledger.errors import LedgerAddressError
from state.settings import Settings
from state.workspace.problems import Problem, Refused, WorkspaceError

FROM_ENVIRONMENT = "env:DATABASE_URL"
"""What `Settings.database` says when the address has a password in it."""
_HOME = "Set DATABASE_URL in the environment, or in the workspace's .env."


class _Environment(BaseSettings):
    """What we read from the environment, and below it from the workspace's .env; empty counts as not set."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, env_file_encoding="utf-8")

    database_url: SecretStr | None = None


def database_url(settings: Settings) -> str:
    """Give the ledger's address for use, password and all: keep it out of state and logs.

    Reads the workspace's .env where the environment itself doesn't have it, so give it a thread of its own in async
    code. Raises `WorkspaceError` when neither has it.
    """
    if settings.database != FROM_ENVIRONMENT:
        return settings.database
    if found := from_environment(Path(settings.workspace)):
        return found
    raise WorkspaceError([_problem("is not set, and the ledger's address has to come from there.", _HOME)])


def from_environment(workspace: Path) -> str | None:
    """Give DATABASE_URL from the environment, else from `.env`: the file is read only then.

    Raises `WorkspaceError` for a .env that isn't text or can't be read.
    """
    try:
        found = _Environment().database_url
        if found is None and (file := workspace / ".env").exists():
            found = _Environment(_env_file=file).database_url
    except OSError as error:
        said = f"It can't be read: {error.strerror or error}."
        raise WorkspaceError([Problem(path=".env", message=said, fix="Check who may read it.")]) from None
    except UnicodeDecodeError as error:
        said = f"The byte at offset {error.start} (from 0) is not UTF-8."
        raise WorkspaceError([Problem(path=".env", message=said, fix="Save the file as UTF-8.")]) from None
    return found.get_secret_value() if found else None


def settled(workspace: Path, *, given: str | None, in_file: str | None) -> str:
    """Choose the ledger's address and make it fit to be kept: `given`, the environment, `in_file`, our own file.

    `in_file` comes from `written`. Raises `WorkspaceError` about the first two.
    """
    environment = from_environment(workspace)
    chosen = given or environment
    if not chosen:
        return in_file or ledger_file(workspace)
    try:
        parsed = parse(chosen)
    except Refused as error:
        raise WorkspaceError([_problem(error.message, error.fix)]) from None
    if not _has_password(parsed):
        return _kept(workspace, parsed)
    if environment and chosen != environment:
        raise WorkspaceError(
            [_problem("is not the address that was given here, and only it can hold a password.", _HOME)]
        )
    return FROM_ENVIRONMENT


def parse(url: str) -> URL:
    """Read an address as the ledger will. Raises `Refused`, without the address in it."""
    try:
        return address(url)
    except LedgerAddressError as error:
        raise Refused(f"{error.what}.", error.fix) from None


def ledger_file(workspace: Path) -> str:
    """Give the address of the ledger that a workspace has of its own."""
    return _render(URL.create("sqlite+aiosqlite", database=(workspace / ".flywheel" / "ledger.db").as_posix()))


def written(workspace: Path, url: str) -> str:
    """Make the address that stands in flywheel.toml fit to be kept. Raises `Refused`, for a password too."""
    parsed = parse(url)
    if _has_password(parsed):
        raise Refused("holds a password, and this file is no place for one.", f"Take it out. {_HOME}")
    return _kept(workspace, parsed)


def _kept(workspace: Path, url: URL) -> str:
    """Start a relative path at the workspace, so that every process finds the same file."""
    if url.get_backend_name() == "sqlite":
        url = url.set(database=(workspace / (url.database or "")).as_posix())
    return _render(url)


def _has_password(url: URL) -> bool:
    return shown(url) != _render(url)


def _render(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _problem(message: str, fix: str) -> Problem:
    return Problem(path="environment", key="DATABASE_URL", message=message, fix=fix)
