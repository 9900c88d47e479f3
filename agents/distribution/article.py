"""The article: the monetized draft as a page, with its markers turned into links to a list of sources."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

import regex

from state.base import Frozen
from state.channels import ChannelRules, Position
from state.contracts.monetized import Insertion, MonetizedDraft
from state.contracts.release import Post, Slot, Window
from state.contracts.tracing import PostSentence, source_line, trace
from state.forms.monetized import woven
from state.links import link_on
from state.text import MARKER, markers, statements
from state.wording import words_in

SUMMARY = 200
"""Characters that a search result shows of a page's description."""
_SPACED_MARKER = re.compile(rf"( *){MARKER.pattern}")
_PARTS = re.compile(r"[:;,.?!–—]\s|\s[–—-]\s")


class ArticleInput(Frozen):
    monetized: MonetizedDraft
    piece: str
    home: str | None
    """Id of the post that the others are copies of; None where no channel gives an article an address."""
    reserve: int
    """Characters that its URL may take."""
    window: Window = Window()
    language: str = "en"


def home_of(channels: Sequence[ChannelRules]) -> str | None:
    """The channel where the article is at home: the first that gives it an address."""
    return next((rules.name for rules in channels if rules.article and rules.addressed), None)


def articles(given: ArticleInput, channels: Sequence[ChannelRules]) -> Iterator[Post]:
    """The posts of the article channels, the home before its copies."""
    traced: dict[str, tuple[PostSentence, ...]] = {}
    for rules in sorted(channels, key=lambda rules: rules.name != given.home):
        online = given.home is not None and not rules.addressed
        text = article_text(
            given.monetized, given.piece, rules.name, online=online, offers=rules.offers, language=given.language
        )
        # Channels differ in the addresses behind the words, which no sentence holds.
        said = f"{rules.offers} {'online' if '{canonical}' in text else 'page'}"
        traced[said] = traced.get(said) or trace(text, given.monetized)
        yield _article(given, rules, text, traced[said])


def _article(given: ArticleInput, rules: ChannelRules, text: str, sentences: tuple[PostSentence, ...]) -> Post:
    return Post(
        id=rules.name,
        channel=rules.name,
        title=title_within(given.monetized.title, rules.title_limit),
        slug=slug(given.monetized.title, given.piece),
        summary=summary(given.monetized.body),
        text=text,
        sentences=sentences,
        slots=(Slot(name="canonical", reserve=given.reserve),) if "{canonical}" in text else (),
        depends_on=(given.home,) if given.home and rules.name != given.home else (),
        window=given.window,
    )


def article_text(
    monetized: MonetizedDraft,
    piece: str,
    channel: str = "site",
    *,
    online: bool = False,
    offers: Position = "in-text",
    language: str = "en",
) -> str:
    """Markdown: paragraphs, each offer in its fence with the channel's own link, where to read it `online`, `## Sources`.

    What is read in a mail can't be linked to: so a letter leads to the page. The offers stand where they were placed, or behind the
    last paragraph.
    """
    end = len(monetized.body)
    placed = (
        (i.at if offers == "in-text" else end, _offer(i, link_on(i, piece, channel))) for i in monetized.insertions
    )
    body = woven(monetized.body, tuple(placed))
    cited = {c.id: source_line(c) for c in monetized.citations}
    lines = list(dict.fromkeys(cited[ref] for ref in markers(monetized.body) if ref in cited))
    number = {ref: lines.index(line) + 1 for ref, line in cited.items() if line in lines}
    words, numbered = words_in(language), _numbered(body, number)
    way = [f"[{words.online}]({{canonical}})"] if online else []
    return "\n\n".join([numbered, *way, *([_sources(words.sources, lines)] if lines else [])])


def _numbered(body: str, number: Mapping[str, int]) -> str:
    """Each marker as a link to its source, close to the word before it. One without a source is left out, and no line ends in white space."""

    def link(m: re.Match[str]) -> str:
        begins = m.start() == 0 or body[m.start() - 1] == "\n"
        there = f"[[{number[m[2]]}]](#source-{number[m[2]]})" if m[2] in number else ""
        return f"{m[1] if begins else ''}{there}"

    return "\n".join(line.rstrip(" \t") for line in _SPACED_MARKER.sub(link, body).split("\n"))


def _offer(i: Insertion, url: str) -> str:
    words = " ".join(t for t in (i.disclosure, i.lead, i.text) if t)
    rel = ' "sponsored"' if i.disclosure else ""
    return f"::: offer\n{words} [{i.label}]({url}{rel})\n:::"


def _sources(heading: str, lines: list[str]) -> str:
    """Each source once, however often it is quoted."""
    return f"## {heading}\n\n" + "\n".join(f"{i}. {line}" for i, line in enumerate(lines, 1))


def title_within(title: str, limit: int | None) -> str:
    """The title, or as many whole parts of it, or words, as the channel takes."""
    if limit is None or len(title) <= limit:
        return title
    ends = [m.start() + (m.group()[0] in "?!") for m in _PARTS.finditer(title)]
    spaces = [m.start() for m in re.finditer(r"\s", title)]
    # Half of the limit or more in whole parts says more than a few words that break off.
    at = max((e for e in ends if limit // 2 <= e <= limit), default=0) or max(
        (e for e in spaces if e <= limit), default=0
    )
    at = at or max((e for e in _ends(title) if e <= limit), default=limit)
    return title[:at].rstrip(" ,;:.–—-")


def _ends(text: str) -> Iterator[int]:
    """Where what a reader sees as one character ends: no emoji and no conjunct is cut in two."""
    yield from (found.end() for found in regex.finditer(r"\X", text))


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
