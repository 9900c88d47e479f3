"""HTML: the main text of a page, the paragraphs of a fragment, the feeds a page names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Protocol
from urllib.parse import urljoin

from trafilatura import bare_extraction, load_html
from trafilatura.settings import Document as Extracted

from agents.content.sources.errors import SourceError, failure, problem
from agents.content.sources.model import (
    Document,
    Parsed,
    Raw,
    author_or_none,
    decoded,
    iso_date,
    stated_url,
    title_or_name,
)
from agents.content.sources.refusals import BY_HAND
from agents.content.sources.stated import from_prose, stated
from agents.content.sources.text import clean_line, join_paragraphs, split_paragraphs
from agents.content.sources.walls import SAID, TOO_LITTLE, breaks_off, is_wall, wall_shown
from state.sources import SourceProblem

_META_CHARSET = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DROPPED = frozenset({"script", "style", "template", "noscript", "iframe", "svg", "pre", "table"})
_DROPPED_IN_FEEDS = _DROPPED - {"table"}
# fmt: off
_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "hi", "i", "ins",
    "kbd", "mark", "q", "ref", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u",
    "var", "wbr",
})
# fmt: on
_FEED_TYPES = ("application/atom+xml", "application/rss+xml")
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’»)]*\s*$")


class Node(Protocol):
    """The little of an lxml element that is used here. `tag` is no string in comments and the like."""

    tag: object
    text: str | None
    tail: str | None

    def __iter__(self) -> Iterator[Node]: ...

    def clear(self, keep_tail: bool = False) -> None: ...


def read_html(raw: Raw) -> Parsed:
    """Read a page's main text and what it says about itself; tables and code blocks are dropped.

    Raises `SourceError`: source.undecodable, or source.too-little-text under `TOO_LITTLE` characters and where the text is a
    wall's own words. A text that a paywall seems to cut off comes with the problem source.cut-short.
    """
    html, problems = decoded(raw, _meta_charset(raw))
    found = _extract(html, raw.url)
    title = clean_line(found.title or "") if found else ""
    text = _main_text(found, title)
    if found is None or len(text) < TOO_LITTLE or is_wall(text):
        raise _unread(raw, html, text)
    about = stated(html)
    url = stated_url(raw, found.url) or raw.url
    document = Document(
        text=text,
        title=title_or_name(title, raw),
        origin=raw.origin(url=url),
        url=url,
        author=author_or_none(about.author or found.author),
        published=about.published or _published(found, html, text, url),
    )
    if breaks_off(html, text, about.free):
        problems = (*problems, _cut_short(raw, text))
    return Parsed(documents=(document,), problems=problems)


def _main_text(found: Extracted | None, title: str) -> str:
    """Join the main text's paragraphs, without the title that opens it."""
    parts = _Paragraphs(newline_breaks=True).of(found.body) if found else []
    paragraphs = [line for line in map(clean_line, parts) if line]
    return join_paragraphs(paragraphs[1:] if paragraphs[:1] == [title] else paragraphs)


def _published(found: Extracted, html: str, text: str, url: str | None) -> date | None:
    day = iso_date(found.date)
    return None if day and from_prose(day, html, text, url) else day


def _unread(raw: Raw, html: str, text: str) -> SourceError:
    """Say which wall the page shows instead of an article."""
    wall = wall_shown(text if is_wall(text) else html)
    why = SAID[wall] if wall else "a paywall or cookie wall?"
    message = f"Only {len(text)} characters of main text on the page: {why}{'.' if wall else ''}"
    return failure(raw.source, "source.too-little-text", message, BY_HAND)


def _cut_short(raw: Raw, text: str) -> SourceProblem:
    message = f"It seems to break off at a paywall: {len(text)} characters were read, and the rest is for subscribers."
    return problem(raw.source, "source.cut-short", message, BY_HAND)


def fragment_text(html: str) -> str:
    """Turn a piece of HTML into normalised text. Feeds lay text out in tables, so cells count as paragraphs."""
    tree = load_html(f"<html><body><div>{html}</div></body></html>")
    return join_paragraphs(_Paragraphs(dropped=_DROPPED_IN_FEEDS).of(tree)) if tree is not None else ""


def feed_links(raw: Raw) -> tuple[str, ...]:
    """List the feeds that a page names in `<link rel="alternate">`, as absolute URLs where its own is known."""
    tree = load_html(decoded(raw, _meta_charset(raw))[0])
    if tree is None:
        return ()
    links = (link for link in tree.iter("link") if link.get("rel", "").lower() == "alternate")
    found = (link.get("href", "") for link in links if link.get("type", "").lower() in _FEED_TYPES)
    return tuple(urljoin(raw.url or "", href.strip()) for href in found if href)


def looks_like_html(raw: Raw) -> bool:
    """Tell an HTML page from a feed by how it starts."""
    return re.search(rb"<(!doctype\s+html|html)\b", raw.body[:2000], re.IGNORECASE) is not None


def _extract(html: str, url: str | None) -> Extracted | None:
    """Let trafilatura find the main text. Guessing a date from the prose is off: a wrong date is worse than none."""
    tree = load_html(_XML_DECLARATION.sub("", html))
    if tree is None:
        return None
    _tidy(tree)
    found = bare_extraction(
        tree,
        url=url,
        include_comments=False,
        include_tables=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    return found if isinstance(found, Extracted) else None


def _tidy(tree: Node) -> None:
    """Collapse white space in prose and empty code blocks, so that a line end in the result is trafilatura's own."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node.tag == "pre":
            node.clear(keep_tail=True)
        elif node.tag not in ("script", "style") and node.text:
            node.text = _collapse(node.text)
        if node.tail:
            node.tail = _collapse(node.tail)
        waiting.extend(node)


def _collapse(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _meta_charset(raw: Raw) -> str | None:
    """Find the charset a page declares in its first 2048 bytes, unless HTTP has said already."""
    match = None if raw.charset else _META_CHARSET.search(raw.body[:2048])
    return match[1].decode("ascii", errors="ignore") if match else None


class _Paragraphs:
    """Walks a tree of HTML, or of the near-TEI that trafilatura makes of it, and gathers paragraphs."""

    def __init__(self, *, dropped: frozenset[str] = _DROPPED, newline_breaks: bool = False) -> None:
        self._dropped = dropped
        self._newline_breaks = newline_breaks
        self._done: list[str] = []
        self._open: list[str] = []

    def of(self, tree: Node) -> list[str]:
        """Give the paragraphs below `tree`, uncleaned. Depth is safe: libxml2 stops at 256 levels."""
        self._walk(tree)
        self._close()
        return self._done

    def _walk(self, node: Node) -> None:
        tag = node.tag if isinstance(node.tag, str) else ""
        if tag in ("br", "lb"):
            self._line_break()
        elif tag in _INLINE:
            self._inside(node)
        elif tag and tag not in self._dropped:
            self._close()
            self._inside(node)
            self._close()
        elif tag in ("pre", "table"):
            self._close()
        self._say(node.tail)

    def _inside(self, node: Node) -> None:
        self._say(node.text)
        for child in node:
            self._walk(child)

    def _say(self, text: str | None) -> None:
        if text:
            self._open.append(text.replace("\n", "\n\n") if self._newline_breaks else _collapse(text))

    def _line_break(self) -> None:
        """End the paragraph at a line break after a sentence, or at a second one; else it was only wrapping."""
        so_far = "".join(self._open[-2:])
        self._open.append("\n\n" if so_far.endswith("\n") or _SENTENCE_END.search(so_far) else "\n")

    def _close(self) -> None:
        self._done.extend(split_paragraphs("".join(self._open)))
        self._open.clear()
