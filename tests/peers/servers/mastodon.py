"""snac, a small server that speaks Mastodon's API, from Debian's backports, unpacked and not installed.

It ignores `Idempotency-Key`, takes 100,000 characters, reads Markdown, lists neither private statuses nor pages, and can't
delete over the API. Its users reach one another by ActivityPub, through its own port, some seconds later.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.peers.harness import Ports, answers, run, running, wait_for

VERSION = "snac2-bookworm-backports"
_SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
_OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
_APT = """\
Dir::Etc::SourceList "{folder}/sources.list"; Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "{folder}/lists"; Dir::State::status "{folder}/status"; Dir::Cache "{folder}/cache";
Acquire::Languages "none";
"""


@dataclass(frozen=True)
class Account:
    name: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class MastodonServer:
    url: str
    join: Callable[[str], Account] = field(repr=False)
    """Open an account of this name."""


def install(folder: Path) -> None:
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    (folder / "status").touch()
    (folder / "apt.conf").write_text(_APT.format(folder=folder))
    (folder / "sources.list").write_text(f"deb {_mirror()} bookworm-backports main\n")
    env = {"APT_CONFIG": str(folder / "apt.conf")}
    run("apt-get", "update", "-qq", cwd=folder, env=env)
    run("apt-get", "download", "-qq", "snac2", cwd=folder, env=env)
    (package,) = folder.glob("snac2_*.deb")
    run("dpkg-deb", "-x", package, folder / "root", cwd=folder)


@contextmanager
def start(folder: Path, work: Path, ports: Ports) -> Iterator[MastodonServer]:
    snac, data, log, port = folder / "root/usr/bin/snac", work / "data", work / "snac.log", ports()
    url = f"http://127.0.0.1:{port}"
    _told(snac, "init", data, replies=f"127.0.0.1\n{port}\n127.0.0.1:{port}\n\nadmin@example.org\n")
    _settle(data / "server.json")
    with running(snac, "httpd", data, cwd=work, log=log) as process:
        wait_for(lambda: answers(f"{url}/api/v1/instance"), process, log, seconds=30)
        yield MastodonServer(url, lambda name: Account(name, _token(url, name, _add_user(snac, data, name))))


def _mirror() -> str:
    """The Debian mirror that this machine is set up with."""
    named = re.search(r"^URIs: *(\S+)", _SOURCES.read_text() if _SOURCES.exists() else "", re.MULTILINE)
    return named[1] if named else "http://deb.debian.org/debian"


def _told(*command: str | Path, replies: str) -> str:
    """Run a program that asks; what it said."""
    done = subprocess.run(
        list(map(str, command)), input=replies, capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout + done.stderr


def _settle(config: Path) -> None:
    """No TLS, and threads enough: each delivery to a user of its own takes one that waits and one that answers."""
    settings = json.loads(config.read_text()) | {"protocol": "http", "num_threads": 24}
    config.write_text(json.dumps(settings))


def _add_user(snac: Path, data: Path, name: str) -> str:
    said = re.search(r"User password is (\S+)", _told(snac, "adduser", data, name, replies="\n"))
    assert said is not None
    return said[1]


def _token(url: str, name: str, password: str) -> str:
    """Go through its OAuth flow as a person in a browser would. A connection serves one call: snac closes it without a word."""
    with httpx.Client(base_url=url, headers={"Connection": "close"}, timeout=30) as client:
        wanted = {"client_name": "tests", "redirect_uris": _OUT_OF_BAND, "scopes": "read write"}
        app = client.post("/api/v1/apps", data=wanted).json()
        form = {"login": name, "passwd": password, "redir": _OUT_OF_BAND, "cid": app["client_id"], "state": ""}
        grant = {
            "grant_type": "authorization_code",
            "code": client.post("/oauth/x-snac-login", data=form).text,
            "client_id": app["client_id"],
            "client_secret": app["client_secret"],
            "redirect_uri": _OUT_OF_BAND,
        }
        return str(client.post("/oauth/token", data=grant).json()["access_token"])
