"""Bytes to text, when nobody says for sure which encoding they are in."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encodings of text on the web. Python knows others ("idna", "unicode_escape") that a stranger shouldn't choose.
_TEXT_CODEC = re.compile(r"utf-(8|16|32)|ascii|iso8859|iso2022|cp\d|koi8|mac|shift_jis|euc_|gb|big5|hz|tis|johab")
_GUESSES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "koi8_r", "shift_jis", "euc_jp", "gb18030"]
_SAMPLE = 64_000
_CONTROLS = bytes(code for code in (*range(32), 127) if code not in b"\t\n\v\f\r\x1b")


class Decoded(NamedTuple):
    """Text, and the name of its encoding when that is no more than a guess (else None)."""

    text: str
    guess: str | None = None


def decode(body: bytes, declared: str | None = None) -> Decoded | None:
    """Decode by byte order mark, by what is `declared`, as UTF-8, or by the look of it; None if it isn't text."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return _strict(body, codec)
    if _is_binary(body):
        return None
    for name in (_web_codec(declared), "utf-8"):
        if name and (found := _strict(body, name)):
            return found
    return _damaged_utf8(body) or _guess(body)


def _strict(body: bytes, codec: str) -> Decoded | None:
    try:
        return Decoded(body.decode(codec))
    except UnicodeDecodeError:
        return None


def _web_codec(label: str | None) -> str | None:
    """Give the codec that a declared charset means; Latin-1 and ASCII mean cp1252 (WHATWG Encoding, section 4.2)."""
    try:
        name = codecs.lookup(label.strip()).name if label else ""
    except (LookupError, ValueError):
        return None
    if name in ("iso8859-1", "ascii"):
        return "cp1252"
    return name if _TEXT_CODEC.match(name) else None


def _is_binary(body: bytes) -> bool:
    """Tell whether more than one byte in 50 is a control character that no text uses."""
    return len(body) - len(body.translate(None, _CONTROLS)) > len(body) / 50


def _damaged_utf8(body: bytes) -> Decoded | None:
    """Read UTF-8 with a few broken bytes: fewer than one for each ten good characters beyond ASCII."""
    text = body.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    good = sum(char > "\x7f" for char in text) - broken
    return Decoded(text.replace("\ufffd", "")) if good > 10 * broken else None


def _plausible(body: bytes) -> Decoded | None:
    """Read as cp1252 what looks like words and no language: at most one character in 10 is an odd one."""
    text = body.decode("cp1252", errors="replace")
    odd = sum(not (char.isascii() or char.isalpha() or char in "‘’“”–—…«»£€§°\u00a0") for char in text)
    return Decoded(text, "cp1252") if odd * 10 <= len(text) and "\ufffd" not in text else None


def _guess(body: bytes) -> Decoded | None:
    """Choose among the usual legacy encodings; cp1252 wins a draw, being by far the commonest.

    Sure of it when the text reads as a language (coherence, 0 to 1, as charset_normalizer measures it) or when cp1252
    makes clean text of it.
    """
    first = next((at for at, byte in enumerate(body) if byte > 127), 0)
    sample = body[max(0, first - _SAMPLE // 2) : first + _SAMPLE]
    matches = from_bytes(sample, cp_isolation=_GUESSES)
    best = matches.best()
    if best is None:
        return _plausible(body)
    western = next((match for match in matches if "cp1252" in match.could_be_from_charset), None)
    if western and best.coherence - western.coherence < 0.05:
        codec, sure = "cp1252", True
    else:
        codec, sure = best.encoding, best.coherence >= 0.3
    try:
        text = body.decode(codec)
    except UnicodeDecodeError:
        text, sure = body.decode(codec, errors="ignore"), False
    return Decoded(text, None if sure else codec)
