"""What a web page states about itself for machines: JSON-LD (schema.org) and the meta tags of journals.

Read before trafilatura's own finding, which misses JSON-LD inside CDATA, organisations as authors, and takes
"Roe, Jane" for two people; where nothing is stated, its finding stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from html import unescape
from itertools import islice
from typing import Any

from agents.content.sources.model import iso_date
from state.base import Frozen

_JSON_LD = "application/ld+json"
_WRAPPING = re.compile(r"^\s*(//\s*)?(<!\[CDATA\[|<!--)|(//\s*)?(\]\]>|-->)\s*$")
_META = re.compile(
    r"<meta\s[^>]{0,100}?name\s*=\s*[\"']?citation_author[\"']?\s[^>]{0,100}?content\s*=\s*(\"[^\"]{1,200}\"|'[^']{1,200}')",
    re.IGNORECASE,
)
_ARTICLES = re.compile(r"(Article|Posting|Report|WebPage|Review|Thesis|Chapter)$")
_SCRIPTS = 20
_NODES = 2000


class Stated(Frozen):
    """What was stated, None where nothing was."""

    author: str | None = None
    """Several with commas between them."""
    published: date | None = None
    free: bool | None = None
    """False: the publisher says that the whole text is for those who pay."""


def stated(html: str) -> Stated:
    """Read what a page states about its article; the most specific node that says something wins. Raises nothing."""
    nodes = list(_nodes(html))
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and "name" in node}
    articles = sorted((node for node in nodes if _is_article(node)), key=_is_web_page)
    authors = (", ".join(_names(node.get("author"), by_id)) for node in articles)
    dates = (iso_date(node.get("datePublished")) for node in articles if isinstance(node.get("datePublished"), str))
    free = (_truth(node.get("isAccessibleForFree")) for node in articles)
    return Stated(
        author=next((found for found in authors if found), None) or _citation(html),
        published=next((found for found in dates if found), None),
        free=next((found for found in free if found is not None), None),
    )


def from_prose(found: date, html: str, text: str, url: str | None) -> bool:
    """Tell whether a date that was found on a page stands only in its prose, where it is the date of something else."""
    if f"{found:%Y/%m/%d}" in (url or ""):
        return False
    year, month, day = f"{found:%Y}", f"0?{found.month}", f"0?{found.day}"
    orders = ((year, month, day), (day, month, year), (month, day, year))
    written = re.compile(rf"(?<!\d)({'|'.join('[-/.]'.join(order) for order in orders)})(?!\d)")
    told = len(written.findall(text))
    return told > 0 and len(written.findall(html)) == told


def _nodes(html: str) -> Iterator[Mapping[str, Any]]:
    """Give each object of the first scripts, the inner ones too; broken scripts are passed over."""
    waiting: list[Any] = []
    for script in islice(_scripts(html), _SCRIPTS):
        with suppress(ValueError, RecursionError):
            waiting.append(json.loads(_WRAPPING.sub("", script)))
    for _ in range(_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _scripts(html: str) -> Iterator[str]:
    """Give the text of each JSON-LD script that is closed. One pass, however many are left open."""
    at = html.find(_JSON_LD)
    while at >= 0:
        start = html.find(">", at) + 1
        end = html.find("</script", start)
        if not start or end < 0:
            return
        yield html[start:end]
        at = html.find(_JSON_LD, end)


def _is_article(node: Mapping[str, Any]) -> bool:
    return any(_ARTICLES.search(name) for name in _types(node))


def _is_web_page(node: Mapping[str, Any]) -> bool:
    return "WebPage" in _types(node)


def _types(node: Mapping[str, Any]) -> list[str]:
    kinds = node.get("@type")
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _names(author: object, by_id: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """List the names of an author: a name, an object with one, a reference to one, or a list of these."""
    if isinstance(author, list):
        return list(
            dict.fromkeys(name for one in author[:20] if not isinstance(one, list) for name in _names(one, by_id))
        )
    if isinstance(author, dict):
        known = author if "name" in author else by_id.get(str(author.get("@id")), {})
        author = known.get("name")
    if not isinstance(author, str) or re.match(r"\s*(https?:|www\.|$)", author):
        return []
    return [unescape(author).strip()]


def _citation(html: str) -> str | None:
    """Name the authors of a paper as its journal states them for Google Scholar, given names first."""
    names = (unescape(match[1][1:-1]).partition(",") for match in _META.finditer(html))
    return ", ".join(f"{given.strip()} {family.strip()}".strip() for family, _, given in names) or None


def _truth(value: object) -> bool | None:
    return {"true": True, "false": False}.get(str(value).strip().lower())
