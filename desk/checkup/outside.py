"""What lies outside the texts: the database, the checkpoints, the channels, tracing."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import aiosqlite

from channels import SiteChannel
from desk.checkup.finding import Finding, failed, ok
from graph.transports import open_configured
from state.ledger import LedgerError, close_ledgers, ledger_at
from state.settings import Settings
from state.workspace import WorkspaceError, database_url


async def database(settings: Settings) -> list[Finding]:
    """The ledger opens, and takes a row: a lease that is given back at once."""
    try:
        ledger = await ledger_at(database_url(settings))
        await ledger.lease("doctor", "doctor", holder="doctor", now=datetime.now(UTC), seconds=1)
        await ledger.release_lease("doctor", "doctor", holder="doctor")
        count = len(await ledger.pieces())
    except LedgerError as error:
        return [failed("database", f"{error.what} ({error.where}).", error.fix)]
    except WorkspaceError as error:
        return [failed("database", str(problem), problem.fix) for problem in error.problems]
    finally:
        await close_ledgers()
    return [ok("database", f"It opens and can be written to; it holds {count} {'piece' if count == 1 else 'pieces'}.")]


async def checkpoints(settings: Settings) -> list[Finding]:
    """The file of the checkpoints can be made and written to. An empty transaction is rolled back."""
    file = Path(settings.workspace) / ".flywheel" / "checkpoints.db"
    try:
        await asyncio.to_thread(file.parent.mkdir, exist_ok=True)
        async with aiosqlite.connect(file) as connection:
            await connection.execute("PRAGMA busy_timeout=2000")
            await connection.execute("BEGIN IMMEDIATE")
            await connection.execute("CREATE TABLE doctor (x)")
            await connection.rollback()
    except (OSError, sqlite3.Error) as error:
        said = f"{file} can't be used: {error}."
        return [failed("checkpoints", said, "Give this user the right to write to .flywheel/ and to the files in it.")]
    return [ok("checkpoints", "They can be written.")]


def channels(settings: Settings) -> Iterator[Finding]:
    """Each channel that is on: whether it has a transport, and whether the site's folder takes files."""
    for channel in settings.channels:
        about = f"channel {channel.name}"
        try:
            transport = open_configured(settings, channel.name)
        except ValueError as error:
            yield failed(about, str(error), "Mend that; until then, pieces are made for the other channels.")
            continue
        if isinstance(transport, SiteChannel):
            yield _writable(about, transport.folder)
        else:
            yield ok(about, "It is set up; it wasn't called.")


def _writable(about: str, folder: Path) -> Finding:
    """Try with a file that is gone at once; a folder that isn't there yet is tried where it will be made."""
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return ok(about, f"Posts go to {folder}.")
    except OSError as error:
        said = f"{folder} can't be written to: {error.strerror or error}."
        return failed(about, said, "Give this user the right to write there, or set another folder.")


def tracing() -> list[Finding]:
    """Whether runs are sent to LangSmith."""
    from langsmith.utils import tracing_is_enabled

    if not tracing_is_enabled():
        return [ok("tracing", "Off: nothing about your runs leaves this machine.")]
    where = (
        os.environ.get("LANGSMITH_ENDPOINT")
        or os.environ.get("LANGCHAIN_ENDPOINT")
        or "https://api.smith.langchain.com"
    )
    if not (os.environ.get("LANGSMITH_API_KEY") or os.environ.get("LANGCHAIN_API_KEY")):
        return [
            failed(
                "tracing", f"On, to {where}, but there is no key.", "Set LANGSMITH_API_KEY, or LANGSMITH_TRACING=false."
            )
        ]
    return [
        ok(
            "tracing",
            f"On: inputs and outputs of runs are sent to {where}. LANGSMITH_HIDE_INPUTS and _OUTPUTS keep texts out.",
        )
    ]
