"""What a person said in words: a rule written down, or a note that sent a draft back."""

from __future__ import annotations

import re

from agents.voice.profile.tally import FUNCTION_WORDS
from agents.voice.rules.lesson import Lesson
from state.base import one_line, sha256_text
from state.text import words

LONGEST = 300
"""Characters of a note that can be a rule; what is longer is about one piece."""
_QUOTED = r"[\"'“‘]([^\"“”‘’]{2,60}?)[\"'”’](?!\w)"
_BAN = re.compile(
    rf"\b(?:never|don't|do not|avoid|stop)\s+(?:(?:use|using|say|saying|write|writing)\s+)?(?:the (?:word|phrase)s?\s+)?{_QUOTED}",
    re.IGNORECASE,
)
_BAN_BARE = re.compile(
    r"\b(?:never|don't|do not|avoid|stop)\s+(?:use|using|say|saying|write|writing)\s+([a-z][a-z'-]+)\s*(?:[.,;:!]|$)",
    re.IGNORECASE,
)
_MORE = re.compile(rf"\s*(?:,|\bor\b|\band\b|\bnor\b)+\s*{_QUOTED}", re.IGNORECASE)
_CHOICE = re.compile(
    rf"\b(?:write|say|use|prefer)\s+{_QUOTED}\s*,?\s*(?:not|instead of|rather than|over|to)\s+{_QUOTED}", re.IGNORECASE
)
_STANDING = re.compile(
    r"(?:please\s+)?(?:never|always|avoid|prefer|don't|do not|(?:open|begin|start|end|close) (?:with|on)|no more\b|(?:write|say|use) [\"'“‘]|write in\b|contract\b|use contractions)",
    re.IGNORECASE,
)
_THIS_PIECE = re.compile(
    r"\d|\b[es]\d+\b|\b(?:this|these|that|here|above|below|paragraphs?|sentences? (?:two|three|four|five)|title|heading|first|second|third|last|"
    r"piece|draft|quote|quotes|source|sources|again)\b",
    re.IGNORECASE,
)


def written(text: str) -> Lesson:
    """A rule that a person wrote down as one: it holds from now on."""
    return _lesson(text, source="person", needs=1)


def heard(note: str) -> Lesson | None:
    """What a note on a draft that was sent back teaches, in the person's own words; None for one that can't be a rule.

    It holds at once if it speaks of all pieces (`never ...`, `open with ...`) and of nothing in this one; else it is suggested.
    """
    said = one_line(note)
    if not words(said) or len(said) > LONGEST:
        return None
    return _lesson(said, source="note", needs=1 if is_standing(said) else 2)


def is_standing(note: str) -> bool:
    """Whether a note is an order for all pieces."""
    unquoted = re.sub(_QUOTED, " ", note)
    return _STANDING.match(note) is not None and _THIS_PIECE.search(unquoted) is None


def _lesson(text: str, *, source: str, needs: int) -> Lesson:
    said = one_line(text)
    phrases, instead = forbidden(said)
    key = f"word:{phrases[0]}" if len(phrases) == 1 else f"note:{sha256_text(said.casefold().strip(' .!'))[:16]}"
    return Lesson.model_validate(
        {
            "key": key,
            "kind": "note",
            "text": said,
            "phrases": phrases,
            "instead": instead,
            "needs": needs,
            "source": source,
        }
    )


def forbidden(said: str) -> tuple[tuple[str, ...], str]:
    """The phrases that a rule in words is against, folded, and what to write for them; nothing where it names none."""
    choice = _CHOICE.search(said)
    if choice:
        return (_folded(choice[2]),), _folded(choice[1])
    ban = _BAN.search(said)
    if ban is None:
        bare = _BAN_BARE.search(said)
        named = _folded(bare[1]) if bare else ""
        return ((named,) if named and named not in FUNCTION_WORDS else ()), ""
    found = [ban[1]]
    end = ban.end()
    while more := _MORE.match(said, end):
        found.append(more[1])
        end = more.end()
    return tuple(dict.fromkeys(p for p in map(_folded, found) if p)), ""


def _folded(phrase: str) -> str:
    return " ".join(words(phrase))
