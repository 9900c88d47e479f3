"""What Markdown does beside saying words: links, images, tags. As the site's own parser (CommonMark) reads it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from html.entities import html5
from typing import TYPE_CHECKING, Any

from state.base import Frozen
from state.typography import fold

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_TARGET = r"(?:[^\s()<>]|\((?:[^\s()<>]|\([^\s()<>]*\))*\))*"
LINK = re.compile(
    rf"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*(?:<([^<>\n]*)>|({_TARGET}))(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*\)"
)
"""An inline link or image: its words, and its target with or without angle brackets."""
_URL = re.compile(r"[a-z][a-z0-9+.-]{0,20}://[^\s<>\"“”]+", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?<![\w./@:-])(?:@?[\w.+-]{1,64}@)?((?:[^\W_](?:[\w-]*[^\W_])?\.)+([^\W\d_]{2,24}))(?![\w-]|\.\w)([/?#:][^\s<>\"“”]*)?"
)
# Endings that are domains more often than abbreviations, file names or a space forgotten after a full stop. The list of all
# of them (IANA's) would make `README.md` a link to Moldova.
_TOP_LEVEL = frozenset(
    """
    academy agency ai app art at au be biz blog br ca cc ch click cloud club cn co com de dev digital edu es eu example fi
    fm fr fun gg gov guru help hk icu ie info ink int io ir it jp kr life link live lol ltd me media mil mobi mx net network
    news nl no nz online org page ph pl press pro pt ru sale se shop site social space store studio tech test to today top
    tv tw ua uk us video vip wiki win work world wtf xyz za zone
    """.split()  # noqa: SIM905 - a list of eighty strings reads worse
)
_FILES = frozenset(
    ("css", "html", "js", "json", "jsx", "md", "py", "rs", "sh", "toml", "ts", "tsx", "txt", "yaml", "yml")
)
_TAG = re.compile(r"<[a-zA-Z/!?]")
_ENTITY = re.compile(r"&(?:#(?:\d{1,7}|[xX][0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]*));")


_ACTIVE = re.compile(r"(\\*)(<(?!https?://[^\s<>]+>)|(?<=!)\[|(?<=!\\)\[|^\[(?=[^\]\n]+\]:))", re.MULTILINE)
"""Where Markdown would load something or hide it: HTML, an image's address, a link's definition; with the backslashes before it. An address in angle
brackets does neither."""


class Linked(Frozen):
    """What the parser found beside words."""

    targets: tuple[str, ...]
    """Of links, images, autolinks and link definitions, percent-encoded as a browser would."""
    titles: tuple[str, ...]
    """What appears when a pointer rests on a link."""
    images: int
    definitions: int


@lru_cache(maxsize=256)
def linked(markdown: str) -> Linked:
    env: dict[str, Any] = {}
    tokens = [t for block in _parser().parse(markdown, env) for t in (block, *_inside(block))]
    definitions = env.get("references", {}).values()
    targets = [str(t.attrs[name]) for t in tokens for name in ("href", "src") if name in t.attrs]
    return Linked(
        targets=(*targets, *(d["href"] for d in definitions)),
        titles=tuple(str(t.attrs["title"]) for t in tokens if "title" in t.attrs),
        images=sum(t.type == "image" for t in tokens),
        definitions=len(definitions),
    )


def _inside(token: Token) -> Iterator[Token]:
    for child in token.children or ():
        yield child
        yield from _inside(child)


@cache
def _parser() -> MarkdownIt:
    """CommonMark as the site renders it, except that a link to `javascript:` is seen as the link that it means to be."""
    from markdown_it import MarkdownIt  # a twentieth of a second, which commands that show no text do without

    parser = MarkdownIt("commonmark", {"html": False})
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


@lru_cache(maxsize=256)
def links(markdown: str) -> tuple[str, ...]:
    """Every URL that `markdown` links to, in whatever form, or shows."""
    shown = (_trimmed(url) for url in _URL.findall(_without_targets(markdown)))
    return tuple(dict.fromkeys([*linked(markdown).targets, *shown]))


def unlinked(text: str) -> str:
    """`text` without the URLs in it: what it says, whatever an address happens to hold."""
    return _URL.sub(" ", text)


@lru_cache(maxsize=256)
def domains(markdown: str) -> tuple[str, ...]:
    """Every domain in the text that has no scheme but that an app may turn into a link: `www.example.org`, `me@example.org`,
    `example.org/page`.
    """
    text = fold(_URL.sub(" ", _without_targets(markdown)).replace("。", "."))
    return tuple(dict.fromkeys(_trimmed(m.group()) for m in _DOMAIN.finditer(text) if _is_domain(m)))


def _without_targets(markdown: str) -> str:
    return LINK.sub(lambda m: f" {m[1]} ", markdown)


def _is_domain(match: re.Match[str]) -> bool:
    ending, path = match[2], match[3]
    if match[1].lower().startswith("www.") or (path and path[0] == "/" and ending.lower() not in _FILES):
        return True
    return ending in _TOP_LEVEL


def _trimmed(url: str) -> str:
    """`url` without the punctuation of the sentence round it; a bracket stays if it closes one."""
    while url:
        last = url[-1]
        if last in ".,;:!?'’*_`]" or (last == ")" and url.count("(") < url.count(")")):
            url = url[:-1]
        else:
            break
    return url


@lru_cache(maxsize=1024)
def normal_url(url: str) -> str:
    """`url` as `links` gives it when a Markdown link leads there."""
    return _parser().normalizeLink(url)


@lru_cache(maxsize=256)
def raw_html(markdown: str) -> str | None:
    """A tag or an entity in `markdown`; None if there is none."""
    found = _TAG.search(markdown)
    if found:
        return markdown[found.start() : found.start() + 20]
    return next((m.group() for m in _ENTITY.finditer(markdown) if m[1] is None or f"{m[1]};" in html5), None)


def nothing_loaded(markdown: str) -> str:
    """`markdown` for a reviewer's eyes: it shows all there is, and no image in it makes a browser call anybody. Doing it twice changes
    nothing.
    """
    return _ACTIVE.sub(lambda m: m[0] if len(m[1]) % 2 else f"{m[1]}\\{m[2]}", markdown)
