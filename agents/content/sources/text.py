"""How source text is settled, once, before it is hashed: offsets into a snapshot are offsets into this form."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import regex

# Soft hyphen, zero-width space and no-break space, word joiner, invisible operators, byte order mark, direction
# marks, tag characters (which can hide a message), lone surrogates, and control characters that aren't white space.
_INVISIBLE = regex.compile(
    r"[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f\ud800-\udfff"
    r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
# Joiners spell words in Persian and the Indic scripts and build emoji; between other characters they are noise.
_STRAY_JOINER = regex.compile(
    r"(?<![\p{Lo}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]"
    r"|[\u200c\u200d](?![\p{Lo}\p{M}\p{Extended_Pictographic}])"
)
_LINE_END = regex.compile(r"\r\n?|[\x0b\x0c\x85\u2028]")
_BLANK_LINES = regex.compile(r"\n\s*\n|\u2029")


def clean_line(text: str) -> str:
    """Settle one paragraph: NFC, nothing invisible, each run of white space (line ends too) one space, no ends."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", _STRAY_JOINER.sub("", _INVISIBLE.sub("", text)))
    elif not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def split_paragraphs(text: str) -> list[str]:
    """Cut `text` at blank lines, whatever line ends it uses. The parts aren't cleaned yet."""
    if text.isascii() and text.isprintable():
        return [text]
    parts: list[str] = _BLANK_LINES.split(_LINE_END.sub("\n", _INVISIBLE.sub("", text)))
    return parts


def join_paragraphs(paragraphs: Iterable[str]) -> str:
    """Settle each paragraph on one line and separate them by a blank line; empty ones vanish."""
    return "\n\n".join(line for line in map(clean_line, paragraphs) if line)


def normalise(text: str) -> str:
    """Settle a whole text: paragraphs on one line each, separated by blank lines. Doing it twice changes nothing."""
    return join_paragraphs(split_paragraphs(text))


def shorten(text: str, limit: int) -> str:
    """Cut a cleaned line to at most `limit` characters, at a word's end, with an ellipsis if it was cut."""
    line = clean_line(text)
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    return f"{head.rsplit(' ', 1)[0] if ' ' in head else head}…"
