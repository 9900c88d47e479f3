"""WordPress keeps what every channel keeps, and what a blog's readers and its owner expect."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import httpx
import lxml.html
import pytest
from pydantic import SecretStr

from channels.wordpress import WordPressChannel
from state.channels import Receipt
from tests.peers.articles import Articles, lamp
from tests.peers.servers.wordpress import Account, Blog, copies

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
async def far_side(empty: Blog, tmp_path):
    channel = channel_of(empty.url, empty.owner, tmp_path)
    yield Readers(channel, empty, tmp_path)
    await channel.aclose()


class TestWordPress(Articles):
    pass
