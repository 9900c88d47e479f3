"""The article: the monetized draft as a page, with its markers turned into links to a list of sources."""

from __future__ import annotations

import re
import unicodedata

from state.contracts.monetized import Insertion, MonetizedDraft
from state.contracts.release import Post, Window
from state.contracts.tracing import source_line, trace
from state.forms.monetized import woven
from state.text import MARKER, markers, statements

SUMMARY = 200
"""Characters that a search result shows of a page's description."""


def article(monetized: MonetizedDraft, channel: str, piece: str, window: Window) -> Post:
    """The post of an article channel."""
    text = article_text(monetized)
    return Post(
        id=channel,
        channel=channel,
        title=monetized.title,
        slug=slug(monetized.title, piece),
        summary=summary(monetized.body),
        text=text,
        sentences=trace(text, monetized),
        window=window,
    )


def article_text(monetized: MonetizedDraft) -> str:
    """Markdown: paragraphs, the offer in its fence, `## Sources`."""
    body = woven(monetized.body, tuple((i.at, _offer(i)) for i in monetized.insertions))
    cited = [c for ref in markers(monetized.body) for c in monetized.citations if c.id == ref]
    lines = list(dict.fromkeys(map(source_line, cited)))
    number = {c.id: lines.index(source_line(c)) + 1 for c in cited}
    body = MARKER.sub(lambda m: f"[[{number[m[1]]}]](#source-{number[m[1]]})" if m[1] in number else "", body)
    body = re.sub(r"[ \t]+$", "", re.sub(r"(?<=\S) +(?=\[\[\d+\]\]\(#source-)", "", body), flags=re.MULTILINE)
    return f"{body}\n\n{_sources(lines)}" if lines else body


def _offer(i: Insertion) -> str:
    words = " ".join(t for t in (i.disclosure, i.lead, i.text) if t)
    rel = ' "sponsored"' if i.disclosure else ""
    return f"::: offer\n{words} [{i.label}]({i.url}{rel})\n:::"


def _sources(lines: list[str]) -> str:
    """Each source once, however often it is quoted."""
    return "## Sources\n\n" + "\n".join(f"{i}. {line}" for i, line in enumerate(lines, 1))


def slug(title: str, piece: str) -> str:
    """Lower-case words of the title, and the end of the piece's id, to keep two pieces of one title apart.

    The end, as a server's ids begin with the time (UUID version 7) and are alike for hours.
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower().replace("'", "")
    name = "-".join(re.findall(r"[a-z0-9]+", plain)[:10])
    return "-".join(p for p in (name, "".join(re.findall(r"[a-z0-9]", piece.lower()))[-6:]) if p)


def summary(body: str) -> str | None:
    """The first sentences of the piece, whole, up to 200 characters; None if even the first is longer."""
    said = ""
    for s in statements(body):
        if s.kind == "heading" or s.block > 0 or len(said) + len(s.text) + 1 > SUMMARY:
            break
        said = f"{said} {s.text}".strip()
    return said or None
