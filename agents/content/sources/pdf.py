"""PDF: lines as they are laid out, put back together as paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from io import BytesIO
from itertools import zip_longest

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from agents.content.sources.errors import SourceError, failure
from agents.content.sources.model import Document, Parsed, Raw, author_or_none, stated_url, title_or_name
from agents.content.sources.text import join_paragraphs

_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")
_NOTICE = re.compile(r"©|copyright|all rights reserved|https?://|www\.|\bdoi\b", re.IGNORECASE)
_NUMBER = frozenset({"#"})
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’»)]*$")


def read_pdf(raw: Raw) -> Parsed:
    """Read the text of a PDF; title and author come from its metadata, its URL too where its keywords are one.

    Raises `SourceError`: source.unreadable (locked or broken), or source.no-text when it holds only images.
    """
    try:
        reader = PdfReader(BytesIO(raw.body))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _locked(raw)
        pages = [page.extract_text().splitlines() for page in reader.pages]
        about = reader.metadata
        title, author, url = (
            (about.title, about.author, stated_url(raw, about.keywords)) if about else (None, None, None)
        )
    except PyPdfError as error:
        message = f"The PDF is cut short or broken ({error})."
        raise failure(
            raw.source, "source.unreadable", message, "Download it again, or save its text as a file."
        ) from error
    text = join_paragraphs(paragraphs_of(_without_furniture(pages)))
    if not text:
        message = f"Its {len(pages)} pages hold images and no text: a scan?"
        fix = "Run text recognition on it (for example `ocrmypdf in.pdf out.pdf`) and put the result in its place."
        raise failure(raw.source, "source.no-text", message, fix)
    document = Document(
        text=text,
        title=title_or_name(title, raw),
        origin=raw.origin(url=url),
        url=raw.url or url,
        author=author_or_none(author),
    )
    return Parsed(documents=(document,))


def paragraphs_of(lines: Sequence[str]) -> list[str]:
    """Join laid-out lines to paragraphs, and words that a hyphen splits at a line's end.

    A paragraph ends at a blank line, after a sentence that stops short of the column, and after a line so short (under
    60 % of the column) that it is a heading, if a capital or a digit follows.
    """
    widths = sorted(len(line.strip()) for line in lines if line.strip())
    column = widths[len(widths) * 9 // 10] if widths else 0
    done: list[str] = []
    current = ""
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        current = _joined(current, line.strip())
        if _ends(line.strip(), following.strip(), column):
            done.append(current)
            current = ""
    return [paragraph for paragraph in done if paragraph]


def _ends(line: str, following: str, column: int) -> bool:
    if not line or not following:
        return True
    if _SENTENCE_END.search(line):
        return len(line) < 0.85 * column
    return len(line) < 0.6 * column and not (following[0].islower() or _HYPHENATED.search(line))


def _joined(before: str, line: str) -> str:
    if not before:
        return line
    if _HYPHENATED.search(before) and line[:1].islower():
        return before[:-1] + line
    return f"{before} {line}"


def _without_furniture(pages: Sequence[Sequence[str]]) -> list[str]:
    """Drop page numbers, and first and last lines that half of the pages (2 or more) share but for their digits.

    What is left of two pages is joined without a blank line, so that a sentence goes on across the break.
    """
    filled = [_without_edges(page, _NUMBER) for page in pages]
    edges = Counter(_shape(page[at]) for page in filled if page for at in {0, len(page) - 1} if not _is_prose(page[at]))
    common = {shape for shape, count in edges.items() if count >= max(2, len(pages) / 2)}
    return [line for page in filled for line in _without_edges(_without_edges(page, common), _NUMBER)]


def _without_edges(page: Sequence[str], common: Set[str]) -> Sequence[str]:
    """Take the blank lines off a page's two ends, and one line of a `common` shape that is there then."""
    page = _trimmed(page)
    start = 1 if page and _shape(page[0]) in common else 0
    end = len(page) - 1 if len(page) > start and _shape(page[-1]) in common else len(page)
    return _trimmed(page[start:end])


def _trimmed(page: Sequence[str]) -> Sequence[str]:
    filled = [at for at, line in enumerate(page) if line.strip()]
    return page[filled[0] : filled[-1] + 1] if filled else ()


def _is_prose(line: str) -> bool:
    """Tell a line that ends a sentence, which two pages may share by chance, from a running head or a notice."""
    return len(line) > 40 and bool(_SENTENCE_END.search(line.strip())) and not _NOTICE.search(line)


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def _locked(raw: Raw) -> SourceError:
    fix = "Save a copy without a password (`qpdf --decrypt --password=... in.pdf out.pdf`) in its place."
    return failure(raw.source, "source.unreadable", "The PDF is locked with a password.", fix)
