"""The site keeps what every channel keeps."""

from __future__ import annotations

from dataclasses import dataclass

import lxml.html
import pytest

from channels import SiteChannel
from state.channels import Receipt
from tests.support.conformance import Conformance


@dataclass
class Folder:
    channel: SiteChannel

    async def count(self) -> int:
        return len(list(self.channel.folder.glob("posts/*/index.html")))

    async def text_of(self, receipt: Receipt) -> str:
        page = self.channel.folder / "posts" / receipt.remote_id / "index.html"
        body = lxml.html.document_fromstring(page.read_bytes()).find_class("body")[0]
        return str(body.text_content()).strip()


@pytest.fixture
def far_side(site: SiteChannel) -> Folder:
    return Folder(site)


class TestSite(Conformance):
    pass
