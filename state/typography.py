"""Characters: levelled, so that two texts can be compared, and those that no reader sees. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import regex

_LEVEL: Mapping[str, str] = {
    **dict.fromkeys("‘’‚‛‹›ʼ′", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("–‒‐‑−﹣－", "-"),
    **dict.fromkeys("—―﹘", " - "),
    "…": "...",
    "⁄": "/",
    **{mark: f"^{unicodedata.digit(mark)}" for mark in "⁰¹²³⁴⁵⁶⁷⁸⁹"},
    **{mark: f" {unicodedata.normalize('NFKC', mark).replace('⁄', '/')}" for mark in "¼½¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"},
}
_BROKEN = regex.compile(r"\u00ad[^\S\n]*\r?\n\s*")
_DASHES = regex.compile(r"(?<!-)-{2,3}(?!-)")
_DOTS = regex.compile(r"\.(?: \.){2,}")
# Formats (zero-width characters, marks of direction, tags), soft hyphens, and fillers that are drawn as nothing.
_UNSEEN = regex.compile(r"[\p{Cf}\u00ad\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f]")
# Joiners spell words in Persian and the Indic scripts and build emoji, and so do variation selectors and tags there.
_HIDDEN = regex.compile(
    r"""
    [\p{Cc}--[\n\t]] | [\u034f\u115f\u1160\u3164\uffa0] | (?<![\p{Lo}\p{M}\p{Emoji}\u200d])[\u200c\u200d]
    | [\u200c\u200d](?![\p{Lo}\p{M}\p{Extended_Pictographic}])
    | [\p{Cf}--[\u200c\u200d\U000e0020-\U000e007f]]
    | (?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\U000e0020-\U000e007f])[\U000e0020-\U000e007f]
    """,
    regex.VERBOSE | regex.VERSION1,
)
_SUSPECT = regex.compile(r"[[\p{Cc}\p{Cf}\u034f\u115f\u1160\u3164\uffa0]--[\n\t]]", regex.VERSION1)
"""What any of the hidden ones is: where none of these is there, nobody has to look closer."""
_CYRILLIC = regex.compile(r"\p{Cyrillic}")
_MIXED = regex.compile(r"\b(?=\w*\p{Latin})\w*\p{Cyrillic}\w*")


def fold(text: str) -> str:
    """`text` with typography levelled (quotes, dashes, spaces, ligatures, fullwidth forms, unseen characters), case kept.

    What a raised or a small figure says stays apart: 10² is not 102, and 1½ is not 11/2.
    """
    if not text.isascii():
        text = _levelled(unicodedata.normalize("NFKC", _levelled(_BROKEN.sub("", text))))
    return _spaced(text)


def _levelled(text: str) -> str:
    """`text` with quotes and dashes levelled and unseen characters gone: only those that are there are looked for."""
    there = set(text)
    for character in there & _LEVEL.keys():
        text = text.replace(character, _LEVEL[character])
    return _UNSEEN.sub("", text) if _UNSEEN.search("".join(there)) else text


def _spaced(text: str) -> str:
    """One space for each run of white space; two or three hyphens are a dash, spaced dots an ellipsis."""
    if "--" in text:
        text = _DASHES.sub(" - ", text)
    text = " ".join(text.split())
    return _DOTS.sub(lambda m: m.group().replace(" ", ""), text) if ". ." in text else text


def visible(text: str) -> str:
    """`text` without the characters that a reader can't see, and that turn what is read after them."""
    return _HIDDEN.sub("", text) if _SUSPECT.search("".join(set(text))) else text


def hidden(text: str) -> str | None:
    """What in `text` a reader can't see, or sees as something else; None if there is nothing.

    Control characters, zero-width characters, marks that turn the direction of reading, words that mix Latin and Cyrillic letters.
    """
    there = "".join(set(text))
    found = _HIDDEN.search(text) if _SUSPECT.search(there) else None
    if found:
        character = found.group()
        name = unicodedata.name(character, "a control character").lower()
        return f"{name} (U+{ord(character):04X})"
    mixed = _MIXED.search(text) if _CYRILLIC.search(there) else None
    return f"“{mixed.group()}”, which mixes Latin and Cyrillic letters" if mixed else None
