"""HTML that a far side shows, as the plain text that a reader sees."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BREAKS = {
    **dict.fromkeys(("p", "div", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6"), "\n\n"),
    **dict.fromkeys(("br", "li"), "\n"),
}
_UNSEEN = frozenset(("script", "style"))


def prose(html: str) -> str:
    """Paragraphs with an empty line between them, breaks as breaks, and links whole where the page shortens them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = re.sub(r" *\n *", "\n", "".join(reader.seen))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._unseen = 0
        self._link: tuple[str, int] | None = None
        """Where it leads, and where in `seen` its words begin."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(_BREAKS.get(tag, ""))
        self._unseen += tag in _UNSEEN
        if tag == "a":
            self._link = (dict(attrs).get("href") or "", len(self.seen))

    def handle_endtag(self, tag: str) -> None:
        self.seen.append("" if tag == "br" else _BREAKS.get(tag, ""))
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        if tag == "a" and self._link:
            href, start = self._link
            words = "".join(self.seen[start:])
            self.seen[start:] = [href if _shortens(words, href) else words]
            self._link = None

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.seen.append(re.sub(r"[ \t\r\n\f]+", " ", data))


def _shortens(words: str, href: str) -> bool:
    """Whether the words of a link are the start of its address: `example.org/a-lon…`."""
    shown, whole = (re.sub(r"^https?://(www\.)?", "", text.strip()) for text in (words, href))
    return "." in shown and whole.startswith(shown.rstrip("…"))
