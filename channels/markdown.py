"""An article's Markdown as safe HTML: CommonMark, numbered sources, offers set apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile

import nh3
import regex
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from state.wording import WORDS, words_in

OFFER_OPENS, OFFER_CLOSES = "::: offer", ":::"
SPONSORED = "sponsored"
"""The title of a Markdown link that someone pays for: `[words](url "sponsored")`."""
SOURCES = frozenset(words.sources for words in WORDS.values())
"""The heading of the last section, whose list items `[[1]](#source-1)` points at, in each language that we have words in."""

_RIGHT_TO_LEFT = regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}]")
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_BLOCKS = frozenset(("p", "blockquote", "ul", "ol", "li", "pre", "hr", "aside", "section"))
_INLINES = frozenset(("a", "em", "strong", "code", "br", "img"))
_ATTRIBUTES = {
    "a": {"href", "title", "rel", "class"},
    "img": {"src", "alt", "title"},
    "li": {"id"},
    "ol": {"start"},
    "h2": {"id"},
    "aside": {"class", "aria-label"},
    "section": {"class", "aria-labelledby"},
}
_DIRECTED = {tag: {"dir": "auto"} for tag in (*_HEADINGS, "p", "ul", "ol", "li", "blockquote")}


def to_html(text: str, *, page_url: str = "", anchor: str = "", language: str = "en") -> str:
    """Render Markdown as HTML that holds no script, no style and no markup of the author's own.

    `page_url` is put before links within the page (`#source-1`), for where the HTML is read elsewhere: in a feed. `anchor`
    is put before the ids that they lead to, for where several articles stand on one page. Where some of the text runs
    from right to left, each block takes its direction from its own words. `language` is that of a screen reader's words.
    """
    tokens = _parser().parse(text)
    for offer in (token for token in tokens if token.type == "offer_open"):
        offer.attrs["aria-label"] = words_in(language).offer
    _demote_titles(tokens)
    for link in _links(tokens):
        _mark_link(link, page_url, anchor)
    start = _sources_start(tokens)
    html = _render(tokens[:start])
    if sources := tokens[start:]:
        _number_sources(sources, anchor)
        html += f'<section class="sources" aria-labelledby="{anchor}sources">\n{_render(sources)}</section>\n'
    return nh3.clean(
        html,
        tags={*_HEADINGS, *_BLOCKS, *_INLINES},
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        set_tag_attribute_values=_DIRECTED if _RIGHT_TO_LEFT.search(text) else None,
        link_rel=None,
        url_schemes={"http", "https", "mailto"},
    )


def parsed(text: str) -> SyntaxTreeNode:
    """Read Markdown as `to_html` does, as a tree; an offer is a node of the type `offer`."""
    return SyntaxTreeNode(_parser().parse(text))


@cache
def _parser() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.block.ruler.before("fence", "offer", _offer, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    return markdown


def _render(tokens: Sequence[Token]) -> str:
    markdown = _parser()
    html: str = markdown.renderer.render(tokens, markdown.options, {})
    return html


def _offer(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse `::: offer` ... `:::`. One that never closes is left as the text it is."""
    if state.is_code_block(start) or _line(state, start) != OFFER_OPENS:
        return False
    close = next((line for line in range(start + 1, end) if _line(state, line) == OFFER_CLOSES), None)
    if close is None or silent:
        return close is not None
    opening = state.push("offer_open", "aside", 1)
    opening.block, opening.map = True, [start, close + 1]
    opening.attrs = {"class": "offer"}
    last, parent = state.lineMax, state.parentType
    state.lineMax, state.parentType = close, "offer"
    state.md.block.tokenize(state, start + 1, close)
    state.lineMax, state.parentType = last, parent
    state.push("offer_close", "aside", -1).block = True
    state.line = close + 1
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


def _demote_titles(tokens: Sequence[Token]) -> None:
    """Make a first-level heading a second-level one: the page's own title is its only `h1`."""
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"


def _links(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from (child for child in token.children or () if child.type == "link_open")


def _mark_link(link: Token, page_url: str, anchor: str) -> None:
    paid = str(link.attrs.get("title", "")).strip().casefold() == SPONSORED
    if paid:
        del link.attrs["title"]
    link.attrs["rel"] = "sponsored nofollow noopener" if paid else "noopener"
    href = str(link.attrs.get("href", ""))
    if href.startswith("#"):
        link.attrs |= {"href": f"{page_url}#{anchor}{href[1:]}", "class": "ref"}


def heads_sources(words: str) -> bool:
    return words.strip().casefold() in {heading.casefold() for heading in SOURCES}


def _sources_start(tokens: Sequence[Token]) -> int:
    """Find the last heading that is one of `SOURCES`; the number of tokens when there is none."""
    starts = [
        index
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h2" and token.level == 0
        if heads_sources(tokens[index + 1].content)
    ]
    return starts[-1] if starts else len(tokens)


def _number_sources(tokens: Sequence[Token], anchor: str) -> None:
    """Give the heading the id `sources`, and each item of the first numbered list `source-N`, N as readers see it."""
    tokens[0].attrs["id"] = f"{anchor}sources"
    first = next((i for i, token in enumerate(tokens) if token.type == "ordered_list_open" and token.level == 0), None)
    if first is None:
        return
    within = takewhile(lambda token: token.level > 0, tokens[first + 1 :])
    items = (token for token in within if token.type == "list_item_open" and token.level == 1)
    for number, item in enumerate(items, int(tokens[first].attrs.get("start", 1))):
        item.attrs["id"] = f"{anchor}source-{number}"
