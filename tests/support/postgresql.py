"""PostgreSQL: a server of our own on loopback, and databases on it for the time being."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from pytest_postgresql.janitor import DatabaseJanitor


def binaries() -> Path | None:
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda p: int(p.parent.name))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def server(binaries: Path) -> Iterator[int]:
    """Run a PostgreSQL server and give its port. As root it runs as the user `postgres`: it refuses root."""
    folder = Path(tempfile.mkdtemp(prefix="flywheel-postgresql-"))
    port = _free_port()
    user: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(folder, "postgres", "postgres")
    with (folder / "log").open("w") as log:
        run: dict[str, Any] = {"cwd": folder, "stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, **user}
        make = ["initdb", "-D", "data", "-U", "flywheel", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run([binaries / make[0], *make[1:]], check=True, **run)
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", f"port={port}"]
        options = [word for setting in settings for word in ("-c", setting)]
        process = subprocess.Popen([binaries / "postgres", "-D", "data", *options], **run)
        try:
            _wait(process, port, folder / "log")
            yield port
        finally:
            process.send_signal(2)  # SIGINT: disconnect everybody and stop
            process.wait(20)
            shutil.rmtree(folder)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="flywheel", dbname="postgres").close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return


@contextmanager
def database(port: int) -> Iterator[str]:
    """Make a database for the time being, and give its URL."""
    name = f"t{uuid.uuid4().hex}"
    with DatabaseJanitor(user="flywheel", host="127.0.0.1", port=port, dbname=name):
        yield f"postgresql://flywheel:hidden@127.0.0.1:{port}/{name}"
