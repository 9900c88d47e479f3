"""Markdown and plain text: front matter, title, prose."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from agents.content.sources.errors import Code, failure, problem
from agents.content.sources.markup import fragment_text
from agents.content.sources.model import (
    Document,
    Parsed,
    Raw,
    author_or_none,
    decoded,
    iso_date,
    stated_url,
    title_or_name,
    web_url,
)
from agents.content.sources.text import clean_line, join_paragraphs, split_paragraphs
from state.sources import SourceProblem

FRONT_MATTER_KEYS = ("title", "author", "date", "url", "origin")
_FENCED = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_BAD: Code = "source.bad-front-matter"


class FrontMatter(NamedTuple):
    """What a file says about itself, the text below it, and what is wrong with it, worded for people."""

    fields: Mapping[str, str]
    body: str
    complaint: str | None = None


def read_markdown(raw: Raw) -> Parsed:
    """Read the prose of a Markdown file; tables and code blocks are dropped.

    A title in the front matter wins; else the first `# Heading` is the title and leaves the text.
    Raises `SourceError`: source.undecodable, source.no-text.
    """
    text, problems = decoded(raw)
    front = split_front_matter(text)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(front.body)
    heading = None if front.fields.get("title") else _first_heading(tokens)
    if heading is not None:
        title = _plain(tokens[heading])
        del tokens[heading]
    else:
        title = front.fields.get("title", "")
    return _parsed(raw, join_paragraphs(_prose(tokens)), title, front, problems)


def read_text(raw: Raw) -> Parsed:
    """Read plain text: its first line is the title, and leaves the text if a blank line sets it apart.

    Front matter is read as in Markdown, and its title wins. Raises `SourceError`: source.undecodable, source.no-text.
    """
    text, problems = decoded(raw)
    front = split_front_matter(text)
    paragraphs = [part for part in split_paragraphs(front.body) if clean_line(part)]
    if front.fields.get("title"):
        return _parsed(raw, join_paragraphs(paragraphs), front.fields["title"], front, problems)
    title = paragraphs[0].strip().partition("\n")[0] if paragraphs else ""
    apart = len(paragraphs) > 1 and "\n" not in paragraphs[0].strip()
    return _parsed(raw, join_paragraphs(paragraphs[apart:]), title, front, problems)


def split_front_matter(text: str) -> FrontMatter:
    """Split a leading block between `---` lines off `text` and read it as YAML. Never raises.

    Every scalar stays the string it is written as: `title: 1984` and `title: No` are titles. A block that is prose
    between two rules is text, not front matter.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    match = _FENCED.match(text)
    if match is None:
        return FrontMatter({}, text)
    body = text[match.end() :]
    try:
        found = _load(match[1])
    except yaml.YAMLError as error:
        return FrontMatter(
            {}, body, f"Its front matter isn't valid YAML at line {_line(error, match[1])}: {_why(error)}."
        )
    except (ValueError, RecursionError):
        return FrontMatter({}, body, "Its front matter, from line 2 on, isn't the simple `key: value` kind.")
    if isinstance(found, str):
        return FrontMatter({}, text)
    if not isinstance(found, dict):
        complaint = "Its front matter, from line 2 on, isn't a list of `key: value` lines."
        return FrontMatter({}, body, complaint if found else None)
    return _checked(found, body)


def _load(block: str) -> object:
    """Construct with PyYAML's safe loader, its guesses at numbers, dates and booleans switched off.

    Aliases are refused (ValueError): merged ones can grow without bound.
    """
    if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(block, Loader=yaml.SafeLoader)):
        raise ValueError("aliases aren't read")
    loader = yaml.SafeLoader(block)
    try:
        loader.yaml_implicit_resolvers = {}
        found: object = loader.get_single_data()
        return found
    finally:
        loader.dispose()


def _line(error: yaml.YAMLError, block: str) -> int:
    """Give the line in the file (the block starts at line 2) that PyYAML complains about."""
    mark = getattr(error, "problem_mark", None)
    position = getattr(error, "position", 0)
    return 2 + (mark.line if mark else block.count("\n", 0, position if isinstance(position, int) else 0))


def _why(error: yaml.YAMLError) -> str:
    return clean_line(str(getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"))


def _checked(found: Mapping[object, object], body: str) -> FrontMatter:
    """Keep the keys we know and whose values can be what they should be; say which couldn't."""
    given = {key: found[key] for key in FRONT_MATTER_KEYS if found.get(key)}
    fields = {key: clean_line(value) for key, value in given.items() if isinstance(value, str)}
    wrong = [f"`{key}` isn't one line of text" for key in given if key not in fields]
    if "date" in fields and iso_date(fields["date"]) is None:
        wrong.append(f"`date` is {fields.pop('date')!r}, not YYYY-MM-DD")
    if "url" in fields and web_url(fields["url"]) is None:
        wrong.append(f"`url` is {fields.pop('url')!r}, not an http or https address")
    return FrontMatter(fields, body, f"In its front matter, {'; '.join(wrong)}." if wrong else None)


def _parsed(raw: Raw, text: str, title: str, front: FrontMatter, problems: tuple[SourceProblem, ...]) -> Parsed:
    if not text:
        raise failure(raw.source, "source.no-text", "It holds no prose.", "Write something into it, or remove it.")
    if front.complaint:
        fix = "Correct the lines between the two `---`; its text was read without them."
        problems += (problem(raw.source, _BAD, front.complaint, fix),)
    url = stated_url(raw, front.fields.get("url")) or raw.url
    document = Document(
        text=text,
        title=title_or_name(title, raw),
        origin=raw.origin(stated=front.fields.get("origin"), url=url),
        url=url,
        author=author_or_none(front.fields.get("author")),
        published=iso_date(front.fields.get("date")),
    )
    return Parsed(documents=(document,), problems=problems)


def _first_heading(tokens: Sequence[Token]) -> int | None:
    """Give the index of the inline token of the first level-1 heading."""
    opened = (at for at, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h1")
    return next((at + 1 for at in opened), None)


def _prose(tokens: Sequence[Token]) -> list[str]:
    """Give a paragraph for each block of prose, list item and heading; what is inside tables is left out."""
    paragraphs: list[str] = []
    tables = 0
    for token in tokens:
        if token.type in ("table_open", "table_close"):
            tables += token.nesting
        elif token.type == "inline" and not tables:
            paragraphs.append(_plain(token))
        elif token.type == "html_block":
            paragraphs.extend(split_paragraphs(fragment_text(token.content)))
    return paragraphs


def _plain(inline: Token) -> str:
    """Give the words of an inline token without their markup; pictures and HTML tags say nothing."""
    words = {"softbreak": " ", "hardbreak": " "}
    parts = (
        token.content if token.type in ("text", "text_special", "code_inline") else words.get(token.type, "")
        for token in inline.children or ()
    )
    return clean_line("".join(parts))
