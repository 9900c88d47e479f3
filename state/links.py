"""Links to offers: the code and the UTM tags of each piece, channel, offer and variant, and what a shop is told of a click."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from state.offers import Offer

CODE = re.compile(r"[a-z2-7]{10}")
_REDIRECT = "/r/"


class Placed(Protocol):
    """An insertion, as far as its link goes."""

    @property
    def offer(self) -> str: ...
    @property
    def variant(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def landing(self) -> str:
        """Where a redirect leads; empty for a link that leads to the offer itself."""
        ...


def code_of(piece: str, channel: str, offer: str, variant: str = "") -> str:
    """Ten letters and digits that stand for the four, the same ones each time.

    50 bits of a sha256: among 100,000 links, two share a code with a chance of 1 in 225,000, and the ledger refuses the second.
    """
    key = json.dumps([piece, channel, offer, variant])
    return base64.b32encode(hashlib.sha256(key.encode()).digest()).decode()[:10].lower()


def tracked_url(offer: Offer, piece: str, channel: str, base: str = "", variant: str = "") -> str:
    """The offer's link on one channel of one piece: a redirect below `base`, or, without one, its own address with UTM tags."""
    if base:
        return f"{base}{_REDIRECT}{code_of(piece, channel, offer.id, variant)}"
    return landing_url(offer, piece, channel, variant)


def landing_url(offer: Offer, piece: str, channel: str, variant: str = "") -> str:
    """The offer's URL with UTM tags (Google's `utm_` convention); tags that it already has are replaced.

    Brackets are percent-encoded, so that the URL can stand in a Markdown link.
    """
    parts = urlsplit(offer.url)
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not k.startswith("utm_")]
    path, fragment = (p.replace("(", "%28").replace(")", "%29") for p in (parts.path, parts.fragment))
    content = f"{offer.id}.{variant}" if variant else offer.id
    query += [("utm_source", channel), ("utm_medium", "content"), ("utm_campaign", piece), ("utm_content", content)]
    return urlunsplit(parts._replace(path=path, query=urlencode(query), fragment=fragment))


def tracked_for(url: str, channel: str) -> str:
    """A landing URL of one channel as it is for another: `landing_url` of the same offer, piece and variant."""
    parts = urlsplit(url)
    query = [(k, channel if k == "utm_source" else v) for k, v in parse_qsl(parts.query, keep_blank_values=True)]
    return urlunsplit(parts._replace(query=urlencode(query)))


def link_on(placed: Placed, piece: str, channel: str) -> str:
    """The link of an insertion as it is on one channel. Its base is the one that it was placed with, whatever the settings say by now."""
    if not placed.landing:
        return tracked_for(placed.url, channel)
    base = placed.url.rpartition(_REDIRECT)[0]
    return f"{base}{_REDIRECT}{code_of(piece, channel, placed.offer, placed.variant)}"


def is_redirect(url: str, base: str) -> bool:
    """Whether `url` lies where the redirects below `base` do, whatever its code."""
    try:
        here, there = urlsplit(url), urlsplit(base + _REDIRECT)
    except ValueError:
        return False
    return bool(base) and here.hostname == there.hostname and here.path.startswith(there.path)


def new_click() -> str:
    """The id of a new click: 64 random bits, hex. A shop is handed it as a `ClickRef`."""
    return secrets.token_hex(8)
