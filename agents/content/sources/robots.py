"""robots.txt (RFC 9309): what a site lets us read, how fast, and where its sitemaps are.

Written here because `urllib.robotparser` (Python 3.11) takes the first rule that matches instead of the longest, and
knows neither `*` nor `$`: it refuses what a site allows, and the other way round.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from urllib.parse import quote

import httpx

from agents.content.sources.errors import FetchError, problem
from state.base import Frozen

PRODUCT = "content-flywheel"
"""The product token that a site's robots.txt may name."""
MAX_BYTES = 512_000
"""What is read of a robots.txt; the rest is ignored (RFC 9309, section 2.5: at least 500 KiB)."""

_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT = "%/?:@!$&'()*+,;=[]~-._#"


class Rules(Frozen):
    """What one robots.txt says to us. Without rules everything is open."""

    rules: tuple[tuple[bool, str], ...] = ()
    """(allowed, pattern), with the pattern's escapes settled."""
    delay: float = 0
    """Seconds between two requests: Crawl-delay, which is no part of RFC 9309 but widely meant."""
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: httpx.URL) -> bool:
        """Tell whether `url` may be fetched: the longest matching rule decides, and allow wins a draw (section 2.2.2)."""
        path = _settled(url.raw_path.decode("ascii", errors="replace"))
        if path == "/robots.txt":
            return True
        return max(((len(rule), yes) for yes, rule in self.rules if _matches(rule, path)), default=(0, True))[1]


def parse_robots(text: str, product: str = PRODUCT) -> Rules:
    """Read a robots.txt for `product`: the groups that name it, or else those for `*` (section 2.2.1)."""
    groups = defaultdict[str, list[tuple[bool, str]]](list)
    delays: dict[str, float] = {}
    sitemaps: list[str] = []
    agents: list[str] = []
    open_group = False
    for key, value in _lines(text):
        if key == "user-agent":
            agents = [*(agents if open_group else ()), value.partition("/")[0].strip().lower()]
            open_group = True
            groups[agents[-1]] += ()
        elif key in ("allow", "disallow"):
            open_group = False
            for agent in agents if value else ():
                groups[agent].append((key == "allow", _settled(value)))
        elif key == "crawl-delay" and re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value):
            delays |= dict.fromkeys(agents, float(value))
        elif key == "sitemap":
            sitemaps.append(value)
    mine = product.lower() if product.lower() in groups else "*"
    return Rules(rules=tuple(groups[mine]), delay=delays.get(mine, 0), sitemaps=tuple(sitemaps))


class Robots:
    """The rules of every host met in one run, each fetched once."""

    def __init__(self, get: Callable[[httpx.URL], Awaitable[bytes]]) -> None:
        """Take what fetches a robots.txt: at most `MAX_BYTES`, after redirects; it raises `FetchError`."""
        self._get = get
        self._known: dict[str, Rules | FetchError] = {}
        self._locks = defaultdict[str, asyncio.Lock](asyncio.Lock)

    async def rules(self, source: str, url: httpx.URL) -> Rules:
        """Give the rules of the host of `url`; raises `FetchError` in the name of `source` if they can't be told."""
        place = str(url.copy_with(raw_path=b"/robots.txt", fragment=None))
        async with self._locks[place]:
            if place not in self._known:
                self._known[place] = await self._ask(httpx.URL(place))
        found = self._known[place]
        if isinstance(found, FetchError):
            raise FetchError(found.problem.model_copy(update={"source": source})) from found
        return found

    async def check(self, source: str, url: httpx.URL) -> Rules:
        """Give the rules that let us fetch `url`; raises `FetchError` (source.robots) if they don't."""
        rules = await self.rules(source, url)
        if not rules.allows(url):
            message = f"{url.host} asks programs not to read this address (robots.txt)."
            fix = "Open it in a browser and save the article as a file in a sources folder, or take it out."
            raise FetchError(problem(source, "source.robots", message, fix))
        return rules

    async def _ask(self, place: httpx.URL) -> Rules | FetchError:
        """Fetch and read one. A 4xx, too many redirects or a body nobody can read: no rules (section 2.3.1.3).

        A 5xx, a 429 and a connection that fails: nothing may be read (section 2.3.1.4).
        """
        try:
            return parse_robots((await self._get(place)).decode("utf-8", errors="replace"))
        except FetchError as error:
            if error.status in range(400, 500) and error.status != 429:
                return Rules()
            if error.problem.code in ("source.too-many-redirects", "source.unreadable", "source.bad-url"):
                return Rules()
            return _unknown(place, error) if error.status else error


def _unknown(place: httpx.URL, error: FetchError) -> FetchError:
    message = f"What {place.host} lets programs read can't be told: its robots.txt answered {error.status}."
    return FetchError(problem(str(place), "source.robots", message, "Try again later."))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Give (key in lower case, value) of each line that has both a key and a colon; comments go."""
    for line in text.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _settled(path: str) -> str:
    """Write a path or pattern in one way: characters beyond ASCII escaped, unreserved ones not, escapes in capitals."""

    def escape(match: re.Match[str]) -> str:
        char = chr(int(match[0][1:], 16))
        return char if char in _UNRESERVED else match[0].upper()

    return _ESCAPE.sub(escape, quote(path, safe=_KEPT))


def _matches(pattern: str, path: str) -> bool:
    """Match from the path's start; `*` is any characters, `$` at the end is the path's end. Linear, however many `*`."""
    anchored = pattern.endswith("$")
    first, *rest = (pattern[:-1] if anchored else pattern).split("*")
    if not path.startswith(first):
        return False
    if not rest:
        return not anchored or path == first
    at = _after(path, rest[:-1], len(first))
    if at is None:
        return False
    return path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= at if anchored else path.find(rest[-1], at) >= 0


def _after(path: str, parts: Iterable[str], at: int) -> int | None:
    """Find `parts` one after the other from `at` on; give the place behind the last, None if one is missing."""
    for part in parts:
        found = path.find(part, at)
        if found < 0:
            return None
        at = found + len(part)
    return at
