"""How we read prose: markers, blocks, sentences, numbers, quotations, names. Pure and deterministic.

Every check that compares words compares them through here, so that both sides are folded alike.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import regex
import sentencex

from state.markup import LINK, links
from state.numerals import DATE_WORDS, MONTHS, numbers
from state.typography import fold

__all__ = [
    "ATTEST",
    "FENCE",
    "MARKER",
    "Block",
    "BlockKind",
    "Statement",
    "blocks",
    "fold",
    "holds_verbatim",
    "links",
    "loose_mark",
    "markers",
    "names",
    "numbers",
    "plain",
    "quotations",
    "sentence_spans",
    "shared_run",
    "split_sentences",
    "statements",
    "unquoted",
    "words",
]

MARKER = re.compile(r"\[((?:e|n)[1-9]\d*)\]")
"""A reference to evidence (`[e3]`) or to a note of the author's (`[n1]`)."""
_REFERENCE = re.compile(r"\[((?:e|n)[1-9]\d*)\]|\[\[\d+\]\]\(#source-\d+\)")
"""A marker, or what it became in an article: a link to the list of sources."""
ATTEST = "[me]"
"""What a reviewer writes after a sentence to vouch for it in person."""

FENCE = ":::"
"""Opens and closes an offer's block in Markdown; the line itself is not prose."""
_FENCE_LINE = re.compile(r":::(?: offer(?: [a-z0-9-]+)?)?")

BlockKind = Literal["paragraph", "heading", "quote", "list"]
_HEADING = re.compile(r"#{1,6}(?:\s|$)")
_ITEM = re.compile(r"(?:[-*+]|(\d{1,9})[.)])\s+(?=\S)", re.ASCII)
_CODE = ("```", "~~~")

_WORD = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*")
_PARTING = str.maketrans(dict.fromkeys('!"#$%&()*+,./:;<=>?@[\\]^_`{|}~', " "))
"""What in ASCII is in no word, however a word is spelled: all marks but the apostrophe and the hyphen."""
_SHORTENED = r"(?:\d\ds?\b|(?:tis|twas|til|cause|em|n)\b)"
"""What a single mark stands before without opening a quotation: `'90s`, `'tis`."""
_QUOTED = re.compile(
    r"“[^“”]*”|„[^„“”]*[“”]|\"[^\"\n]*\"|«[^«»]*»|「[^「」]*」|『[^『』]*』"
    rf"|‘(?!{_SHORTENED})[^‘’\n]*(?:’(?=\w)[^‘’\n]*)*’(?!\w)"
    rf"|(?<!\w)'(?=\w)(?!{_SHORTENED})[^'\n]*(?:(?:(?<=\w)'(?=\w)|'(?={_SHORTENED}))[^'\n]*)*'(?!\w)",
    re.IGNORECASE,
)
_LOOSE_MARK = re.compile(r"[“”„«»「」『』]|(?<!\d)\"")
_NAME = re.compile(r"\b[A-Z][\w'’-]*(?:\s+(?:(?:of|the|de|la|von|van|and)\s+)?[A-Z0-9][\w'’-]*)*")


_BREAK = re.compile(r"(?<=[^\W\d_])[-\u2010][^\S\n]*\r?\n\s*(?=[^\W\d_])")
"""A hyphen at the end of a line, in a word or between two."""
_BEGINS = regex.compile(r"(?<!\w)(?<!\w')(?<![^\W\d]-)(?<!\d[.,:/](?=\d))(?<!(?:\s-|[$£€¥])(?=\d))")
_ENDS = regex.compile(r"(?![\w\p{M}]|'\w|-[^\W\d]|(?<=\d)[.,:/]\d|(?<=\d) ?[%‰°])")
"""Where a quotation may begin and end in the text that it is from."""


def words(text: str) -> tuple[str, ...]:
    """Folded lower-case words, in order."""
    found: list[str] = []
    for token in fold(text).casefold().translate(_PARTING).split():
        if token.isalnum():
            found.append(token)
        else:
            found += _WORD.findall(token)
    return tuple(found)


def markers(text: str) -> tuple[str, ...]:
    """Marker ids in order of first appearance."""
    return tuple(dict.fromkeys(MARKER.findall(text)))


_MARKED_UP = re.compile(r"[\[*_`\\\t]|  | [.,;:!?]")
"""Where `plain` has anything to do."""


@lru_cache(maxsize=2048)
def plain(markdown: str) -> str:
    """`markdown` as a reader hears it: no markers, no link targets, no emphasis, no backslashes that escape."""
    if _MARKED_UP.search(markdown) is None:
        return markdown.strip()
    text = LINK.sub(lambda m: m[1], _REFERENCE.sub("", markdown))
    text = re.sub(r"(?<!\\)(\*\*|__|`)", "", text)
    text = re.sub(r"(?<![\\*])\*(?=[^\s*])([^*\n]*)(?<=[^\s*\\])\*", r"\1", text)
    text = re.sub(r"(?<![\\\w*])[*_](?=\S)|(?<=[^\s\\])[*_](?![\w*])", "", text)
    text = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
    return re.sub(r" ([.,;:!?])(?=\s|$)", r"\1", re.sub(r"[ \t]+", " ", text)).strip()


def quotations(text: str) -> tuple[str, ...]:
    """What stands in quotation marks, without the marks; the outer one of two nested quotations, whole."""
    return tuple(m.group()[1:-1].strip() for m in _QUOTED.finditer(text))


@lru_cache(maxsize=2048)
def unquoted(text: str, shortest: int = 0, gap: str = " ") -> str:
    """`text` with quotations of at least `shortest` words cut out, `gap` in their place; block quotes too.

    A quotation ends with its block.
    """
    own = [line for line in text.split("\n") if not line.lstrip().startswith(">")]
    parts = re.split(r"\n[^\S\n]*\n", "\n".join(own))
    return "\n\n".join(_QUOTED.sub(lambda m: _cut(m, shortest, gap), part) for part in parts)


def _cut(quoted: re.Match[str], shortest: int, gap: str) -> str:
    return gap if len(words(quoted.group())) >= shortest else quoted.group()


def loose_mark(text: str) -> str | None:
    """The first quotation mark in `text` that belongs to no quotation; None if each has its partner."""
    found = _LOOSE_MARK.search(_QUOTED.sub(" ", text))
    return found.group() if found else None


@lru_cache(maxsize=2048)
def names(text: str) -> frozenset[str]:
    """Capitalised names inside sentences, folded. A lone capitalised word that opens a sentence isn't one."""
    found: set[str] = set()
    for sentence in split_sentences(text):
        for match in _NAME.finditer(sentence):
            name = fold(match.group()).removesuffix("'s")
            opens = not _WORD.search(sentence[: match.start()])
            if opens:
                _, _, name = name.partition(" ") if " " in name else (name, "", "")
            if len(name) > 1 and not name.startswith("I'") and not _is_date(name):
                found.add(name)
    return frozenset(found)


def _is_date(name: str) -> bool:
    """`August`, `Aug 2018`; not `Jan`."""
    parts = [part.casefold() for part in name.split()]
    dated = any(part in MONTHS or part.isdigit() for part in parts)
    return dated and all(part in DATE_WORDS or part.isdigit() for part in parts)


@lru_cache(maxsize=4096)
def split_sentences(text: str, language: str = "en") -> tuple[str, ...]:
    """Sentences of one block, stripped. A boundary inside a quotation isn't one."""
    return tuple(text[a:b].strip() for a, b in sentence_spans(text, language))


@lru_cache(maxsize=4096)
def sentence_spans(text: str, language: str = "en") -> tuple[tuple[int, int], ...]:
    """Offsets of the sentences of one block, white space trimmed; a quotation is never cut."""
    inside = [m.span() for m in _QUOTED.finditer(text)]
    opens = [a for a, _ in inside]
    spans: list[tuple[int, int]] = []
    start = at = 0
    for piece in sentencex.segment(language, text):
        found = text.find(piece, at)
        if found < 0:
            continue
        at = found + len(piece)
        before = bisect_left(opens, at) - 1
        if before >= 0 and at < inside[before][1]:
            continue
        spans.append((start, at))
        start = at
    if start < len(text):
        spans.append((start, len(text)))
    return tuple((a, b) for a, b in (_trim(text, a, b) for a, b in spans) if a < b)


def _trim(text: str, a: int, b: int) -> tuple[int, int]:
    piece = text[a:b]
    return a + len(piece) - len(piece.lstrip()), b - (len(piece) - len(piece.rstrip()))


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of Markdown between blank lines. `start` and `end` are offsets into the body."""

    kind: BlockKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of a body: what the checks and the provenance are about."""

    id: str
    """`s1`, `s2`, ... in reading order; headings count."""
    text: str
    """As a reader hears it: no markers, no markup."""
    cites: tuple[str, ...]
    kind: BlockKind
    block: int
    """Which block it stands in, from 0."""


def blocks(body: str) -> tuple[Block, ...]:
    """The blocks of a Markdown body, in order. A line of white space parts them; a code fence holds its empty lines."""
    found: list[Block] = []
    start, end, at = -1, 0, 0
    fence = ""
    for line in body.split("\n"):
        mark = line.lstrip()[:3]
        if line.strip() or fence:
            start, end = (at if start < 0 else start), at + len(line)
        elif start >= 0:
            found.append(_block(body, start, end))
            start = -1
        if mark in _CODE and fence in ("", mark):
            fence = "" if fence else mark
        at += len(line) + 1
    return (*found, _block(body, start, end)) if start >= 0 else tuple(found)


def _block(body: str, start: int, end: int) -> Block:
    end = start + len(body[start:end].rstrip("\n"))
    return Block(kind=_kind(body[start:end].lstrip()), start=start, end=end)


def _kind(line: str) -> BlockKind:
    """What a line opens, as CommonMark reads it."""
    if _HEADING.match(line):
        return "heading"
    if line.startswith(">"):
        return "quote"
    return "list" if _ITEM.match(line) else "paragraph"


class _Unit:
    """What is split into sentences: a heading, a paragraph, a list item, or a block quote. `text` is without its markup."""

    def __init__(self, kind: BlockKind, text: str) -> None:
        self.kind, self.text = kind, text


def _units(chunk: str, counted: int) -> tuple[list[_Unit], int]:
    """The units of a block, and the number of the last item of a numbered list, `counted` being the one before.

    A number that isn't the next in a list is said, not counted (`2018. That was the year`), so it stays in the text.
    """
    found: list[_Unit] = []
    code = chunk.lstrip()[:3] in _CODE
    for line in map(str.strip, chunk.split("\n")):
        kind = "paragraph" if code else _kind(line)
        item = _ITEM.match(line)
        number = int(item[1]) if kind == "list" and item and item[1] else None
        into = found[-1].kind if found else None
        if number is not None and into == "paragraph" and number != 1:
            kind = "paragraph"
        if _FENCE_LINE.fullmatch(line):
            found.append(_Unit("paragraph", ""))
        elif kind == "heading":
            found += [_Unit(kind, line.lstrip("#").strip()), _Unit("paragraph", "")]
        elif kind == "list" and item:
            next_one = number is None or number in (0, 1, counted + 1)
            found.append(_Unit(kind, line[item.end() :] if next_one else line))
            counted = counted if number is None else number
        elif into is None or (kind == "quote" and into != "quote"):
            found.append(_Unit(kind, line.lstrip("> ")))
        else:
            found[-1].text = f"{found[-1].text} {line.lstrip('> ') if into == 'quote' else line}".strip()
    return [u for u in found if u.text], counted


@lru_cache(maxsize=256)
def statements(body: str, language: str = "en") -> tuple[Statement, ...]:
    """The sentences of a Markdown body with the markers that stand behind each."""
    found: list[Statement] = []
    counted = 0
    for index, block in enumerate(blocks(body)):
        units, counted = _units(body[block.start : block.end], counted)
        for unit in units:
            for text, cites in _cited(unit.text, language, whole=unit.kind in ("heading", "quote")):
                found.append(Statement(id=f"s{len(found) + 1}", text=text, cites=cites, kind=unit.kind, block=index))
    return tuple(found)


def word_count(body: str) -> int:
    """Words of a Markdown body's sentences; markers and markup aren't words."""
    return sum(len(words(s.text)) for s in statements(body))


@lru_cache(maxsize=4096)
def _cited(line: str, language: str, *, whole: bool) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Sentences of `line` with their markers: a marker belongs to the sentence that it stands in or right behind."""
    found: list[tuple[str, tuple[str, ...]]] = []
    bare, at = "", []
    last = 0
    for match in _REFERENCE.finditer(line):
        bare += line[last : match.start()]
        if match.group(1):
            at.append((len(bare.rstrip()), match.group(1)))
        last = match.end()
    bare += line[last:]
    spans = ((0, len(bare)),) if whole else sentence_spans(bare, language)
    for i, (start, end) in enumerate(spans):
        lower = 0 if i == 0 else spans[i - 1][1]
        upper = len(line) if i == len(spans) - 1 else end
        cites = tuple(dict.fromkeys(m for p, m in at if (lower < p <= upper) or (i == 0 and p == 0)))
        text = plain(bare[start:end])
        if text:
            found.append((text, cites))
    return tuple(found)


def shared_run(text: str, source: str, length: int = 12) -> str | None:
    """The first `length` words in a row that both hold, as they stand in `text` folded; None if there are none.

    A row of 12 words in `source` holds one of the sixes that it falls into, whole: only where one of those stands in `text`
    is it looked at word by word.
    """
    mine, theirs, part = _words_of(text), _words_of(source), (length + 1) // 2
    if not _rows(mine, part).isdisjoint(zip(*(theirs[i::part] for i in range(part)), strict=False)):
        grams = _rows(mine, length)
        for i in range(len(theirs) - length + 1):
            if (gram := theirs[i : i + length]) in grams:
                return " ".join(gram)
    return None


@lru_cache(maxsize=16)
def _rows(said: tuple[str, ...], length: int) -> frozenset[tuple[str, ...]]:
    return frozenset(zip(*(said[i:] for i in range(length)), strict=False))


@lru_cache(maxsize=64)
def _words_of(source: str) -> tuple[str, ...]:
    return words(source)


def holds_verbatim(source: str, quote: str) -> bool:
    """Whether `quote` stands in `source` word for word; typography, white space, case and the marks round it aside.

    It begins and ends where words and numbers do: not in `can't`, `forty-six`, `3.50`, `$5` or `5 %`. A word that the quote
    breaks at a line's end is whole. Never by similarity: a quotation with one word changed is another quotation.
    """
    whole = _folded(source)
    return any(_stands_in(whole, needle) for needle in _needles(quote))


def _needles(quote: str) -> Iterator[str]:
    """The words looked for; twice where a hyphen at a line's end may or may not belong to its word."""
    for joint in ("", "-") if _BREAK.search(quote) else ("",):
        yield fold(_BREAK.sub(joint, quote)).casefold().strip(" .,;:\"'")


def _stands_in(whole: str, needle: str) -> bool:
    at = whole.find(needle) if needle.strip("?!") else -1
    while at >= 0:
        if _BEGINS.match(whole, at) and _ENDS.match(whole, at + len(needle)):
            return True
        at = whole.find(needle, at + 1)
    return False


@lru_cache(maxsize=64)
def _folded(text: str) -> str:
    """Padded, so that something stands before the first word and behind the last."""
    return f" {fold(text).casefold()} "
