"""What a reader gets, read back from the site folder by a parser, and what must hold of it whatever the sources said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

TAGS = frozenset(
    "html head meta title link style body a header main article aside section footer nav h1 h2 h3 h4 h5 h6 p span time "  # noqa: SIM905
    "div ul ol li em strong blockquote code pre hr br".split()
)
ATTRIBUTES = frozenset(
    "aria-hidden aria-label aria-labelledby charset class content data-digest datetime dir href http-equiv id lang name "  # noqa: SIM905
    "property rel start tabindex title type".split()
)
_VOID = frozenset(("meta", "link", "hr", "br"))
_BLOCKS = frozenset(("p", "li", "h1", "h2", "h3", "blockquote"))
QUOTED = re.compile(r"“[^”]*”")


@dataclass
class Page(HTMLParser):
    """One HTML document: its tags, its links, the meta elements, the words of each block, and the ids it refers to there."""

    tags: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    metas: list[dict[str, str]] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    styles: str = ""
    _inside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @classmethod
    def of(cls, html: str) -> Page:
        page = cls()
        page.feed(html)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes |= set(given)
        self.links += [given[name] for name in ("href", "src", "srcset", "action", "poster", "data") if name in given]
        if tag == "meta":
            self.metas.append(given)
        if tag in _BLOCKS:
            self.blocks.append("")
        if tag not in _VOID:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            continue

    def handle_data(self, data: str) -> None:
        if "style" in self._inside:
            self.styles += data
        elif self.blocks:
            self.blocks[-1] += data


def pages(site: Path) -> Iterator[Page]:
    """Every page of the site, and every entry of its feed."""
    for path in sorted(site.rglob("*.html")):
        yield Page.of(path.read_text(encoding="utf-8"))
    for path in sorted(site.glob("*.xml")):
        root = ElementTree.fromstring(path.read_bytes())
        assert not [e.tag for e in root.iter() if not e.tag.startswith("{http://www.w3.org/2005/Atom}")]
        yield from (Page.of(e.text or "") for e in root.iter("{http://www.w3.org/2005/Atom}content"))


def assert_inert(page: Page) -> None:
    """Nothing in it runs, loads, redirects or speaks to machines but what our own templates say."""
    assert page.tags <= TAGS, page.tags - TAGS
    assert page.attributes <= ATTRIBUTES, page.attributes - ATTRIBUTES
    assert "url(" not in page.styles
    assert {m.get("http-equiv", "").lower() for m in page.metas} <= {"", "content-security-policy"}
    assert "robots" not in {m.get("name", "").lower() for m in page.metas}


def assert_leads_only_to(page: Page, allowed: frozenset[str], own: str) -> None:
    """Each link is one of `allowed`, a place on the site `own`, or a place on the page."""
    for link in page.links:
        parts = urlsplit(link)
        relative = not parts.scheme and not parts.netloc
        empty_icon = link == "data:,"
        assert relative or empty_icon or link in allowed or link.startswith(f"{own}/"), link


def outside_quotations(text: str, names: frozenset[str]) -> str:
    """`text` without what is quoted, and without what its sources are called."""
    bare = QUOTED.sub(" ", text)
    for name in sorted(names, key=len, reverse=True):
        bare = bare.replace(name, " ")
    return bare
