"""Bytes to documents: which format they are in, and the one reader of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from agents.content.sources.docx import read_docx
from agents.content.sources.entries import read_feed
from agents.content.sources.epub import read_epub
from agents.content.sources.errors import SourceError, failure
from agents.content.sources.markdown import read_markdown, read_text
from agents.content.sources.markup import looks_like_html, read_html
from agents.content.sources.model import Parsed, Raw, Reader
from agents.content.sources.pdf import read_pdf

Format = Literal["docx", "epub", "feed", "html", "markdown", "pdf", "text"]

SUFFIXES: Mapping[str, Format] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".epub": "epub",
    ".xml": "feed",
    ".atom": "feed",
    ".rss": "feed",
}
"""The files we read, by suffix in lower case."""

_MEDIA_TYPES: Mapping[str, Format] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/epub+zip": "epub",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "application/atom+xml": "feed",
    "application/rss+xml": "feed",
    "application/rdf+xml": "feed",
}
_UNTOLD = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream"})
"""Media types that servers send when they don't know better."""

_READERS: Mapping[Format, Reader] = {
    "docx": read_docx,
    "epub": read_epub,
    "feed": read_feed,
    "html": read_html,
    "markdown": read_markdown,
    "pdf": read_pdf,
    "text": read_text,
}


def read_documents(raw: Raw) -> Parsed:
    """Read whatever `raw` holds; see `read_as`. Raises `SourceError` (source.unknown-format too)."""
    return read_as(format_of(raw), raw)


def read_as(form: Format, raw: Raw) -> Parsed:
    """Read `raw` as one format. Takes CPU time: call it in a thread.

    Raises `SourceError` and nothing else. Parsers that are given a stranger's bytes can fail in ways of their own
    (RecursionError, KeyError): here that is a problem of the bytes.
    """
    try:
        return _READERS[form](raw)
    except SourceError:
        raise
    except Exception as error:
        message = f"Its {form} is broken in a way that can't be read ({type(error).__name__}: {error})."
        raise failure(raw.source, "source.unreadable", message, "Save it again, or save its text as a file.") from error


def format_of(raw: Raw) -> Format:
    """Tell the format: a file's by its suffix, a page's by media type and first bytes.

    Raises `SourceError` (source.unknown-format).
    """
    suffix = f".{raw.name.rpartition('.')[2].lower()}" if "." in raw.name else ""
    if raw.path is not None:
        found = SUFFIXES.get(suffix)
    elif raw.body.startswith(b"%PDF-"):
        found = "pdf"
    elif raw.media_type.endswith("/xml"):
        found = "html" if looks_like_html(raw) else "feed"
    elif raw.media_type in _UNTOLD:
        found = _by_look(raw, suffix)
    else:
        found = _MEDIA_TYPES.get(raw.media_type)
    if found is None:
        message = f"Its format ({raw.media_type or suffix or 'no suffix'}) isn't one we read."
        fix = f"Save it as one of {', '.join(SUFFIXES)}."
        raise failure(raw.source, "source.unknown-format", message, fix)
    return found


def _by_look(raw: Raw, suffix: str) -> Format:
    start = raw.body[:200].lstrip()
    if raw.body.startswith(b"PK\x03\x04") and SUFFIXES.get(suffix) in ("docx", "epub"):
        return SUFFIXES[suffix]
    if raw.media_type != "text/plain" and (looks_like_html(raw) or start.startswith((b"<?xml", b"<rss", b"<feed"))):
        return "html" if looks_like_html(raw) else "feed"
    return "markdown" if SUFFIXES.get(suffix) == "markdown" else "text"
