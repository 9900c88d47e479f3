"""Ghost keeps what every channel keeps, and what a site's readers and its owner expect."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import httpx
import lxml.html
import pytest
from pydantic import SecretStr

from channels.ghost import GhostChannel
from state.channels import Receipt
from tests.peers.articles import Articles, lamp
from tests.peers.servers.ghost import Site, copies

__all__ = ["lamp"]


@dataclass
class Readers:
    channel: GhostChannel
    site: Site
    workspace: Path
    live: ClassVar[str] = "published"

    @property
    def url(self) -> str:
        return self.site.url

    def opened(self, url: str) -> GhostChannel:
        return channel_of(self.site, url, self.workspace)

    async def count(self) -> int:
        """The posts in the site's feed."""
        feed = httpx.get(f"{self.site.url}/rss/", timeout=60).raise_for_status()
        return len(lxml.etree.fromstring(feed.content).findall(".//item"))

    async def text_of(self, receipt: Receipt) -> str:
        return str(self.body(receipt).text_content()).strip()

    def page(self, receipt: Receipt) -> lxml.html.HtmlElement:
        """As a reader without an account gets it."""
        page = httpx.get(receipt.url or "", timeout=60).raise_for_status()
        return lxml.html.document_fromstring(page.content)

    def body(self, receipt: Receipt) -> lxml.html.HtmlElement:
        return self.page(receipt).find_class("gh-content")[0]

    def copies(self, title: str) -> dict[str, int]:
        return copies(self.site, title)

    def pictures(self) -> int:
        return len([f for f in (self.site.content / "images").rglob("*-*.png") if "size" not in f.parts])

    def comment(self, receipt: Receipt, text: str) -> None:
        with self.site.as_reader() as reader:
            said = {"comments": [{"post_id": receipt.remote_id, "html": f"<p>{text}</p>"}]}
            reader.post("/members/api/comments/", json=said).raise_for_status()


def channel_of(site: Site, url: str, workspace: Path) -> GhostChannel:
    return GhostChannel(url, SecretStr(site.admin_key), workspace, member=site.member, timeout=60)


@pytest.fixture
def empty(ghost: Site) -> Site:
    """The site without a post."""
    for post in ghost.owner.get("posts/", params={"limit": "100", "fields": "id"}).raise_for_status().json()["posts"]:
        ghost.owner.delete(f"posts/{post['id']}/").raise_for_status()
    return ghost


@pytest.fixture
async def far_side(empty: Site, tmp_path):
    channel = channel_of(empty, empty.url, tmp_path)
    yield Readers(channel, empty, tmp_path)
    await channel.aclose()


class TestGhost(Articles):
    pass
