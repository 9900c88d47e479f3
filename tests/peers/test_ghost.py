"""Ghost keeps what every channel keeps, and what a site's readers and its owner expect."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
import lxml.html
import pytest
from pydantic import SecretStr

from channels.ghost import GhostChannel
from state.channels import Receipt
from tests.peers.servers.ghost import Site
from tests.support.conformance import Conformance


@dataclass
class Readers:
    channel: GhostChannel
    site: Site

    async def count(self) -> int:
        """The posts in the site's feed."""
        feed = httpx.get(f"{self.site.url}/rss/", timeout=60).raise_for_status()
        return len(lxml.etree.fromstring(feed.content).findall(".//item"))

    async def text_of(self, receipt: Receipt) -> str:
        return str(body_of(receipt).text_content()).strip()


def page_of(receipt: Receipt) -> lxml.html.HtmlElement:
    """The public page, as a reader without an account gets it."""
    page = httpx.get(receipt.url or "", timeout=60).raise_for_status()
    return lxml.html.document_fromstring(page.content)


def body_of(receipt: Receipt) -> lxml.html.HtmlElement:
    return page_of(receipt).find_class("gh-content")[0]


@pytest.fixture
def empty(ghost: Site) -> Site:
    """The site without a post."""
    for post in ghost.owner.get("posts/", params={"limit": "100", "fields": "id"}).raise_for_status().json()["posts"]:
        ghost.owner.delete(f"posts/{post['id']}/").raise_for_status()
    return ghost


@pytest.fixture
async def far_side(empty: Site, tmp_path):
    channel = GhostChannel(empty.url, SecretStr(empty.admin_key), tmp_path, member=empty.member, timeout=60)
    yield Readers(channel, empty)
    await channel.aclose()


class TestGhost(Conformance):
    pass
