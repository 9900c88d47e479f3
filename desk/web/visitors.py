"""Who follows a link: whether it is a program, and whether it is one visitor again, without knowing who.

Of an address and a browser's name nothing is kept but a hash of both, keyed with a salt that is random and new each UTC day. The salt
lies in a file for its day, so that a restart doesn't make one visitor two, and is written over at the day's end: from then on nobody
can tell which hash was whose, or that two of different days were one person's.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv6Address
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

PER_VISITOR, PER_ADDRESS = 20, 120
"""Clicks in a minute from which a flood isn't believed to be people: an office shares an address, but not its browsers."""
_REMEMBERED = 50_000
"""Visitors and addresses of a minute."""
_BOTS = re.compile(
    r"(?<!cu)bot(?:\b|_)|crawl|spider|slurp|archiver|scrap|fetch|preview|embed|cardyb|monitor|uptime|pingdom|validator|headless|phantomjs"
    r"|facebookexternalhit|facebookcatalog|meta-external|whatsapp/|iframely|snap url|skypeuri|vkshare|tumblr/|flipboard|nuzzel|embedly"
    r"|mastodon|pleroma|akkoma|misskey|friendica|lemmy|gotosocial|peertube|pixelfed|google-|googleimageproxy|mediapartners|lighthouse"
    r"|safelinks|proofpoint|mimecast|barracuda|virustotal|symantec|scanner|checker"
    r"|curl|wget|python|aiohttp|httpx|go-http|okhttp|java/|apache-http|libwww|http\.rb|ruby|node-fetch|undici|axios|guzzle|php/|dart/|winhttp|\bperl",
    re.IGNORECASE,
)
"""Programs by what they call themselves: crawlers, what draws a link's card in a feed, mail scanners, and libraries."""


@lru_cache(maxsize=4096)
def is_program(agent: bytes) -> bool:
    """Whether a user agent is no browser's. One that doesn't say what it is counts as a program: browsers do."""
    return not agent.strip() or _BOTS.search(agent.decode("latin-1")) is not None


@lru_cache(maxsize=4096)
def host_of(referrer: bytes) -> str:
    """The host of a referrer; empty where there is none."""
    try:
        return (urlsplit(referrer.decode("latin-1")).hostname or "")[:253]
    except ValueError:
        return ""


class Salt:
    """What is mixed into the visitors' hashes today."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._day: date | None = None
        self._key = b""
        self._kept = False
        """Whether the file holds it."""

    def load(self, today: date) -> None:
        """Take up today's, if a process before this one left it. Blocks; raises OSError."""
        try:
            day, key = self._path.read_text(encoding="ascii").split()
            known = (date.fromisoformat(day), bytes.fromhex(key))
        except (FileNotFoundError, ValueError):
            return
        if known[0] == today:
            self._day, self._key = known
            self._kept = True

    def of(self, today: date) -> bytes:
        """A new one at each change of the date, backwards too: what was forgotten stays forgotten."""
        if today != self._day:
            self._day, self._key, self._kept = today, secrets.token_bytes(16), False
        return self._key

    def keep(self, today: date) -> None:
        """Write it over the one of another day. Blocks; raises OSError."""
        self.of(today)
        if self._kept:
            return
        day, key = self._day, self._key
        new = self._path.with_suffix(".new")
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        new.write_text(f"{day} {key.hex()}\n", encoding="ascii")
        new.replace(self._path)
        self._kept = (day, key) == (self._day, self._key)


def hashed(salt: bytes, *parts: bytes) -> str:
    """64 bits."""
    return blake2b(b"\0".join(parts), key=salt, digest_size=8).hexdigest()


def household(address: str) -> str:
    """The address, or of IPv6 the /64 that one subscriber is given whole. A socket for both writes IPv4 as `::ffff:192.0.2.1`."""
    if ":" not in address:
        return address
    try:
        whole = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(whole.ipv4_mapped or whole.exploded[:19])


class Floods:
    """Counts hashes for a minute of a clock that nobody sets, then forgets them."""

    def __init__(self) -> None:
        self._minute = 0
        self._seen = Counter[str]()

    def is_one(self, visitor: str, address: str) -> bool:
        """Whether this click is one too many of a visitor's or an address's."""
        minute = int(monotonic() // 60)
        if minute != self._minute or len(self._seen) > _REMEMBERED:
            self._minute = minute
            self._seen.clear()
        self._seen[visitor] += 1
        self._seen[address] += 1
        return self._seen[visitor] > PER_VISITOR or self._seen[address] > PER_ADDRESS
