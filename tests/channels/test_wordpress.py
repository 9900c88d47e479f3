"""Answers to comments on WordPress, where what its far side says isn't plain success."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from channels.wordpress import WordPressChannel
from state.channels import Rejected, Unreachable
from tests.support.conformance import post_for
from tests.support.web import Handler, Web, answer, serving

REPLY = post_for("wordpress", text="“Yes”, it is.", title=None, slug=None, reply_to="12/c34")
OURS = {
    "id": 35,
    "post": 12,
    "parent": 34,
    "author": 1,
    "content": {"rendered": "<p>&#8220;Yes&#8221;, it is.</p>\n"},
    "link": "https://example.org/a/#comment-35",
    "status": "approved",
}


def says(status: int, body: object, **headers: str) -> Handler:
    return answer(status, json.dumps(body), "application/json", **headers)


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as site:
        yield site


@pytest.fixture
async def channel(web: Web, tmp_path: Path) -> AsyncIterator[WordPressChannel]:
    channel = WordPressChannel(web.url("/blog"), "noor", SecretStr("abcd"), tmp_path)
    yield channel
    await channel.aclose()


async def test_a_pause_between_comments_is_kept(web: Web, channel: WordPressChannel) -> None:
    """WordPress's own limit on comments means later, not never."""
    web.on("/blog/", says(200, {"id": 1}), says(200, []), says(400, {"code": "comment_flood", "message": "Slow down."}))
    with pytest.raises(Unreachable) as raised:
        await channel.send(REPLY)
    assert raised.value.retry_after == 15


async def test_a_comment_that_is_there_is_not_made_again(web: Web, channel: WordPressChannel) -> None:
    """A comment that another process made in between is the answer; WordPress refuses a second one."""
    refused = says(409, {"code": "comment_duplicate", "message": "Duplicate comment detected."})
    web.on("/blog/", says(200, {"id": 1}), says(200, []), refused, says(200, [OURS]))
    receipt = await channel.send(REPLY)
    assert (receipt.remote_id, receipt.url) == ("12/c35", OURS["link"])


async def test_a_comment_that_is_refused_says_why(web: Web, channel: WordPressChannel) -> None:
    """Any other refusal is for a person to read."""
    refused = says(
        400, {"code": "comment_content_column_length", "message": "Comment field exceeds maximum length allowed."}
    )
    web.on("/blog/", says(200, {"id": 1}), says(200, []), refused, says(200, []))
    with pytest.raises(Rejected, match="exceeds maximum length allowed"):
        await channel.send(REPLY)


async def test_comments_fill_several_pages(web: Web, channel: WordPressChannel) -> None:
    """All comments are read, however many pages they fill, with who said what to whom."""
    there = says(200, {"status": "publish"})
    said = [OURS | {"id": n, "author": 0, "author_name": "Mina", "date_gmt": "2025-11-22T12:00:00"} for n in (1, 2, 3)]
    pages = [says(200, said[:2], x_wp_totalpages="2"), says(200, said[2:], x_wp_totalpages="2")]
    web.on("/blog/", there, *pages, says(200, {"id": 1}))
    met = await channel.engagement("12")
    assert [(r.remote_id, r.to, r.author, r.text, r.ours) for r in met.responses] == [
        (f"12/c{n}", "12/c34", "Mina", REPLY.text, False) for n in (1, 2, 3)
    ]
