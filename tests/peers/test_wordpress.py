"""WordPress keeps what every channel keeps, and what a blog's readers and its owner expect."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
import lxml.html
import pytest
from pydantic import SecretStr

from channels.wordpress import WordPressChannel
from state.channels import Receipt
from tests.peers.servers.wordpress import Account, Blog
from tests.support.conformance import Conformance


@dataclass
class Readers:
    channel: WordPressChannel
    blog: Blog

    async def count(self) -> int:
        page = httpx.get(f"{self.blog.url}/", params={"rest_route": "/wp/v2/posts", "_fields": "id"}, timeout=60)
        return len(page.raise_for_status().json())

    async def text_of(self, receipt: Receipt) -> str:
        return str(body_of(receipt).text_content()).strip()


def page_of(receipt: Receipt) -> lxml.html.HtmlElement:
    """The public page, as a reader without an account gets it."""
    page = httpx.get(receipt.url or "", timeout=60).raise_for_status()
    return lxml.html.document_fromstring(page.content)


def body_of(receipt: Receipt) -> lxml.html.HtmlElement:
    return page_of(receipt).xpath("//*[contains(concat(' ', @class, ' '), ' entry-content ')]")[0]


def channel_of(blog: Blog, account: Account, workspace) -> WordPressChannel:
    return WordPressChannel(blog.url, account.user, SecretStr(account.app_password), workspace, timeout=60)


@pytest.fixture
def empty(wordpress: Blog) -> Blog:
    """The blog without a post, also in its bin."""
    wordpress.php("foreach (get_posts(['numberposts' => -1, 'post_status' => 'any,trash']) as $p) wp_delete_post($p->ID, true);")
    return wordpress


@pytest.fixture
async def far_side(empty: Blog, tmp_path):
    channel = channel_of(empty, empty.owner, tmp_path)
    yield Readers(channel, empty)
    await channel.aclose()


class TestWordPress(Conformance):
    pass
