"""Markdown for site generators: what Goldmark and kramdown both read, whatever their site switches on."""

from __future__ import annotations

import re
from abc import abstractmethod

from markdown_it.tree import SyntaxTreeNode

from channels.rewriting import Article, Dialect, source_of

_MARKUP = re.compile(r"[\\`*_{}\[\]|#]|\$(?=\$)|(?<=\$)\$|!(?=\[|$)|^:")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "~": "&#126;"}
_ENTITY = re.compile(r"&(?=#?\w{1,40};)")
_LINE_START = re.compile(r"^([-+=:]|\d{1,9}(?=[.)]))", re.MULTILINE)
_LANGUAGE = re.compile(r"[\w+#.-]+")
_UNSAFE = re.compile(r'[\s{}|\\"<>^`]')


class GeneratorMarkdown(Dialect):
    """Sources are footnotes, which both number and link both ways; no raw HTML, which Hugo leaves out."""

    def __init__(self, article: Article) -> None:
        self._article = article
        self._cited = article.cited()

    def written(self) -> str:
        return self.blocks(self._article.body)

    def notes(self) -> str:
        """The section of the sources; those that nothing refers to are listed, as a footnote without a mark isn't shown."""
        article = self._article
        if not article.sources:
            return ""
        cited = self._cited
        loose = [f"- {_indented(self._item(item), 2)}" for number, item in article.sources if number not in cited]
        notes = [
            f"[^{number}]: {_indented(self._item(item), 4)}" for number, item in article.sources if number in cited
        ]
        parts = [self.heading(article.heading, 2), self.blocks(article.rest), "\n".join(loose), "\n\n".join(notes)]
        return "\n\n".join(filter(None, parts))

    def picture(self, alt: str, url: str) -> str:
        """A paragraph of an image alone."""
        return f"![{_escaped(alt)}]({url})"

    def paragraph(self, text: str) -> str:
        return _LINE_START.sub(lambda found: _guarded(found[1]), text)

    def heading(self, text: str, level: int) -> str:
        words = " ".join(text.split())
        return f"{'#' * level} {words}" if words else ""

    def code_block(self, content: str, info: str) -> str:
        fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", content)), default=0))
        language = _LANGUAGE.fullmatch(info.strip().partition(" ")[0])
        return f"{fence}{language[0] if language else ''}\n{self.verbatim(content.removesuffix(chr(10)))}\n{fence}"

    def text(self, node: SyntaxTreeNode) -> str:
        return _escaped(node.content, before_link=_before_bracket(node))

    def line_break(self) -> str:
        return "  \n"

    def code(self, content: str) -> str:
        longest = max(map(len, re.findall(r"`+", content)), default=0)
        # kramdown takes one backtick with a space behind it for a backtick.
        ticks = "`" * (longest + (1 if content.strip() == content else 2))
        pad = " " if content.startswith("`") or content.endswith("`") else ""
        return f"{ticks}{pad}{self.verbatim(content)}{pad}{ticks}"

    def emphasis(self, node: SyntaxTreeNode) -> str:
        """Marks that would run into those of a neighbour or of what they stand in are left out, and the words stay."""
        inside = node.parent is not None and node.parent.type == node.type
        before = _neighbour(node)
        if inside or (before is not None and before.type in ("em", "strong")):
            return self.spans(node)
        mark = "*" if node.type == "em" else "**"
        return f"{mark}{self.spans(node)}{mark}"

    def link(self, node: SyntaxTreeNode) -> str:
        if (number := source_of(node)) is not None:
            return f"[^{number}]" if number in self._cited else self.spans(node)
        return self.reference(
            self.spans(node), target(str(node.attrs.get("href", ""))), str(node.attrs.get("title", ""))
        )

    def image(self, node: SyntaxTreeNode) -> str:
        return f"![{self.spans(node)}]({target(str(node.attrs.get('src', '')))})"

    @abstractmethod
    def verbatim(self, content: str) -> str:
        """Code, where backslashes and entities are shown as they are, without what the generator would act on."""

    @abstractmethod
    def reference(self, words: str, url: str, title: str) -> str: ...

    def _item(self, item: SyntaxTreeNode) -> str:
        return self.blocks(item.children)


def target(url: str) -> str:
    """An address as it may stand in brackets after a link's words: parentheses that don't pair are encoded."""
    safe = _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), url)
    if not _paired(safe):
        safe = safe.replace("(", "%28").replace(")", "%29")
    return _ENTITY.sub("&amp;", safe)


def titled(title: str) -> str:
    """A link's title, with the space before it; nothing for an empty one."""
    plain = re.sub(r"[{}\\]", "", " ".join(title.split()))
    return f' "{_ENTITY.sub("&amp;", plain).replace(chr(34), "&quot;")}"' if plain else ""


def _escaped(text: str, *, before_link: bool = False) -> str:
    if text.startswith("^"):  # a footnote's mark, behind a bracket; kramdown knows no backslash before it
        return f"&#94;{_escaped(text[1:], before_link=before_link)}"
    escaped = _MARKUP.sub(r"\\\g<0>", _ENTITY.sub("&amp;", text))
    if escaped.endswith("\\!") and not before_link:
        escaped = f"{escaped[:-2]}!"
    return re.sub("[<>~]", lambda found: _ENTITIES[found[0]], escaped.replace("\\{%", "&#123;%"))


def _neighbour(node: SyntaxTreeNode) -> SyntaxTreeNode | None:
    """What stands before it: the parser puts a text without a letter between two marks."""
    before = node.previous_sibling if node.parent is not None else None
    while before is not None and before.type == "text" and not before.content:
        before = before.previous_sibling
    return before


def _before_bracket(node: SyntaxTreeNode) -> bool:
    after = node.next_sibling if node.parent is not None else None
    return after is not None and after.type in ("link", "image")


def _guarded(start: str) -> str:
    return f"{start}\\" if start.isdigit() else f"\\{start}"


def _indented(text: str, width: int) -> str:
    return re.sub(r"\n(?=[^\n])", "\n" + " " * width, text)


def _paired(url: str) -> bool:
    depth = 0
    for sign in re.findall(r"[()]", url):
        depth += 1 if sign == "(" else -1
        if depth < 0:
            return False
    return depth == 0
