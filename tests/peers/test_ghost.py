"""Ghost keeps what every channel keeps, and what a site's readers and its owner expect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import httpx
import lxml.html
import pytest
from pydantic import SecretStr

from channels.ghost import GhostChannel
from state.channels import Receipt, Rejected, Unauthorized
from tests.peers.articles import Articles, article, lamp
from tests.peers.servers.ghost import Site, copies
from tests.support.breaking import line_to
from tests.support.conformance import post_for

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
        """Uploads, each of which Ghost keeps a second time as it came (`_o`), and in other sizes apart."""
        return sum(not file.stem.endswith("_o") for file in (self.site.content / "images").glob("[0-9]*/*/*.png"))

    def comment(self, receipt: Receipt, text: str) -> None:
        with closing(self.site.as_reader()) as reader:
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
async def far_side(empty: Site, tmp_path: Path) -> AsyncIterator[Readers]:
    channel = channel_of(empty, empty.url, tmp_path)
    yield Readers(channel, empty, tmp_path)
    await channel.aclose()


class TestGhost(Articles):
    async def test_what_machines_read_about_an_article(self, far_side: Readers) -> None:
        """The page names the article's home, describes it by its summary, and tells when it was published; members got no mail."""
        post = article(far_side, canonical="https://home.example/posts/a/")
        receipt = await far_side.channel.send(post)
        page = far_side.page(receipt)
        assert page.xpath("//link[@rel='canonical']/@href") == [post.canonical]
        assert page.xpath("//meta[@name='description']/@content") == [post.summary]
        there = far_side.site.owner.get(f"posts/{receipt.remote_id}/").raise_for_status().json()["posts"][0]
        assert (there["email"], datetime.fromisoformat(there["published_at"])) == (None, post.published_at)
        assert not page.xpath("//a[contains(., 'fw-')]")

    async def test_an_edit_goes_over_what_somebody_else_changed(self, far_side: Readers) -> None:
        """An update that crosses somebody else's is made again on what is there, and wins."""
        channel = far_side.channel
        receipt = await channel.send(article(far_side))
        async with line_to(far_side.url) as line:
            slow = far_side.opened(line.url)
            line.hold_at(2)
            behind = asyncio.create_task(slow.edit(article(far_side, text="Second."), receipt.remote_id))
            await line.held.wait()
            await asyncio.sleep(1)  # Ghost stamps updates by the second
            await channel.edit(article(far_side, text="First."), receipt.remote_id)
            line.go.set()
            await behind
            await slow.aclose()
        assert [call.split()[0] for call in line.calls] == ["GET", "PUT", "GET", "PUT"]
        assert await far_side.text_of(receipt) == "Second."

    async def test_no_member_no_answer(self, far_side: Readers) -> None:
        """Without a member to answer as, a reply is refused, and the refusal names the option; nothing is found either."""
        receipt = await far_side.channel.send(article(far_side))
        channel = GhostChannel(far_side.url, SecretStr(far_side.site.admin_key), far_side.workspace, timeout=60)
        reply = post_for("ghost", 2, reply_to=receipt.remote_id)
        assert await channel.find(reply) is None
        with pytest.raises(Rejected, match=r"Set member in \[channels\.ghost\]"):
            await channel.send(reply)
        await channel.aclose()

    async def test_a_revoked_key_is_named(self, far_side: Readers) -> None:
        """A key that Ghost doesn't know, or not any more, names the variable to set."""
        key = SecretStr(f"{'0' * 24}:{'0' * 64}")
        channel = GhostChannel(far_side.url, key, far_side.workspace, timeout=60)
        with pytest.raises(Unauthorized, match="GHOST_ADMIN_KEY") as raised:
            await channel.send(article(far_side))
        assert "0000" not in str(raised.value)
        await channel.aclose()
