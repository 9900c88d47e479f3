"""The author's notes: which of them is about a topic."""

from __future__ import annotations

import re
from collections.abc import Sequence

from state.text import fold, words

_STOP = frozenset(
    [
        "a",
        "about",
        "after",
        "all",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "before",
        "but",
        "by",
        "can",
        "do",
        "does",
        "doesn't",
        "don't",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "isn't",
        "it",
        "its",
        "no",
        "not",
        "of",
        "on",
        "or",
        "say",
        "says",
        "that",
        "the",
        "their",
        "they",
        "this",
        "to",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "you",
        "your",
    ]
)


def terms(text: str) -> list[str]:
    """Content words, plural endings off."""
    return [re.sub(r"(?<=\w{3})(?:'s|es|s)$", "", w) for w in words(text) if w not in _STOP]


def heading(note: str) -> str:
    """What a note is called: its first line, if that is a `# Heading`."""
    first = note.lstrip().split("\n", 1)[0]
    return first[2:].strip() if first.startswith("# ") else ""


def note_on(topic: str, notes: Sequence[tuple[str, str]]) -> str:
    """Path of the note on this topic: the one so called, else the one that holds the most of the topic's words, at least half.

    `notes` are (path, text). Empty when no note is on it.
    """
    wanted, best, path_found = set(terms(topic)), 0.5, ""
    for path, text in notes:
        called = fold(heading(text)).casefold() == fold(topic).casefold()
        share = len(wanted & set(terms(text))) / max(len(wanted), 1) + called
        if share > best or (share == best and not path_found):
            best, path_found = share, path
    return path_found
