"""Word documents and books: what is read of them, and what they may not do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from agents.content.sources import Fetcher, PageSource
from agents.content.sources.documents import read_documents
from agents.content.sources.errors import SourceError
from agents.content.sources.model import Document, Raw
from agents.content.sources.zipped import Zipped
from state.sources import SourceProblem
from tests.support.books import docx, epub, paragraph, zipped
from tests.support.web import Web

WORDS = "The harbour froze in the winter of 1929 and nobody could take the boats out for eleven weeks. " * 4


def read(path: str, body: bytes) -> tuple[Document, ...]:
    return read_documents(Raw(source=path, path=path, body=body)).documents


def refused(path: str, body: bytes) -> SourceProblem:
    with pytest.raises(SourceError) as caught:
        read(path, body)
    return caught.value.problem


def test_a_word_document_gives_its_paragraphs() -> None:
    """Runs are joined, the heading is the title and leaves the text, and its properties give author and date."""
    (found,) = read(
        "a.docx", docx(paragraph("The frozen| harbour", "Heading1"), "It fr|oze in 1929.", "", "It thawed.")
    )
    assert (found.title, found.text) == ("The frozen harbour", "It froze in 1929.\n\nIt thawed.")
    assert (found.author, found.published, found.origin) == ("Jane Roe", date(2024, 3, 5), "file:a.docx")


def test_a_word_document_without_a_heading_has_its_own_title() -> None:
    """The title of its properties stands in, and after that the file's name."""
    assert read("a.docx", docx("Text.", title="Of its own"))[0].title == "Of its own"
    assert read("a.docx", docx("Text."))[0].title == "a.docx"


def test_what_was_deleted_isnt_read() -> None:
    """Deleted words, tables, codes of fields and the second telling of a text box are left out; tabs and breaks are spaces."""
    body = (
        "<w:p><w:r><w:t>One</w:t><w:tab/><w:t>two</w:t><w:br/><w:t>three</w:t></w:r>"
        "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
    )
    table = f"<w:tbl><w:tr><w:tc>{paragraph('cell')}</w:tc></w:tr></w:tbl>"
    box = f"<w:p><w:r><w:t>Around.</w:t><w:txbxContent>{paragraph('Boxed.')}</w:txbxContent></w:r></w:p>"
    twice = f"<w:p><w:Fallback>{paragraph('Boxed.')}</w:Fallback></w:p>"
    (found,) = read("a.docx", docx(body, table, box, twice))
    assert found.text.split("\n\n") == ["One two three", "Boxed.", "Around."]


def test_a_book_gives_a_document_a_chapter() -> None:
    """Each chapter is a text of its own under the book's title and its heading; a title page is none."""
    first, second = read("a.epub", epub(("Ice", WORDS), ("", "On Harbours"), ("Thaw &amp; tide", WORDS + "It thawed.")))
    assert (first.title, second.title) == ("On Harbours: Ice", "On Harbours: Thaw & tide")
    assert first.text.startswith("The harbour froze")
    assert second.text.endswith("It thawed.")
    assert (first.author, first.published, first.origin) == ("Jane Roe", date(2024, 3, 5), "file:a.epub")


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("a.docx", b"PK", "source.unreadable"),
        ("a.docx", b"", "source.unreadable"),
        ("a.docx", zipped(a="b"), "source.unreadable"),
        ("a.docx", zipped(word__document_0_xml="<w:document"), "source.unreadable"),
        ("a.docx", docx("", " "), "source.no-text"),
        ("a.docx", docx("Text.")[:-60], "source.unreadable"),
        (
            "a.docx",
            zipped(word__document_0_xml='<!DOCTYPE d [<!ENTITY a "x">]><d><p><t>&a;</t></p></d>'),
            "source.unsafe-xml",
        ),
        ("a.epub", b"not a book", "source.unreadable"),
        ("a.epub", zipped(mimetype="application/epub+zip"), "source.unreadable"),
        ("a.epub", epub(), "source.no-text"),
        ("a.epub", epub(("", "short")), "source.no-text"),
        ("a.epub", epub(("Ice", ""), META_9_INF__rights_0_xml="<rights/>"), "source.unreadable"),
    ],
)
def test_each_bad_book_has_its_own_problem(path: str, body: bytes, code: str) -> None:
    """What can't be read is told apart, with a fix, and never raised as anything else."""
    found = refused(path, body)
    assert (found.source, found.code) == (path, code)
    assert found.message.endswith(".")
    assert found.fix.endswith(".")


def test_a_small_file_that_inflates_to_a_large_one() -> None:
    """Of all members together no more than the limit is inflated, whatever the zip file says of their size."""
    bomb = docx("0" * 60_000_000)
    assert len(bomb) < 100_000
    assert refused("a.docx", bomb).code == "source.too-large"
    halves = zipped(a="0" * 600, b="0" * 600)
    raw = Raw(source="x", body=halves)
    assert len(Zipped(raw, limit=600).read("a")) == 600
    two = Zipped(raw, limit=1000)
    two.read("a")
    with pytest.raises(SourceError, match="larger than any text"):
        two.read("b")


def test_a_book_cannot_name_what_lies_outside(tmp_path: Path) -> None:
    """A chapter whose address leads out of the file is no chapter, whatever stands there on the disk."""
    secret = tmp_path / "secret.xhtml"
    secret.write_text(f"<html><body><p>{WORDS}</p></body></html>")
    item = f'<item id="i" href="../../../../../../../..{secret}" media-type="application/xhtml+xml"/>'
    package = f'<package><manifest>{item}</manifest><spine><itemref idref="i"/></spine></package>'
    container = '<container><rootfiles><rootfile full-path="a/b.opf"/></rootfiles></container>'
    body = zipped(META_9_INF__container_0_xml=container, a__b_0_opf=package)
    assert refused("a.epub", body).code == "source.no-text"


async def test_a_page_may_hold_a_book(web: Web, fetcher: Fetcher) -> None:
    """What a server calls a Word document or an EPUB is read as one; its host stands behind it."""
    kinds = {
        "/paper": (
            docx("It froze in 1929."),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        "/book.epub": (epub(("Ice", WORDS)), "application/octet-stream"),
    }
    for path, (body, kind) in kinds.items():
        (found,) = (await PageSource(web.page(path, body, kind), fetcher).read()).snapshots
        assert (found.origin, found.path) == ("127.0.0.1", None)
