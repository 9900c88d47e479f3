"""Word documents and books, written by hand."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_CORE = (
    'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
)


def zipped(**members: str | bytes) -> bytes:
    """A zip file; `__` in a name is a slash, `_0_` a dot and `_9_` a hyphen."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as file:
        for name, body in members.items():
            file.writestr(name.replace("__", "/").replace("_0_", ".").replace("_9_", "-"), body)
    return out.getvalue()


def paragraph(text: str, style: str = "") -> str:
    """One paragraph, split into runs at `|`."""
    runs = "".join(f"<w:r><w:t>{part}</w:t></w:r>" for part in text.split("|"))
    return f'<w:p>{f"""<w:pPr><w:pStyle w:val="{style}"/></w:pPr>""" if style else ""}{runs}</w:p>'


def docx(*paragraphs: str, title: str = "", author: str = "Jane Roe", created: str = "2024-03-05T10:00:00Z") -> bytes:
    """A Word document of these paragraphs, or of their XML."""
    body = "".join(p if p.startswith("<") else paragraph(p) for p in paragraphs)
    about = f"<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator><dcterms:created>{created}</dcterms:created>"
    return zipped(
        word__document_0_xml=f'<?xml version="1.0"?><w:document {_WORD}><w:body>{body}</w:body></w:document>',
        docProps__core_0_xml=f"<cp:coreProperties {_CORE}>{about}</cp:coreProperties>",
    )


def epub(
    *chapters: tuple[str, str], title: str = "On Harbours", author: str = "Jane Roe", **more: str | bytes
) -> bytes:
    """A book of chapters, each of a heading and a text."""
    parts = {f"OEBPS__c{at}_0_xhtml": _chapter(*chapter) for at, chapter in enumerate(chapters)}
    items = "".join(
        f'<item id="i{at}" href="c{at}.xhtml" media-type="application/xhtml+xml"/>' for at in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="i{at}"/>' for at in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator><dc:date>2024-03-05</dc:date></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = '<container><rootfiles><rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
    fixed = {"META_9_INF__container_0_xml": container, "OEBPS__content_0_opf": package}
    return zipped(mimetype="application/epub+zip", **fixed, **parts, **more)


def _chapter(heading: str, text: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>'
        f"<body><h2>{heading}</h2><p>{text}</p></body></html>"
    )
