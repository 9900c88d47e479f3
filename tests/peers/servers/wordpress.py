"""WordPress, as Debian packages it, on MariaDB: a blog below a path, with its owner, an author of lesser rights and a reader."""

from __future__ import annotations

import getpass
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import httpx

from tests.peers.harness import Ports, run, running, wait_for

VERSION = "debian-1"
THEMES = {"block": "twentytwentythree", "classic": "twentytwentyone"}
_PACKAGES = ("wordpress", *(f"wordpress-theme-{theme}" for theme in THEMES.values()))
_WANTED = ("php-cli", "php-mysql", "php-xml", "php-mbstring", "php-gd", "php-curl", "mariadb-server")
_PATH = "blog"
_CONFIG = """<?php
define('DB_NAME', 'wp'); define('DB_USER', 'root'); define('DB_PASSWORD', ''); define('DB_HOST', '127.0.0.1:%(database)d');
define('DB_CHARSET', 'utf8mb4');
define('WP_HOME', '%(url)s'); define('WP_SITEURL', '%(url)s');
define('WP_ENVIRONMENT_TYPE', 'local');  // application passwords over plain http
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); define('WP_AUTO_UPDATE_CORE', false);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) { define('ABSPATH', __DIR__ . '/'); }
require_once ABSPATH . 'wp-settings.php';
"""
_SET_UP = """
define('WP_INSTALLING', true); require 'wp-load.php'; require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Upkeep', 'noor', 'noor@example.org', true, '', 'noor-password');
update_option('permalink_structure', '/%postname%/'); update_option('comment_previously_approved', 0);
switch_theme('twentytwentythree'); flush_rewrite_rules(false);
wp_insert_user(['user_login' => 'ravi', 'user_pass' => 'ravi-password', 'role' => 'author',
    'user_email' => 'ravi@example.org']);
wp_insert_user(['user_login' => 'mina', 'user_pass' => 'mina-password', 'display_name' => 'Mina', 'role' => 'subscriber',
    'user_email' => 'mina@example.org']);
foreach (['noor', 'ravi', 'mina'] as $name) {
    $user = get_user_by('login', $name);
    [$secret] = WP_Application_Passwords::create_new_application_password($user->ID, ['name' => 'flywheel']);
    $accounts[$name] = WP_Application_Passwords::chunk_password($secret);
}
echo json_encode($accounts);
"""


@dataclass(frozen=True)
class Account:
    user: str
    app_password: str = field(repr=False)


@dataclass(frozen=True)
class Blog:
    url: str
    owner: Account
    author: Account
    """May publish, but WordPress filters the HTML."""
    reader: Account
    """May comment."""
    folder: Path

    def php(self, code: str) -> str:
        """What a line of PHP prints, with WordPress loaded: for what its owner does by hand in the administration."""
        return run("php", "-r", f"require 'wp-load.php'; {code}", cwd=self.folder)

    def set_permalinks(self, structure: str) -> None:
        self.php(f"$GLOBALS['wp_rewrite']->set_permalink_structure('{structure}'); flush_rewrite_rules(false);")


def install(folder: Path) -> None:
    """Unpack the packages. Raises when a program that they want is missing."""
    _programs()
    run("apt-get", "download", "-qq", *_PACKAGES, cwd=folder)
    for package in sorted(folder.glob("*.deb")):
        run("dpkg-deb", "-x", package, folder, cwd=folder)
        package.unlink()


@contextmanager
def start(folder: Path, work: Path, ports: Ports) -> Iterator[Blog]:
    port, database = ports(), ports()
    url, site = f"http://127.0.0.1:{port}/{_PATH}", work / "www" / _PATH
    shutil.copytree(folder / "usr/share/wordpress", site, symlinks=True, ignore=shutil.ignore_patterns("wp-config.php"))
    (site / "wp-config.php").write_text(_CONFIG % {"database": database, "url": url})
    with _mariadb(work, database):
        accounts = json.loads(run("php", "-r", _SET_UP, cwd=site, env={"SERVER_NAME": "127.0.0.1"}))
        log = work / "php.log"
        command = ("php", "-d", "display_errors=0", "-S", f"127.0.0.1:{port}", "-t", work / "www")
        with running(*command, cwd=site, log=log, env={"PHP_CLI_SERVER_WORKERS": "4"}) as server:
            wait_for(lambda: b"started" in log.read_bytes(), server, log)
            owner, author, reader = (Account(name, accounts[name]) for name in ("noor", "ravi", "mina"))
            yield Blog(url, owner, author, reader, site)


def copies(blog: Blog, title: str) -> dict[str, int]:
    """How many posts have this title, by status: readers see those with `publish`."""
    query: dict[str, str | int] = {
        "rest_route": "/wp/v2/posts",
        "status": "publish,future,draft,pending,private",
        "context": "edit",
        "search": title,
        "per_page": 100,
    }
    answer = httpx.get(f"{blog.url}/", params=query, auth=(blog.owner.user, blog.owner.app_password), timeout=60)
    found = [post["status"] for post in answer.raise_for_status().json() if unescape(post["title"]["raw"]) == title]
    return {status: found.count(status) for status in found}


def _programs() -> None:
    if missing := [name for name in ("php", "mariadbd", "mariadb-install-db", "dpkg-deb") if not shutil.which(name)]:
        raise RuntimeError(f"WordPress wants {', '.join(missing)}: apt-get install {' '.join(_WANTED)}")


@contextmanager
def _mariadb(work: Path, port: int) -> Iterator[None]:
    """A database `wp` that loopback may use as root with no password. It runs as whoever runs the tests, root too."""
    data, log = work / "db", work / "mariadb.log"
    common = ("--no-defaults", f"--user={getpass.getuser()}", f"--datadir={data}")
    run("mariadb-install-db", *common, "--auth-root-authentication-method=normal", "--skip-test-db", cwd=work)
    listen = (f"--port={port}", "--bind-address=127.0.0.1", f"--socket={_socket(work)}")
    with running("mariadbd", *common, *listen, "--innodb-flush-log-at-trx-commit=0", cwd=work, log=log) as server:
        wait_for(lambda: b"ready for connections" in log.read_bytes(), server, log)
        run("mariadb", "--no-defaults", f"--port={port}", "-h127.0.0.1", "-uroot", "-e", "create database wp", cwd=work)
        yield


def _socket(work: Path) -> str:
    """Relative to the data, as the path of a socket has at most 107 bytes."""
    return os.path.relpath(work / "my.sock", work / "db")
