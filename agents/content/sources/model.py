"""What passes between getting bytes and making snapshots of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import TypeAlias

import httpx

from agents.content.sources.decoding import decode
from agents.content.sources.errors import failure, problem
from agents.content.sources.labels import person, title
from agents.content.sources.refusals import is_public
from state.base import Frozen
from state.sources import Snapshot, SourceProblem

_PRIVATE = frozenset({"localhost", "local", "internal", "lan", "home", "corp", "arpa", "onion"})
"""Endings of names that the open web doesn't know (RFC 6762, RFC 6761, ICANN's list of 2018 and 2024)."""


class Raw(Frozen):
    """Bytes as they came, and what is known of where they came from."""

    source: str
    """The path or URL, as problems name it."""
    body: bytes
    media_type: str = ""
    """Lower case, no parameters; empty when nobody said."""
    charset: str | None = None
    url: str | None = None
    """The final URL, when it was fetched."""
    path: str | None = None
    """Relative to the workspace, with forward slashes, when it is a file."""

    @property
    def name(self) -> str:
        """The last part of its path or URL; a URL without a path gives its host."""
        place = self.path or (httpx.URL(self.url).path if self.url else "") or self.source
        return place.rstrip("/").rpartition("/")[2] or host_of(self.url) or self.source

    def origin(self, *, stated: str | None = None, url: str | None = None) -> str:
        """Who stands behind it. A file may state that; a fetched page may not: its host stands behind it."""
        if self.url:
            return host_of(self.url) or self.url
        return stated or host_of(url) or f"file:{self.name}"


class Document(Frozen):
    """One readable text, before it is a snapshot. `text` is normalised; it can be empty in a feed's entry."""

    text: str
    title: str
    origin: str
    url: str | None = None
    author: str | None = None
    published: date | None = None

    def snapshot(self, *, path: str | None, retrieved_at: datetime) -> Snapshot:
        """Archive it: `path` relative to the workspace for a file, `retrieved_at` aware and in UTC."""
        return Snapshot.of(**self.model_dump(), path=path, retrieved_at=retrieved_at)


class Parsed(Frozen):
    """What a reader made of one `Raw`. A problem beside documents is one that cost no text."""

    documents: tuple[Document, ...] = ()
    problems: tuple[SourceProblem, ...] = ()


Reader: TypeAlias = Callable[[Raw], Parsed]
"""Reads one format. Raises `SourceError` when there is nothing to read."""


def decoded(raw: Raw, declared: str | None = None) -> tuple[str, tuple[SourceProblem, ...]]:
    """Decode `raw` and report a guess; raises `SourceError` (source.undecodable) if it isn't text."""
    found = decode(raw.body, declared or raw.charset)
    if found is None:
        raise failure(
            raw.source, "source.undecodable", "It holds binary data, not text.", "Save it as UTF-8 text, or remove it."
        )
    if found.guess is None:
        return found.text, ()
    message = f"Its text isn't UTF-8 and was read as {found.guess}, which is a guess: some letters may be wrong."
    return found.text, (problem(raw.source, "source.guessed-encoding", message, "Save it as UTF-8."),)


@lru_cache(maxsize=4096)
def host_of(url: str | None) -> str | None:
    """Give the host of an http(s) URL in lower case without a leading `www.`; None for anything else."""
    checked = web_url(url)
    return httpx.URL(checked).host.removeprefix("www.") if checked else None


@lru_cache(maxsize=4096)
def web_url(url: str | None) -> str | None:
    """Give `url` back, stripped, if it is an absolute http or https URL; None if it isn't."""
    try:
        parsed = httpx.URL((url or "").strip())
    except httpx.InvalidURL:
        return None
    return str(parsed) if parsed.scheme in ("http", "https") and parsed.host else None


def stated_url(raw: Raw, url: str | None, *, elsewhere: bool = False) -> str | None:
    """Give the address that a document states for itself, which readers may be sent to: on the open web, without a password.

    A fetched document may state one on its own host alone, unless `elsewhere` says that it may link to others.
    """
    checked = web_url(url)
    if raw.url and host_of(checked) == host_of(raw.url):
        return checked
    return checked if checked and _is_open(checked) and (elsewhere or not raw.url) else None


def _is_open(url: str) -> bool:
    """Tell whether a reader's browser would take `url` to the open web: not to a router, a printer or themselves."""
    parsed = httpx.URL(url)
    host = parsed.host.rstrip(".")
    try:
        return is_public(ip_address(host)) and not parsed.userinfo
    except ValueError:
        last = host.rpartition(".")[2]
        named = "." in host and not last[:1].isdigit() and last not in _PRIVATE
        return named and not parsed.userinfo


def iso_date(text: str | None) -> date | None:
    """Read the date at the start of `text` (`2024-03-05`, with or without a time); None if there is none."""
    try:
        return date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None


def title_or_name(stated: str | None, raw: Raw) -> str:
    """Give the title on one line of at most 300 characters, or what the source is called if it has none."""
    return title(stated or "", 300) or title(raw.name, 300) or "Untitled"


def author_or_none(author: str | None) -> str | None:
    """Give the author on one line of at most 200 characters; None when that leaves nothing."""
    return person(author or "", 200) or None


def utc_now() -> datetime:
    """Read the clock: aware, UTC."""
    return datetime.now(UTC)
