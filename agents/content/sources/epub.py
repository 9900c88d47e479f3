"""EPUB: the chapters of a book, in reading order (W3C EPUB 3.3; EPUB 2 has the same package file)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote
from xml.parsers.expat import ExpatError

from agents.content.sources.decoding import decode
from agents.content.sources.errors import failure
from agents.content.sources.markup import fragment_text
from agents.content.sources.model import Document, Parsed, Raw, author_or_none, iso_date, title_or_name
from agents.content.sources.tags import texts_of, walk
from agents.content.sources.zipped import Zipped

_CONTAINER = "META-INF/container.xml"
_RIGHTS = ("META-INF/rights.xml", "META-INF/encryption.xml")
_CHAPTER = 200
"""Characters under which a file of the book is a title page, or a list of contents."""
_BODY = re.compile(r"<body\b[^>]*>(.*)</body>", re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(r"<h[1-3]\b[^>]*>(.*?)</h[1-3]>", re.DOTALL | re.IGNORECASE)
_AGAIN = "Save it again, or save the chapter you need as a file."


class _Package(NamedTuple):
    """What the package file says: where each part lies, by id, and which are read in which order."""

    parts: Mapping[str, str]
    spine: tuple[str, ...]
    about: Mapping[str, str]


def read_epub(raw: Raw) -> Parsed:
    """Give a document for each chapter: its text, under the book's title and its own heading.

    Raises `SourceError`: source.unreadable (locked or broken), source.unsafe-xml, source.too-large, source.no-text.
    """
    zipped = Zipped(raw)
    try:
        place = _package_of(zipped)
        package = _read_package(zipped.xml(place), posixpath.dirname(place))
    except (ExpatError, KeyError) as error:
        message = f"It is no EPUB, or a broken one ({error})."
        raise failure(raw.source, "source.unreadable", message, _AGAIN) from error
    documents = tuple(_chapters(raw, zipped, package))
    if not documents:
        raise _empty(raw, zipped)
    return Parsed(documents=documents)


def _package_of(zipped: Zipped) -> str:
    """Where the first package file lies. Raises KeyError."""
    found: list[str] = []

    def begin(name: str, attributes: Mapping[str, str]) -> None:
        if name == "rootfile":
            found.append(attributes.get("full-path", ""))

    walk(zipped.xml(_CONTAINER) or b"<none/>", begin=begin, text=lambda _: None, end=lambda _: None)
    if not found or found[0] not in zipped.names:
        raise KeyError("no package file")
    return found[0]


def _read_package(body: bytes, folder: str) -> _Package:
    parts: dict[str, str] = {}
    spine: list[str] = []

    def begin(name: str, attributes: Mapping[str, str]) -> None:
        if name == "item" and "html" in attributes.get("media-type", ""):
            href = unquote(attributes.get("href", "").partition("#")[0])
            parts[attributes.get("id", "")] = posixpath.normpath(posixpath.join(folder, href))
        elif name == "itemref" and attributes.get("linear") != "no":
            spine.append(attributes.get("idref", ""))

    walk(body, begin=begin, text=lambda _: None, end=lambda _: None)
    return _Package(parts, tuple(spine), texts_of(body, "title", "creator", "date"))


def _chapters(raw: Raw, zipped: Zipped, package: _Package) -> Iterator[Document]:
    book = package.about.get("title", "")
    for part in dict.fromkeys(package.spine):
        found = decode(zipped.read(package.parts.get(part, "")))
        html = found.text if found else ""
        inside = _BODY.search(html)
        text = fragment_text(inside[1]) if inside else ""
        if len(text) < _CHAPTER:
            continue
        heading = _HEADING.search(html)
        chapter = fragment_text(heading[1]).replace("\n\n", " ") if heading else ""
        title = ": ".join(part for part in dict.fromkeys((book, chapter)) if part)
        yield Document(
            text=text.removeprefix(f"{chapter}\n\n") if chapter else text,
            title=title_or_name(title, raw),
            origin=raw.origin(),
            url=raw.url,
            author=author_or_none(package.about.get("creator")),
            published=iso_date(package.about.get("date")),
        )


def _empty(raw: Raw, zipped: Zipped) -> Exception:
    if zipped.names.intersection(_RIGHTS):
        fix = "Only its shop's own program opens it: type what you quote into a file of its own, and say where it is from."
        return failure(raw.source, "source.unreadable", "Its chapters are locked by a copy protection.", fix)
    return failure(raw.source, "source.no-text", "It holds pictures and no chapters of text.", _AGAIN)
