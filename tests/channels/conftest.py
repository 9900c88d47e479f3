from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Protocol

import lxml.html
import pytest

from channels import SiteChannel, SiteIdentity
from state.channels import Channel, OutgoingPost, Receipt

NOON = datetime(2025, 11, 22, 12, 0, tzinfo=UTC)
VOID = frozenset(("meta", "link", "br", "hr", "img"))

MakePost = Callable[..., OutgoingPost]


class FarSide(Protocol):
    """What the conformance suite needs of a channel: the channel, and eyes on where it posts."""

    channel: Channel

    def count(self) -> int:
        """Count the posts that readers can see."""
        ...

    def text_of(self, receipt: Receipt) -> str:
        """Read the text of a post as a reader does."""
        ...


@dataclass
class SiteFarSide:
    channel: SiteChannel

    def count(self) -> int:
        return len(list(self.channel.folder.glob("posts/*/index.html")))

    def text_of(self, receipt: Receipt) -> str:
        page = self.channel.folder / "posts" / receipt.remote_id / "index.html"
        body = lxml.html.document_fromstring(page.read_bytes()).find_class("body")[0]
        return str(body.text_content()).strip()


FAR_SIDES: dict[str, Callable[[Path], FarSide]] = {
    "site": lambda folder: SiteFarSide(_site(folder / "site")),
}


def _site(folder: Path) -> SiteChannel:
    return SiteChannel(folder, base_url="https://example.org/blog/", site_name="Upkeep", author="Noor Lindqvist")


@pytest.fixture(params=sorted(FAR_SIDES))
def far_side(request: pytest.FixtureRequest, tmp_path: Path) -> FarSide:
    return FAR_SIDES[request.param](tmp_path)


@pytest.fixture
def site(tmp_path: Path) -> SiteChannel:
    return _site(tmp_path / "site")


@pytest.fixture
def identity() -> SiteIdentity:
    return SiteIdentity(name="Upkeep", base_url="https://example.org/blog", author="Noor Lindqvist")


@pytest.fixture
def make_post() -> MakePost:
    """Make the article number `number`, an hour older than the one before; any field can be set."""

    def make(number: int = 1, **fields: object) -> OutgoingPost:
        values: dict[str, object] = {
            "key": f"piece-{number}:site:0",
            "piece": f"piece-{number}",
            "channel": "site",
            "title": f"Article {number}",
            "slug": f"article-{number}",
            "summary": f"What article {number} is about.",
            "text": f"The first paragraph of article {number}.",
            "published_at": NOON - timedelta(hours=number),
        }
        return OutgoingPost.model_validate(values | fields)

    return make


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
def parse() -> Callable[[str | bytes], lxml.html.HtmlElement]:
    """Parse a whole page or a part of one, after a look whether each element is closed in its order."""

    def parse_html(html: str | bytes) -> lxml.html.HtmlElement:
        text = html if isinstance(html, str) else html.decode()
        balance = _Balance()
        balance.feed(text)
        balance.close()
        assert balance.open == []
        return lxml.html.document_fromstring(text.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))

    return parse_html
