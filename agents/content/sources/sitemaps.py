"""Sitemaps (sitemaps.org, version 0.9): the newest pages of a whole site."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from typing import NamedTuple
from xml.parsers import expat

import httpx
from pydantic import Field

from agents.content.sources.entries import declares_entities
from agents.content.sources.errors import FetchError, SourceError, failure
from agents.content.sources.fetch import Ask, Fetcher, Page
from agents.content.sources.inflate import BadEncoding, Inflater, TooLarge
from agents.content.sources.model import host_of, web_url
from agents.content.sources.pages import PageSource
from state.base import Frozen
from state.sources import Reading, SourceProblem

_NO_SITEMAP = "Give the address of a sitemap.xml, or list the pages you need under pages."
_NAMED_A_LINE = re.compile(rb"\s*https?://\S+\s*(\n|$)")


class SitemapLimits(Frozen):
    """How much of a site is read."""

    pages: int = Field(default=20, gt=0)
    """Pages read, the newest first."""
    maps: int = Field(default=10, gt=0)
    """Sitemaps read, those that an index names included."""
    addresses: int = Field(default=50_000, gt=0)
    """Looked at in one sitemap: the most that the protocol allows it to hold."""
    sent_bytes: int = Field(default=5_000_000, gt=0)
    """Of one sitemap; of a larger one the addresses in its first part count."""
    inflated_bytes: int = Field(default=20_000_000, gt=0)
    """Of one sitemap.xml.gz, likewise."""


class Listed(NamedTuple):
    """One address in a sitemap; `changed` is its lastmod as written (W3C date and time), which sorts as it stands."""

    url: str
    changed: str
    is_map: bool = False


class SitemapSource:
    """One site: a sitemap's address, or a site's own, whose robots.txt names its sitemaps."""

    def __init__(self, url: str, fetcher: Fetcher, limits: SitemapLimits | None = None) -> None:
        self._url = url
        self._fetcher = fetcher
        self._limits = limits or SitemapLimits()

    @property
    def name(self) -> str:
        """The URL, as the workspace gives it."""
        return self._url

    async def read(self) -> Reading:
        """Read the newest pages that the sitemaps list on their own host."""
        try:
            listed, problems = await self._listed(await self._maps())
        except SourceError as error:
            return Reading(problems=(error.problem,))
        own = {at.url: at for at in listed if host_of(at.url) == host_of(self._url)}
        newest = sorted(own.values(), key=lambda at: at.changed, reverse=True)[: self._limits.pages]
        if listed and not newest:
            message = f"All its {len(listed)} addresses are on other hosts than its own."
            return Reading(problems=(failure(self.name, "source.not-a-sitemap", message, _NO_SITEMAP).problem,))
        readings = await asyncio.gather(*(PageSource(at.url, self._fetcher).read() for at in newest))
        return Reading(
            snapshots=tuple(found for reading in readings for found in reading.snapshots),
            problems=(*problems, *(bad for reading in readings for bad in reading.problems)),
        )

    async def _maps(self) -> tuple[str, ...]:
        """Give the sitemap's address, or those that the robots.txt of a bare host names, or the usual place."""
        stated = web_url(self._url)
        if stated is None or httpx.URL(stated).path.strip("/"):
            return (self._url,)
        named = tuple(url for url in await self._fetcher.sitemaps(self._url) if web_url(url))
        return named or (str(httpx.URL(stated).copy_with(raw_path=b"/sitemap.xml", fragment=None)),)

    async def _listed(self, maps: Iterable[str]) -> tuple[list[Listed], list[SourceProblem]]:
        """Gather what the maps list, an index's newest maps included; raises the first problem if none can be read."""
        waiting, seen = [Listed(url, "", is_map=True) for url in maps], set[str]()
        pages: list[Listed] = []
        problems: list[SourceProblem] = []
        while waiting and len(seen) < self._limits.maps:
            batch = [at for at in waiting if at.url not in seen][: self._limits.maps - len(seen)]
            seen.update(at.url for at in batch)
            found: list[Listed] = []
            for answer in await asyncio.gather(*(self._one(at.url) for at in batch)):
                if isinstance(answer, SourceError):
                    problems.append(answer.problem)
                else:
                    found += answer
            pages += [at for at in found if not at.is_map]
            waiting = sorted((at for at in found if at.is_map), key=lambda at: at.changed, reverse=True)
        if problems and not pages:
            raise SourceError(problems[0])
        return pages, problems

    async def _one(self, url: str) -> list[Listed] | SourceError:
        try:
            page = await self._fetcher.fetch(url, Ask(cut_at=self._limits.sent_bytes))
            return await asyncio.to_thread(read_sitemap, self.name, page, self._limits)
        except FetchError as error:
            if error.problem.code != "source.not-found":
                return error
            message = f"There is no sitemap at {url}."
            return failure(self.name, "source.not-found", message, _NO_SITEMAP)
        except SourceError as error:
            return error


def read_sitemap(source: str, page: Page, limits: SitemapLimits) -> list[Listed]:
    """List what a sitemap or a sitemap index holds, in its order: XML, the same gzipped, or an address a line.

    Raises `SourceError`: source.unsafe-xml, source.not-a-sitemap, source.unreadable.
    """
    body = _inflated(source, page.body, limits.inflated_bytes)
    if _NAMED_A_LINE.match(body):
        lines = body[: limits.addresses * 2048].decode("utf-8", errors="replace").split()
        return [Listed(url, "") for url in lines[: limits.addresses] if web_url(url)]
    if declares_entities(body):
        message = "It declares XML entities, which sitemaps have no use for and attacks do."
        raise failure(source, "source.unsafe-xml", message, _NO_SITEMAP)
    return _Listing(limits.addresses).of(source, body)


def _inflated(source: str, body: bytes, limit: int) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    inflater = Inflater("gzip", limit)
    try:
        inflater.feed(body)
    except TooLarge as error:
        return inflater.body()[: error.limit]
    except BadEncoding as error:
        raise failure(source, "source.unreadable", f"It can't be unpacked: {error}.", _NO_SITEMAP) from error
    return inflater.body()


class _Enough(Exception):
    """As many addresses as we want are there."""


class _Listing:
    """Reads `<url>` and `<sitemap>` with their `<loc>` and `<lastmod>` as they stream by."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._listed: list[Listed] = []
        self._path: list[str] = []
        self._words: dict[str, str] = {}
        self._is_sitemap = False

    def of(self, source: str, body: bytes) -> list[Listed]:
        """Give what is listed before the XML breaks, if it does."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        broken = None
        try:
            parser.Parse(body.lstrip(), True)
        except _Enough:
            pass
        except (expat.ExpatError, LookupError, ValueError) as error:
            broken = error
        if not self._is_sitemap:
            fix = "If it is an RSS or Atom feed, list it under feeds; a web page goes under pages."
            raise failure(source, "source.not-a-sitemap", "It isn't a sitemap.", fix)
        if broken and not self._listed:
            raise failure(source, "source.unreadable", f"The sitemap is cut short or broken ({broken}).", _NO_SITEMAP)
        return self._listed

    def _start(self, tag: str, _attributes: object) -> None:
        local = tag.rpartition(" ")[2]
        if not self._path:
            self._is_sitemap = local in ("urlset", "sitemapindex")
        self._path.append(local)
        if len(self._path) == 2:
            self._words = {}

    def _text(self, text: str) -> None:
        if len(self._path) == 3 and self._path[2] in ("loc", "lastmod"):
            self._words[self._path[2]] = (self._words.get(self._path[2], "") + text)[:2048]

    def _end(self, _tag: str) -> None:
        local = self._path.pop()
        url = web_url(self._words.get("loc"))
        if len(self._path) == 1 and local in ("url", "sitemap") and url:
            self._listed.append(Listed(url, self._words.get("lastmod", "").strip(), local == "sitemap"))
            if len(self._listed) >= self._most:
                raise _Enough
