"""What a document and its author are called, in plain words: they are printed beside quotes, where nobody vouches for them."""

from __future__ import annotations

import re
from html import unescape

from agents.content.sources.text import clean_line, shorten
from state.markup import domains
from state.text import loose_mark, quotations
from state.typography import hidden

_PLAIN = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9 ,!?()%-]*)?")
"""What most titles are: nothing in it has to be looked at."""
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//\S+|\b(?:data|javascript|vbscript|mailto|file):\S+", re.IGNORECASE)
_MARKER = re.compile(r"\[(?:(?:e|n)?\d+|me)\]", re.IGNORECASE)
_OPENS_A_BLOCK = re.compile(r"^(?:[#>+*=~:|-]+\s*)+")
_TAME = str.maketrans("[]{}\\", "()()/", "*`")
_DOUBLE = str.maketrans("", "", '“”„«»"「」『』')
_LONE = re.compile(r"‘|(?<!\w)'")


def title(text: str, limit: int) -> str:
    """One line of at most `limit` characters that holds no link, tag, marker or slot, and no mark that our forms or Markdown obey.

    Empty if nothing is left, or if it would read as something else than it is (`typography.hidden`).
    """
    line = clean_line(text[: limit * 20])
    if _PLAIN.fullmatch(line):
        return shorten(line, limit)
    line = _without_addresses(_LINK.sub(r"\1", _without_tags(line)))
    line = re.sub(r":{3,}|[<>]{2,}|<\s*>", " ", _MARKER.sub("", line).translate(_TAME))
    line = re.sub(r"<(?=[a-zA-Z/!?])", "(", _OPENS_A_BLOCK.sub("", clean_line(line)))
    line = _paired(shorten(line, limit))
    return "" if hidden(line) else line


def person(text: str, limit: int) -> str:
    """The same for whoever wrote it, without web and mail addresses in whatever form."""
    line = title(text, limit)
    for domain in sorted(domains(line), key=len, reverse=True):
        line = line.replace(domain, "")
    return clean_line(line.replace("()", "")).rstrip(" ,;:")


def _without_tags(line: str) -> str:
    """No tags, and none left that an entity spelt, however often it was escaped; more than four times is nobody's title."""
    for _ in range(4):
        plain = _TAG.sub(" ", unescape(line))
        if plain == line:
            break
        line = plain
    return line


def _without_addresses(line: str) -> str:
    line = _ADDRESS.sub("", line)
    for found in domains(line):
        if "/" in found or "@" in found or found.lower().startswith("www."):
            line = line.replace(found, "")
    return line


def _paired(line: str) -> str:
    """Without quotation marks that have no partner: one that opens would swallow the quote that follows."""
    if loose_mark(line):
        line = line.translate(_DOUBLE)
    return _LONE.sub("’", line) if _LONE.search(_unquoted(line)) else line


def _unquoted(line: str) -> str:
    for quoted in quotations(line):
        line = line.replace(f"‘{quoted}’", " ").replace(f"'{quoted}'", " ")
    return line
