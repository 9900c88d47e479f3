"""An article as a plain text to read: for the part of a mail that every client shows."""

from __future__ import annotations

from textwrap import indent

from markdown_it.tree import SyntaxTreeNode

from channels.markdown import parsed
from channels.rewriting import Dialect, prefixed, source_of


def to_text(markdown: str) -> str:
    """Paragraphs of one line each, as the reader's program breaks lines; a link's address stands behind its words."""
    return PlainText().blocks(parsed(markdown).children)


class PlainText(Dialect):
    def paragraph(self, text: str) -> str:
        return text

    def heading(self, text: str, level: int) -> str:
        return f"{text}\n{'-' * min(len(text), 60)}"

    def offer(self, text: str) -> str:
        return prefixed(text, "| ")

    def code_block(self, content: str, info: str) -> str:
        return indent(content.rstrip("\n"), "    ")

    def text(self, node: SyntaxTreeNode) -> str:
        return node.content

    def line_break(self) -> str:
        return "\n"

    def code(self, content: str) -> str:
        return content

    def emphasis(self, node: SyntaxTreeNode) -> str:
        return self.spans(node)

    def link(self, node: SyntaxTreeNode) -> str:
        words, url = self.spans(node), str(node.attrs.get("href", ""))
        return words if source_of(node) is not None or url in (words, f"mailto:{words}") else f"{words} ({url})"

    def image(self, node: SyntaxTreeNode) -> str:
        return self.spans(node)
