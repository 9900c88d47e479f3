"""WordPress keeps what every channel keeps, and what a blog's readers and its owner expect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import ClassVar

import httpx
import lxml.html
import pytest
from pydantic import SecretStr

from channels.wordpress import WordPressChannel
from state.channels import OutgoingImage, Receipt, Unauthorized, Unreachable
from tests.peers.articles import TEXT, Articles, article, lamp
from tests.peers.servers.wordpress import THEMES, Account, Blog, copies
from tests.support.conformance import post_for

__all__ = ["lamp"]

_EMPTY = """
foreach (get_posts(['numberposts' => -1, 'post_status' => 'any,trash']) as $post) wp_delete_post($post->ID, true);
foreach (get_terms(['taxonomy' => 'post_tag', 'hide_empty' => false]) as $tag) wp_delete_term($tag->term_id, 'post_tag');
"""


@dataclass
class Readers:
    channel: WordPressChannel
    blog: Blog
    workspace: Path
    live: ClassVar[str] = "publish"

    @property
    def url(self) -> str:
        return self.blog.url

    def opened(self, url: str) -> WordPressChannel:
        return channel_of(url, self.blog.owner, self.workspace)

    async def count(self) -> int:
        page = httpx.get(f"{self.blog.url}/", params={"rest_route": "/wp/v2/posts", "_fields": "id"}, timeout=60)
        return len(page.raise_for_status().json())

    async def text_of(self, receipt: Receipt) -> str:
        return str(self.body(receipt).text_content()).strip()

    def page(self, receipt: Receipt) -> lxml.html.HtmlElement:
        """As a reader without an account gets it."""
        page = httpx.get(receipt.url or "", timeout=60).raise_for_status()
        return lxml.html.document_fromstring(page.content)

    def body(self, receipt: Receipt) -> lxml.html.HtmlElement:
        return self.page(receipt).find_class("entry-content")[0]

    def copies(self, title: str) -> dict[str, int]:
        return copies(self.blog, title)

    def pictures(self) -> int:
        return int(self.blog.php("echo wp_count_posts('attachment')->inherit;"))

    def comment(self, receipt: Receipt, text: str) -> None:
        reader = self.blog.reader
        said = {"post": receipt.remote_id, "content": text}
        query, auth = {"rest_route": "/wp/v2/comments"}, (reader.user, reader.app_password)
        httpx.post(f"{self.url}/", params=query, json=said, auth=auth, timeout=60).raise_for_status()


def channel_of(url: str, account: Account, workspace: Path) -> WordPressChannel:
    return WordPressChannel(url, account.user, SecretStr(account.app_password), workspace, timeout=60)


@pytest.fixture
def empty(wordpress: Blog) -> Blog:
    """The blog without a post, also in its bin, and without a marker."""
    wordpress.php(_EMPTY)
    return wordpress


@pytest.fixture
async def far_side(empty: Blog, tmp_path: Path) -> AsyncIterator[Readers]:
    channel = channel_of(empty.url, empty.owner, tmp_path)
    yield Readers(channel, empty, tmp_path)
    await channel.aclose()


class TestWordPress(Articles):
    async def test_what_a_blog_tells_about_an_article(self, far_side: Readers) -> None:
        """Its readers see where it was first published; its feed has the summary, and the moment of its publication."""
        post = article(far_side, canonical="https://home.example/posts/a/")
        receipt = await far_side.channel.send(post)
        link = far_side.body(receipt).xpath("p[last()]")[0]
        assert link.text_content() == "First published at home.example/posts/a."
        assert link.xpath("a/@href") == [post.canonical]
        feed = lxml.etree.fromstring(httpx.get(f"{far_side.url}/feed/", timeout=60).raise_for_status().content)
        assert feed.findtext(".//item/description") == post.summary
        assert parsedate_to_datetime(feed.findtext(".//item/pubDate") or "") == post.published_at

    @pytest.mark.parametrize("permalinks", ["", "/%year%/%postname%/"])
    async def test_other_permalinks_do(self, far_side: Readers, permalinks: str) -> None:
        """However the owner sets the permalinks, and with none, a post is sent, found and read."""
        far_side.blog.set_permalinks(permalinks)
        try:
            receipt = await far_side.channel.send(article(far_side))
            assert await far_side.channel.find(article(far_side)) == receipt
            assert "A drill runs" in await far_side.text_of(receipt)
        finally:
            far_side.blog.set_permalinks("/%postname%/")

    async def test_another_theme_does(self, far_side: Readers, lamp: OutgoingImage) -> None:
        """Under a classic theme the same article is there, with its image, its offer and its sources."""
        receipt = await far_side.channel.send(article(far_side, images=(lamp,)))
        far_side.blog.php(f"switch_theme('{THEMES['classic']}');")
        try:
            page, body = far_side.page(receipt), far_side.body(receipt)
            assert page.xpath("//img[@alt='A lamp, switched on']")
            assert body.xpath(".//aside")[0].text_content().strip().startswith("Advertisement:")
            assert body.xpath(".//section//li")[0].text_content().startswith("Ada")
            assert await far_side.channel.find(article(far_side)) == receipt
        finally:
            far_side.blog.php(f"switch_theme('{THEMES['block']}');")

    async def test_an_author_of_lesser_rights_does(self, far_side: Readers, lamp: OutgoingImage) -> None:
        """What WordPress filters for such a user is still the article that was sent, is found, edited, answered and taken down."""
        channel = channel_of(far_side.url, far_side.blog.author, far_side.workspace)
        post = article(far_side, text=f"{TEXT}\n[gallery] <script>alert(1)</script>\n", images=(lamp,))
        receipt = await channel.send(post)
        assert await channel.find(post) == receipt
        body = far_side.body(receipt)
        assert len(body.xpath(".//aside[@class='offer']//a[contains(@rel, 'sponsored')]")) == 1
        assert body.xpath(".//li[starts-with(@id, 'p0')]")
        far_side.comment(receipt, "And for authors?")
        (heard,) = (await channel.engagement(receipt.remote_id)).responses
        reply = post_for("wordpress", 2, text="“Yes” & <no>.", title=None, slug=None, reply_to=heard.remote_id)
        assert await channel.send(reply) == await channel.find(reply)
        await channel.edit(article(far_side, text="New."), receipt.remote_id)
        assert await far_side.text_of(receipt) == "New."
        await channel.delete(receipt.remote_id)
        assert await far_side.count() == 0
        await channel.aclose()

    async def test_a_post_in_the_bin_can_be_taken_out(self, far_side: Readers) -> None:
        """What is deleted lies in the bin, where its owner can find it."""
        receipt = await far_side.channel.send(article(far_side))
        await far_side.channel.delete(receipt.remote_id)
        assert far_side.blog.php(f"echo get_post_status({receipt.remote_id});") == "trash"

    async def test_a_clock_that_is_behind_publishes_at_once(self, far_side: Readers) -> None:
        """A moment of publication that the blog's clock hasn't reached yet is that clock's now: no post waits unseen."""
        await far_side.channel.send(article(far_side, published_at=datetime.now(UTC) + timedelta(minutes=2)))
        assert await far_side.count() == 1

    async def test_a_revoked_password_is_named(self, far_side: Readers) -> None:
        """A password that was revoked names the variable to set, and isn't said."""
        revoked = Account(far_side.blog.owner.user, "abcd efgh ijkl mnop qrst uvwx")
        channel = channel_of(far_side.url, revoked, far_side.workspace)
        with pytest.raises(Unauthorized, match="WORDPRESS_APP_PASSWORD") as raised:
            await channel.send(article(far_side))
        assert "abcd" not in str(raised.value)
        await channel.aclose()

    async def test_another_address_is_named(self, far_side: Readers) -> None:
        """Where no WordPress answers, the error names the address and the option."""
        channel = channel_of(far_side.url.removesuffix("/blog"), far_side.blog.owner, far_side.workspace)
        with pytest.raises(Unreachable, match=r"url in flywheel\.toml"):
            await channel.find(article(far_side))
        await channel.aclose()
