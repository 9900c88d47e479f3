"""An article's Markdown written anew in other words for the same things: each dialect says how a part of it looks.

The text is parsed as the site parses it, so that what is no markup there can't become markup elsewhere.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from markdown_it.tree import SyntaxTreeNode

from channels.markdown import heads_sources, parsed

Source = tuple[int, SyntaxTreeNode]
"""A source's number, as readers see it, and its item in the list."""


class Article:
    """An article in its parts: the body, and the numbered list below the last `## Sources`."""

    def __init__(self, text: str) -> None:
        blocks = parsed(text).children
        start = _sources_start(blocks)
        listed = next((i for i in range(start, len(blocks)) if blocks[i].type == "ordered_list"), None)
        self.body: Sequence[SyntaxTreeNode] = blocks[:start] if listed is not None else blocks
        self.sources: tuple[Source, ...] = ()
        self.heading = ""
        """What stands above the list, in the article's language."""
        self.rest: Sequence[SyntaxTreeNode] = ()
        """What stands in the section beside its list."""
        if listed is not None:
            self.sources = tuple(_numbered(blocks[listed]))
            self.heading = blocks[start].children[0].content.strip()
            self.rest = [*blocks[start + 1 : listed], *blocks[listed + 1 :]]

    def cited(self) -> frozenset[int]:
        """The numbers of the sources that the body refers to."""
        numbers = {number for number, _ in self.sources}
        links = (node for block in self.body for node in block.walk() if node.type == "link")
        return frozenset(number for link in links if (number := source_of(link)) in numbers and number is not None)


def source_of(link: SyntaxTreeNode) -> int | None:
    """The number of the source that a link such as `[[1]](#source-1)` points at; None for other links."""
    name, _, number = str(link.attrs.get("href", "")).partition("#source-")
    return int(number) if not name and number.isascii() and number.isdigit() else None


def _sources_start(blocks: Sequence[SyntaxTreeNode]) -> int:
    starts = [i for i, block in enumerate(blocks) if block.type == "heading" and _is_sources(block)]
    return starts[-1] if starts else len(blocks)


def _is_sources(heading: SyntaxTreeNode) -> bool:
    words = heading.children[0].content if heading.children else ""
    return heading.tag in ("h1", "h2") and heads_sources(words)


def _numbered(node: SyntaxTreeNode) -> Iterator[Source]:
    return enumerate(node.children, int(node.attrs.get("start", 1)))


class Dialect(ABC):
    """How the parts of an article are written. Blocks are given and returned without a line end after them."""

    def blocks(self, nodes: Sequence[SyntaxTreeNode], gap: str = "\n\n") -> str:
        return gap.join(filter(None, map(self.block, nodes)))

    def block(self, node: SyntaxTreeNode) -> str:
        match node.type:
            case "heading":
                return self.heading(self.spans(node), max(2, int(node.tag[1])))
            case "blockquote":
                return prefixed(self.blocks(node.children), "> ")
            case "offer":
                return self.offer(self.blocks(node.children))
            case "bullet_list":
                return self._list(node, ("- " for _ in node.children))
            case "ordered_list":
                return self._list(node, (f"{number}. " for number, _ in _numbered(node)))
            case "fence" | "code_block":
                return self.code_block(node.content, node.info)
            case "hr":
                return "* * *"
            case _:
                return self.paragraph(self.spans(node))

    def spans(self, node: SyntaxTreeNode) -> str:
        return "".join(map(self._span, node.children))

    def _span(self, node: SyntaxTreeNode) -> str:
        match node.type:
            case "text":
                return self.text(node)
            case "softbreak":
                return " "
            case "hardbreak":
                return self.line_break()
            case "code_inline":
                return self.code(node.content)
            case "em" | "strong":
                return self.emphasis(node)
            case "link":
                return self.link(node)
            case "image":
                return self.image(node)
            case _:
                return self.spans(node)

    def _list(self, node: SyntaxTreeNode, marks: Iterator[str]) -> str:
        tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
        gap = "\n" if tight else "\n\n"
        items = zip(marks, node.children, strict=True)
        return gap.join(_hung(mark, self.blocks(item.children, gap)) for mark, item in items)

    @abstractmethod
    def paragraph(self, text: str) -> str: ...
    @abstractmethod
    def heading(self, text: str, level: int) -> str: ...
    @abstractmethod
    def offer(self, text: str) -> str: ...
    @abstractmethod
    def code_block(self, content: str, info: str) -> str: ...
    @abstractmethod
    def text(self, node: SyntaxTreeNode) -> str: ...
    @abstractmethod
    def line_break(self) -> str: ...
    @abstractmethod
    def code(self, content: str) -> str: ...
    @abstractmethod
    def emphasis(self, node: SyntaxTreeNode) -> str: ...
    @abstractmethod
    def link(self, node: SyntaxTreeNode) -> str: ...
    @abstractmethod
    def image(self, node: SyntaxTreeNode) -> str: ...


def prefixed(text: str, mark: str) -> str:
    """Put a mark before each line. Spaces at a line's end stay: two of them break the line."""
    return "\n".join(f"{mark}{line}" if line else mark.rstrip() for line in text.split("\n"))


def _hung(mark: str, text: str) -> str:
    """Put a mark before the first line, and as much space before the others."""
    first, *others = text.split("\n")
    return "\n".join([f"{mark}{first}", *(f"{' ' * len(mark)}{line}" if line else "" for line in others)])
