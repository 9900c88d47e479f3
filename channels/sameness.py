"""Whether what a far side shows is what was sent, whatever it does to spaces, mentions and Markdown."""

from __future__ import annotations

import unicodedata

import regex


def words(text: str) -> str:
    """The text with every run of white space as one space, and `@name@host` as `@name`: servers show either."""
    normal = unicodedata.normalize("NFC", text)
    return " ".join(regex.sub(r"(?<![\w/])@([\w.-]*\w)@[\w.:-]*\w", r"@\1", normal).split())


def letters(text: str) -> str:
    """The words without punctuation and symbols, as a server that reads Markdown may drop them."""
    return "".join(regex.findall(r"[\p{L}\p{M}\p{N}]+", words(text)))
