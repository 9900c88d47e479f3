"""How we read prose: markers, blocks, sentences, numbers, quotations, names. Pure and deterministic.

Every check that compares words compares them through here, so that both sides are folded alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

import sentencex

from state.base import Frozen

MARKER = re.compile(r"\[((?:e|n)[1-9]\d*)\]")
"""A reference to evidence (`[e3]`) or to a note of the author's (`[n1]`)."""
_REFERENCE = re.compile(r"\[((?:e|n)[1-9]\d*)\]|\[\[\d+\]\]\(#source-\d+\)")
"""A marker, or what it became in an article: a link to the list of sources."""
ATTEST = "[me]"
"""What a reviewer writes after a sentence to vouch for it in person."""

FENCE = ":::"
"""Opens and closes an offer's block in Markdown; the line itself is not prose."""

BlockKind = Literal["paragraph", "heading", "quote", "list"]

_FOLD = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "ʼ": "'",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
        "−": "-",
        "…": "...",
        "\u00ad": None,
        "\u200b": None,
    }
)
_WORD = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*")
_QUOTED = re.compile(r"“[^“”]*”|\"[^\"\n]*\"|«[^«»]*»")
_LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_NAME = re.compile(r"\b[A-Z][\w'’-]*(?:\s+(?:(?:of|the|de|la|von|van|and)\s+)?[A-Z0-9][\w'’-]*)*")
_NUMBER_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|[A-Za-z]+")

_UNITS = {
    w: i
    for i, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    w: 10 * i
    for i, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2)
}
_MAGNITUDES = {"hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_MONTHS = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ]
)
_SMALL = 10
"""Number words up to this are everyday words ("two of them"), not claims; digits always count."""


def fold(text: str) -> str:
    """`text` with typography levelled (quotes, dashes, spaces, ligatures), case kept."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(_FOLD)).translate(_FOLD).split())


def words(text: str) -> tuple[str, ...]:
    """Folded lower-case words, in order."""
    return tuple(_WORD.findall(fold(text).casefold()))


def markers(text: str) -> tuple[str, ...]:
    """Marker ids in order of first appearance."""
    return tuple(dict.fromkeys(MARKER.findall(text)))


def plain(markdown: str) -> str:
    """`markdown` as a reader hears it: no markers, no link targets, no emphasis."""
    text = _LINK.sub(lambda m: m[1], _REFERENCE.sub("", markdown))
    text = re.sub(r"(\*\*|__|`)", "", text)
    text = re.sub(r"(?<![\w*])[*_](?=\S)|(?<=\S)[*_](?![\w*])", "", text)
    return re.sub(r"[ \t]+", " ", re.sub(r"[ \t]+([.,;:!?])(?=\s|$)", r"\1", text)).strip()


def links(markdown: str) -> tuple[str, ...]:
    """Every URL that `markdown` links to or shows, in order."""
    inline = [m[2] for m in _LINK.finditer(markdown)]
    bare = [u.rstrip(".,;:!?") for u in _URL.findall(_LINK.sub(" ", markdown))]
    return tuple(dict.fromkeys([*inline, *bare]))


def quotations(text: str) -> tuple[str, ...]:
    """What stands in double quotation marks, without the marks."""
    return tuple(m.group()[1:-1].strip() for m in _QUOTED.finditer(text))


def unquoted(text: str) -> str:
    """`text` with quotations cut out; block quotes too."""
    lines = (line for line in text.split("\n") if not line.startswith(">"))
    return _QUOTED.sub(" ", "\n".join(lines))


def numbers(text: str) -> frozenset[str]:
    """Every number that `text` states, normalised: `1,000` and `a thousand` are 1000, `forty-six` is 46.

    The month beside a number belongs to it (`14 August`), as its lower-case name. Number words up to ten are not counted.
    """
    tokens = _NUMBER_TOKEN.findall(fold(text).casefold())
    found: set[str] = set()
    i = 0
    while i < len(tokens):
        value, used = _number_at(tokens, i)
        if value is None:
            i += 1
            continue
        spelled = not tokens[i][0].isdigit()
        if not (spelled and value <= _SMALL):
            found.add(_normal(value))
            found.update(t for t in (*tokens[max(0, i - 1) : i], *tokens[i + used : i + used + 1]) if t in _MONTHS)
        i += used
    return frozenset(found)


def _number_at(tokens: list[str], i: int) -> tuple[Decimal | None, int]:
    """The number that starts at token `i` and how many tokens it takes; (None, 0) if none does."""
    token = tokens[i]
    if token[0].isdigit():
        try:
            value, used = Decimal(token.replace(",", "").rstrip(".")), 1
        except InvalidOperation:
            return None, 0
    elif token in _TENS:
        value, used = Decimal(_TENS[token]), 1
        if i + 1 < len(tokens) and 0 < _UNITS.get(tokens[i + 1], 0) < 10:
            value, used = value + _UNITS[tokens[i + 1]], 2
    elif token in _UNITS:
        value, used = Decimal(_UNITS[token]), 1
    elif token in _MAGNITUDES and i and tokens[i - 1] == "a":
        value, used = Decimal(_MAGNITUDES[token]), 1
    else:
        return None, 0
    while i + used < len(tokens) and tokens[i + used] in _MAGNITUDES:
        value, used = value * _MAGNITUDES[tokens[i + used]], used + 1
    return value, used


def _normal(value: Decimal) -> str:
    return str(int(value)) if value == value.to_integral_value() else str(value.normalize())


def names(text: str) -> frozenset[str]:
    """Capitalised names inside sentences, folded. A lone capitalised word that opens a sentence isn't one."""
    found: set[str] = set()
    for sentence in split_sentences(text):
        for match in _NAME.finditer(sentence):
            name = fold(match.group()).removesuffix("'s")
            opens = not _WORD.search(sentence[: match.start()])
            if opens:
                _, _, name = name.partition(" ") if " " in name else (name, "", "")
            if len(name) > 1 and not name.startswith("I'") and name.casefold() not in _MONTHS:
                found.add(name)
    return frozenset(found)


@lru_cache(maxsize=4096)
def split_sentences(text: str, language: str = "en") -> tuple[str, ...]:
    """Sentences of one block, stripped. A boundary inside a quotation isn't one."""
    return tuple(text[a:b].strip() for a, b in sentence_spans(text, language))


@lru_cache(maxsize=4096)
def sentence_spans(text: str, language: str = "en") -> tuple[tuple[int, int], ...]:
    """Offsets of the sentences of one block, white space trimmed; a quotation is never cut."""
    inside = [m.span() for m in _QUOTED.finditer(text)]
    spans: list[tuple[int, int]] = []
    start = at = 0
    for piece in sentencex.segment(language, text):
        at = text.index(piece, at) + len(piece)
        if any(a < at < b for a, b in inside):
            continue
        spans.append((start, at))
        start = at
    if start < len(text):
        spans.append((start, len(text)))
    return tuple((a, b) for a, b in (_trim(text, a, b) for a, b in spans) if a < b)


def _trim(text: str, a: int, b: int) -> tuple[int, int]:
    piece = text[a:b]
    return a + len(piece) - len(piece.lstrip()), b - (len(piece) - len(piece.rstrip()))


class Block(Frozen):
    """A stretch of Markdown between blank lines. `start` and `end` are offsets into the body."""

    kind: BlockKind
    start: int
    end: int


class Statement(Frozen):
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
    """The blocks of a Markdown body, in order."""
    found = []
    for match in re.finditer(r"(?:[^\n]+\n?)+", body):
        chunk = match.group().rstrip("\n")
        if chunk.strip():
            found.append(Block(kind=_kind(chunk.lstrip()), start=match.start(), end=match.start() + len(chunk)))
    return tuple(found)


def _kind(chunk: str) -> BlockKind:
    if chunk.startswith("#"):
        return "heading"
    if chunk.startswith(">"):
        return "quote"
    return "list" if re.match(r"(?:[-*+]|\d+[.)])\s", chunk) else "paragraph"


def _lines(chunk: str, kind: BlockKind) -> Iterator[str]:
    """The units of a block that are split into sentences: a paragraph, or each list item."""
    if kind == "heading":
        yield chunk.lstrip("# ")
    elif kind == "quote":
        yield " ".join(line.lstrip("> ") for line in chunk.split("\n"))
    elif kind == "list":
        yield from (re.sub(r"^(?:[-*+]|\d+[.)])\s+", "", line) for line in chunk.split("\n"))
    else:
        yield " ".join(line for line in chunk.split("\n") if not line.startswith(FENCE))


@lru_cache(maxsize=256)
def statements(body: str, language: str = "en") -> tuple[Statement, ...]:
    """The sentences of a Markdown body with the markers that stand behind each."""
    found: list[Statement] = []
    for index, block in enumerate(blocks(body)):
        for line in _lines(body[block.start : block.end], block.kind):
            for text, cites in _cited(line, language, whole=block.kind in ("heading", "quote")):
                found.append(Statement(id=f"s{len(found) + 1}", text=text, cites=cites, kind=block.kind, block=index))
    return tuple(found)


def _cited(line: str, language: str, *, whole: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Sentences of `line` with their markers: a marker belongs to the sentence that it stands in or right behind."""
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
            yield text, cites


def shared_run(text: str, source: str, length: int = 12) -> str | None:
    """The first `length` words in a row that both hold, as they stand in `text` folded; None if there are none."""
    mine = words(text)
    grams = {mine[i : i + length] for i in range(len(mine) - length + 1)}
    if not grams:
        return None
    theirs = _words_of(source)
    for i in range(len(theirs) - length + 1):
        gram = theirs[i : i + length]
        if gram in grams:
            return " ".join(gram)
    return None


@lru_cache(maxsize=64)
def _words_of(source: str) -> tuple[str, ...]:
    return words(source)


def holds_verbatim(source: str, quote: str) -> bool:
    """Whether `quote` stands in `source` word for word, typography and white space aside, on word boundaries."""
    needle = fold(quote).casefold().strip(" .,;:!?\"'")
    if not needle:
        return False
    pattern = r"(?<!\w)" + re.escape(needle) + r"(?!\w)"
    return re.search(pattern, fold(source).casefold()) is not None
