"""What a workspace says of its git site, read and judged. Each raises NotConfigured, with what to write instead."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from channels.generators import FOLDERS, PERMALINKS, Generator, Style
from channels.opening import NotConfigured, Opening

_BRANCH = re.compile(r"(?!.*(\.\.|//|@\{|\.lock(/|$)|/\.|\.$|/$))[A-Za-z0-9][\w./+@-]*", re.ASCII)
_FOLDER = re.compile(r"(?!.*(^|/)\.{1,2}(/|$))(?!(.*/)?\.git(/|$))[\w][\w ./-]*", re.IGNORECASE)
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


def branch_of(opening: Opening) -> str:
    branch = opening.options.get("branch", "main").strip()
    if not _BRANCH.fullmatch(branch):
        said = f"[channels.{opening.name}] branch {branch!r} can't be a branch's name. Write one such as main."
        raise NotConfigured(said)
    return branch


def remote_of(opening: Opening) -> str:
    """Where the repository is: an address, or a path from the workspace on. What git would take for an order is refused."""
    remote = opening.need("remote", "git@example.org:me/site.git")
    where = f"[channels.{opening.name}] remote"
    if remote.startswith("-") or re.match(r"[\w+.-]+::", remote) or not remote.isprintable():
        raise NotConfigured(
            f"{where} {remote!r} is no address of a repository. Write https://, ssh://, user@host:path or a path."
        )
    if "://" not in remote:
        is_path = not re.match(r"[^/]+:", remote)
        return str(opening.workspace.resolve() / Path(remote).expanduser()) if is_path else remote
    parts = urlsplit(remote)
    if parts.scheme not in ("https", "http", "ssh", "file"):
        raise NotConfigured(f"{where} begins with {parts.scheme}://, which isn't used. Write https:// or ssh://.")
    if parts.password is not None:
        raise NotConfigured(f"{where} holds a password. Take it out, and set GIT_TOKEN in .env.")
    return remote


def token_of(opening: Opening, remote: str) -> SecretStr | None:
    try:
        token = opening.secret("GIT_TOKEN", "a token that may push")
    except NotConfigured:
        return None
    parts = urlsplit(remote) if "://" in remote else None
    if parts and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise NotConfigured(f"GIT_TOKEN would be sent in the open to {parts.hostname}. Write the remote with https://.")
    return token if parts and parts.scheme in ("http", "https") else None


def email_of(opening: Opening) -> str:
    email = opening.need("author_email", "you@example.org")
    if not re.fullmatch(r"[^\s<>@]+@[^\s<>@]+", email):
        raise NotConfigured(
            f"[channels.{opening.name}] author_email {email!r} is no mail address: each commit says one."
        )
    return email


def generator_of(opening: Opening) -> Generator:
    style = opening.options.get("style", "hugo").strip()
    if style not in FOLDERS:
        raise NotConfigured(f"[channels.{opening.name}] style is {' or '.join(FOLDERS)}, not {style!r}.")
    known: Style = style
    folder = opening.options.get("folder", FOLDERS[known]).strip().strip("/")
    if not _FOLDER.fullmatch(folder):
        raise NotConfigured(
            f"[channels.{opening.name}] folder {folder!r} is no folder of a repository. Write {FOLDERS[known]}."
        )
    return Generator(
        style=known,
        folder=folder,
        url=_url(opening),
        permalink=_permalink(opening, PERMALINKS[known]),
        author=opening.site.author,
    )


def _url(opening: Opening) -> str:
    url = opening.options.get("url", opening.site.base_url).strip().rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise NotConfigured(f"[channels.{opening.name}] url {url!r} is no web address. Write where the site is served.")
    return url


def _permalink(opening: Opening, default: str) -> str:
    pattern = opening.options.get("permalink", default).strip()
    unknown = set(re.findall(r"\{([^}]*)\}?", pattern)) - {"slug", "year", "month", "day"}
    if (
        unknown
        or "{slug}" not in pattern
        or not re.fullmatch(r"/[\w./{}~-]*", pattern)
        or pattern.count("{") != pattern.count("}")
    ):
        raise NotConfigured(
            f"[channels.{opening.name}] permalink {pattern!r} begins with / and has {{slug}} in it, and {{year}}, {{month}}, {{day}} if you like."
        )
    return pattern
