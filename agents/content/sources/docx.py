"""DOCX: the paragraphs of a Word document (ECMA-376, WordprocessingML).

Read here because python-docx inflates whatever the zip holds; all that is wanted are paragraphs, and who wrote them when.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.parsers.expat import ExpatError

from agents.content.sources.errors import failure
from agents.content.sources.model import Document, Parsed, Raw, author_or_none, iso_date, title_or_name
from agents.content.sources.tags import texts_of, walk
from agents.content.sources.text import clean_line, join_paragraphs
from agents.content.sources.zipped import Zipped

_BODY, _ABOUT = "word/document.xml", "docProps/core.xml"
_DROPPED = frozenset({"tbl", "Fallback", "del", "moveFrom", "instrText", "delText"})
"""Tables, as everywhere; the second telling of a text box; what was deleted or moved away; codes of fields."""
_SPACES = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_docx(raw: Raw) -> Parsed:
    """Read the paragraphs of a Word document; its properties give author and date, and the title unless a heading does.

    Raises `SourceError`: source.unreadable, source.unsafe-xml, source.too-large, source.no-text.
    """
    zipped = Zipped(raw)
    if _BODY not in zipped.names:
        fix = "Open it in a word processor and save it as .docx, or save its text as a file."
        raise failure(raw.source, "source.unreadable", "It is no Word document (.docx).", fix)
    try:
        found = _Paragraphs().of(zipped.xml(_BODY))
        about = texts_of(zipped.xml(_ABOUT), "title", "creator", "created") if _ABOUT in zipped.names else {}
    except ExpatError as error:
        message = f"The Word document is broken ({error})."
        raise failure(raw.source, "source.unreadable", message, "Save it again, or save its text as a file.") from error
    title = found.title or about.get("title", "")
    paragraphs = [line for line in map(clean_line, found.paragraphs) if line]
    text = join_paragraphs(paragraphs[1:] if paragraphs[:1] == [clean_line(found.title)] else paragraphs)
    if not text:
        raise failure(raw.source, "source.no-text", "It holds no prose.", "Write something into it, or remove it.")
    document = Document(
        text=text,
        title=title_or_name(title, raw),
        origin=raw.origin(),
        url=raw.url,
        author=author_or_none(about.get("creator")),
        published=iso_date(about.get("created")),
    )
    return Parsed(documents=(document,))


class _Paragraphs:
    """Gathers what stands in `w:t` by the paragraph around it; a text box inside a paragraph has paragraphs of its own."""

    def __init__(self) -> None:
        self.paragraphs: list[str] = []
        self.title = ""
        """Of the first paragraph whose style is Title or Heading 1."""
        self._open: list[list[str]] = []
        self._styles: list[str] = []
        self._dropped = 0
        self._in_text = False

    def of(self, body: bytes) -> _Paragraphs:
        walk(body, begin=self._begin, text=self._text, end=self._end)
        return self

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        self._dropped += name in _DROPPED
        if name == "p":
            self._open.append([])
            self._styles.append("")
        elif self._open and not self._dropped:
            if name == "pStyle":
                self._styles[-1] = attributes.get("val", "")
            self._in_text = name == "t"
            self._open[-1].append(_SPACES.get(name, ""))

    def _text(self, words: str) -> None:
        if self._in_text and self._open and not self._dropped:
            self._open[-1].append(words)

    def _end(self, name: str) -> None:
        self._dropped -= name in _DROPPED
        self._in_text = False
        if name != "p":
            return
        paragraph, style = "".join(self._open.pop()), self._styles.pop()
        self.paragraphs.append(paragraph)
        if not self.title and style.replace(" ", "").lower() in ("title", "heading1"):
            self.title = paragraph
