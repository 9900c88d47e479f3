from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import lxml.html
import pytest

from channels import SiteChannel, SiteIdentity
from tests.support.conformance import MakePost, Parse, post_for
from tests.support.scripted_api import ScriptedApi

VOID = frozenset(("meta", "link", "br", "hr", "img"))


def _site(folder: Path) -> SiteChannel:
    return SiteChannel(folder, base_url="https://example.org/blog/", site_name="Upkeep", author="Noor Lindqvist")


@pytest.fixture
def site(tmp_path: Path) -> SiteChannel:
    return _site(tmp_path / "site")


@pytest.fixture
def identity() -> SiteIdentity:
    return SiteIdentity(name="Upkeep", base_url="https://example.org/blog", author="Noor Lindqvist")


@pytest.fixture
def make_post() -> MakePost:
    """Make the article number `number`, an hour older than the one before; any field can be set."""
    return partial(post_for, "site")


class _Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"


@pytest.fixture
def parse() -> Parse:
    """Parse a whole page or a part of one, after a look whether each element is closed in its order."""

    def parse_html(html: str | bytes) -> lxml.html.HtmlElement:
        text = html if isinstance(html, str) else html.decode()
        balance = _Balance()
        balance.feed(text)
        balance.close()
        assert balance.open == []
        return lxml.html.document_fromstring(text.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))

    return parse_html


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    """A server that stands for Mastodon, dev.to, LinkedIn and X."""
    with ScriptedApi() as server:
        yield server
