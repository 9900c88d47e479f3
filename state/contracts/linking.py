"""Where a text may lead: evidence, the author's own hosts, and what the caller allows beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from state.markup import domains, links, normal_url
from state.settings import Identity

if TYPE_CHECKING:
    from state.contracts.draft import Citation


def own_hosts(identity: Identity) -> frozenset[str]:
    """Hosts in lower case: the site's, and `domains`."""
    site = _split(identity.url)
    named = (site.hostname if site else None, *(d.casefold() for d in identity.domains))
    return frozenset(host for host in named if host)


def strange_links(
    text: str, citations: Iterable[Citation], identity: Identity, allowed: Collection[str] = ()
) -> tuple[str, ...]:
    """Links in `text` that are neither a citation's, nor on the author's hosts, nor allowed."""
    known = {normal_url(url) for url in (*(c.url for c in citations if c.url), *allowed)}
    hosts = own_hosts(identity)
    return tuple(url for url in links(text) if normal_url(url) not in known and not _is_on(url, hosts))


def strange_domains(text: str, citations: Iterable[Citation], identity: Identity) -> tuple[str, ...]:
    """Domains named in `text` without a scheme that are neither the author's nor where a citation comes from."""
    cited = tuple(citations)
    pages = {c.url.partition("://")[2].rstrip("/") for c in cited if c.url}
    hosts = {s.hostname for c in cited if c.url and (s := _split(c.url))} | {c.origin for c in cited}
    own = own_hosts(identity)
    return tuple(
        d
        for d in domains(text)
        if d.rstrip("/") not in pages | hosts and not _is_on(f"https://{d.rpartition('@')[2]}", own)
    )


def same_page(url: str, other: str) -> bool:
    """Whether both lead to one host and path; the query and the fragment don't count."""
    here, there = _split(url), _split(other)
    if here is None or there is None:
        return False
    return (here.hostname, _path(here)) == (there.hostname, _path(there))


def _path(parts: SplitResult) -> str:
    return parts.path.rstrip("/").replace("(", "%28").replace(")", "%29")


def _is_on(url: str, hosts: Collection[str]) -> bool:
    """Whether a browser would take `url` to one of `hosts`. One with a backslash or a user name is refused: parsers disagree on them."""
    parts = _split(url)
    if parts is None or parts.scheme.lower() not in ("http", "https") or "\\" in url or "%5c" in url.lower():
        return False
    return parts.hostname in hosts and "@" not in parts.netloc


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
