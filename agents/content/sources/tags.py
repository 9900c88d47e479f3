"""A small reader of XML that passes by: what stands in which element, without building a tree of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.parsers import expat

Begin = Callable[[str, Mapping[str, str]], None]
"""Takes an element's name and its attributes, both without their namespaces."""


def walk(body: bytes, *, begin: Begin, text: Callable[[str], None], end: Callable[[str], None]) -> None:
    """Call these as elements and text pass by. Raises `ExpatError` where the XML breaks."""

    def start(name: str, attributes: Mapping[str, str]) -> None:
        begin(local(name), {local(key): value for key, value in attributes.items()})

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.EndElementHandler = lambda name: end(local(name))
    parser.Parse(body, True)


def local(name: str) -> str:
    """Give a name without its namespace."""
    return name.rpartition(" ")[2]


def texts_of(body: bytes, *wanted: str) -> dict[str, str]:
    """Give the text of the first element of each wanted name, in its first occurrence; what isn't there is left out."""
    found: dict[str, str] = {}
    within: list[str] = []

    def begin(name: str, _: Mapping[str, str]) -> None:
        within.append(name if name in wanted and name not in found else "")
        if within[-1]:
            found[name] = ""

    def text(words: str) -> None:
        if within and within[-1]:
            found[within[-1]] += words

    def end(_: str) -> None:
        within.pop()

    walk(body, begin=begin, text=text, end=end)
    return {name: " ".join(words.split()) for name, words in found.items() if words.strip()}
