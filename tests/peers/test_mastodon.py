"""The Mastodon channel against snac, a server of others' that speaks Mastodon's API, and a second person on it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from PIL import Image
from pydantic import SecretStr

from channels.mastodon import MastodonChannel
from channels.prose import prose
from state.channels import (
    RULES,
    Deleting,
    Engagement,
    Kind,
    OutcomeUnknown,
    OutgoingImage,
    OutgoingPost,
    Receipt,
    Rejected,
    Response,
    Unauthorized,
    Unreachable,
    measure,
)
from tests.peers.harness import folder_of, free_port, peer
from tests.peers.servers.mastodon import Account, MastodonServer
from tests.support.conformance import Conformance, FarSide, post_for

T = TypeVar("T")
NAMES = (f"person{number}" for number in itertools.count(1))


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Do what is safe to repeat until it gets through: snac resets a connection now and then, most of all while it delivers."""
    for _ in range(9):
        try:
            return await ask()
        except (Unreachable, OutcomeUnknown, httpx.TransportError):
            await asyncio.sleep(0.2)
    return await ask()


class Drained:
    """The channel as the drainer uses it: after an unknown outcome it looks before it sends again; all else is safe to repeat."""

    name, strength = MastodonChannel.name, MastodonChannel.strength

    def __init__(self, channel: MastodonChannel) -> None:
        self.channel = channel

    async def send(self, post: OutgoingPost) -> Receipt:
        try:
            return await self.channel.send(post)
        except (Unreachable, OutcomeUnknown):
            return await self.find(post) or await self.channel.send(post)

    async def find(self, post: OutgoingPost) -> Receipt | None:
        return await patiently(lambda: self.channel.find(post))

    async def edit(self, post: OutgoingPost, remote_id: str) -> Receipt:
        return await patiently(lambda: self.channel.edit(post, remote_id))

    async def delete(self, remote_id: str) -> None:
        await patiently(lambda: self.channel.delete(remote_id))

    async def engagement(self, remote_id: str) -> Engagement:
        return await patiently(lambda: self.channel.engagement(remote_id))

    async def mentions(self, since: datetime) -> tuple[Response, ...]:
        return await patiently(lambda: self.channel.mentions(since))

    async def limit(self) -> int:
        return await patiently(self.channel.limit)

    async def aclose(self) -> None:
        await self.channel.aclose()


@dataclass
class Person:
    """Somebody who uses the server by its API, without our code."""

    url: str
    account: Account

    async def read(self, path: str) -> Any:
        return await patiently(lambda: self.call("GET", path))

    async def status(self, receipt: Receipt) -> Any:
        return await self.read(f"statuses/{receipt.remote_id}")

    async def call(self, method: str, path: str, **form: str) -> Any:
        headers = {"Authorization": f"Bearer {self.account.token}", "Connection": "close"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30) as client:
            response = await client.request(method, f"/api/v1/{path}", data=form or None)
        response.raise_for_status()
        return response.json()


@dataclass
class Snac:
    """Our channel's account, and what others see of it."""

    channel: Drained
    author: Person
    reader: Person

    async def count(self) -> int:
        me = await self.author.read("accounts/verify_credentials")
        return len(await self.reader.read(f"accounts/{me['id']}/statuses"))

    async def text_of(self, receipt: Receipt) -> str:
        return prose((await self.reader.status(receipt))["content"])


def channel_of(
    server: MastodonServer,
    account: Account,
    workspace: Path,
    visibility: str = "public",
    content_warning: str = "",
) -> Drained:
    token = SecretStr(account.token)
    return Drained(
        MastodonChannel(server.url, token, workspace=workspace, visibility=visibility, content_warning=content_warning)
    )


@pytest.fixture
async def far_side(mastodon: MastodonServer, tmp_path: Path) -> AsyncIterator[Snac]:
    side = joined(mastodon, tmp_path)
    yield side
    await side.channel.aclose()


@pytest.fixture
async def apart(mastodon: MastodonServer, tmp_path: Path) -> AsyncIterator[Snac]:
    """A server of its own, for tests in which people reach one another: while snac delivers, it resets a connection now and then."""
    with peer("mastodon").start(folder_of("mastodon"), tmp_path, free_port) as server:
        side = joined(server, tmp_path)
        yield side
        await side.channel.aclose()


def joined(server: MastodonServer, workspace: Path) -> Snac:
    author, reader = server.join(next(NAMES)), server.join(next(NAMES))
    return Snac(channel_of(server, author, workspace), Person(server.url, author), Person(server.url, reader))


def now_post(number: int, text: str, **fields: Any) -> OutgoingPost:
    return post_for("mastodon", number, text=text, published_at=datetime.now(UTC), **fields)


class TestMastodon(Conformance):
    async def test_a_replay_changes_nothing(self, far_side: FarSide) -> None:
        """snac ignores the key, as Mastodon does after an hour: the look before a replay finds the post, so none is sent."""
        post = post_for("mastodon")
        receipt = await far_side.channel.send(post)
        for _ in range(3):
            assert await far_side.channel.find(post) == receipt
        assert await far_side.count() == 1

    async def test_a_deleted_post_is_gone(self, far_side: FarSide) -> None:
        """snac can't delete over the API, and answers as if there were nothing: we notice, and name what is still there."""
        channel = far_side.channel
        assert isinstance(channel, Deleting)
        receipt = await channel.send(post_for("mastodon"))
        with pytest.raises(Rejected, match="is still there") as caught:
            await channel.delete(receipt.remote_id)
        assert str(receipt.url) in caught.value.reason
        assert await far_side.count() == 1
        await channel.delete(f"1700000000{'0' * 32}")


async def test_words_and_links_come_back_as_sent(far_side: Snac) -> None:
    """Paragraphs, breaks, a long link, a tag and a remote handle reach a reader as they were written."""
    text = (
        "First paragraph, with a link: https://example.org/a/very/long/path/that/no/screen/shows?q=1&r=2\n\n"
        "Second one,\nwith a break, a #tag and 2 < 3 & 4."
    )
    receipt = await far_side.channel.send(now_post(1, text))
    assert await far_side.text_of(receipt) == text
    assert await far_side.channel.find(now_post(1, text)) == receipt


async def test_text_that_a_server_reads_as_markdown_is_found(far_side: Snac) -> None:
    """snac takes `*` and backquotes as signs and drops them: the post is found by its source, and other signs are another post."""
    text = "Turn it *slowly*, then run `fit --check`.\n> She said so."
    receipt = await far_side.channel.send(now_post(1, text))
    assert await far_side.text_of(receipt) != text
    assert await far_side.channel.find(now_post(1, text)) == receipt
    assert await far_side.channel.find(now_post(1, text.replace("*", "_"))) is None


async def test_an_image_comes_with_its_description(far_side: Snac, tmp_path: Path) -> None:
    """An image is attached to the status, with its alt text in any script."""
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "lamp.png")
    alt = "A lamp — مصباح 💡, seen from below"
    images = (OutgoingImage(path="lamp.png", alt=alt),)
    receipt = await far_side.channel.send(now_post(1, "With a picture.", images=images))
    (shown,) = (await far_side.reader.status(receipt))["media_attachments"]
    assert (shown["type"], shown["description"]) == ("image", alt)


async def test_a_thread_hangs_together(far_side: Snac) -> None:
    """Each part answers the one before, and is found by what it answers: the same words elsewhere are another post."""
    receipts: list[Receipt] = []
    parts: list[OutgoingPost] = []
    for number in range(1, 4):
        parent = receipts[-1].remote_id if receipts else None
        parts.append(now_post(number, "One of three like this.", reply_to=parent))
        receipts.append(await far_side.channel.send(parts[-1]))
    shown = [await far_side.reader.status(receipt) for receipt in receipts]
    assert [status["in_reply_to_id"] for status in shown] == [None, *(r.remote_id for r in receipts[:-1])]
    assert [await far_side.channel.find(part) for part in parts] == receipts


async def test_a_content_warning_and_visibility_are_kept(
    mastodon: MastodonServer, far_side: Snac, tmp_path: Path
) -> None:
    """Words put before the status, and followers alone seeing it, are as the options say."""
    channel = channel_of(
        mastodon, far_side.author.account, tmp_path, visibility="private", content_warning="Tools, long"
    )
    receipt = await channel.send(now_post(1, "For followers."))
    status = await far_side.author.status(receipt)
    assert (status["visibility"], status["spoiler_text"], status["sensitive"]) == ("private", "Tools, long", True)
    assert await far_side.count() == 0
    await channel.aclose()


async def test_the_limit_is_what_the_server_says(mastodon: MastodonServer, far_side: Snac, tmp_path: Path) -> None:
    """A server that knows the old address alone is asked there, and a content warning takes its part of the limit."""
    assert await far_side.channel.limit() == 100_000
    warned = channel_of(mastodon, far_side.author.account, tmp_path, content_warning="Tools 👨‍👩‍👧‍👦")
    assert await warned.limit() == 100_000 - 7
    await warned.aclose()


@pytest.mark.parametrize(
    "text",
    ["👨‍👩‍👧‍👦" * 500, "क्ष" * 500, "a" * 476 + " https://example.org/" + "b" * 900, "م" * 500],
    ids=["emoji", "conjuncts", "long link", "right to left"],
)
async def test_a_text_at_the_limit_comes_back_whole(far_side: Snac, text: str) -> None:
    """500 characters as Mastodon counts them, in families, conjuncts, a link of any length and Arabic, are all there and found."""
    assert measure(text, RULES["mastodon"]) == 500
    receipt = await far_side.channel.send(now_post(1, text))
    assert await far_side.text_of(receipt) == text
    assert await far_side.channel.find(now_post(1, text)) == receipt


async def test_a_refused_token_names_its_variable(mastodon: MastodonServer, tmp_path: Path) -> None:
    """A token that the server doesn't know posts nothing, and the error says which variable to set."""
    channel = channel_of(mastodon, Account("nobody", "0" * 32), tmp_path)
    with pytest.raises(Unauthorized) as caught:
        await channel.send(now_post(1, "Not for anyone."))
    assert "MASTODON_ACCESS_TOKEN" in caught.value.fix
    await channel.aclose()


async def heard(side: Snac, receipt: Receipt, kinds: set[Kind]) -> Engagement:
    """What a post has met with, once all these kinds have arrived; users of one server reach one another some seconds later."""
    for _ in range(120):
        engagement = await side.channel.engagement(receipt.remote_id)
        if kinds <= {response.kind for response in engagement.responses}:
            return engagement
        await asyncio.sleep(0.25)
    raise AssertionError(f"{kinds} never arrived: {engagement}")


async def test_what_a_reader_does_is_read_and_answered_once(apart: Snac) -> None:
    """A favourite, a boost and a reply by a second person are counted and told one by one; our answer is there once, and known as ours."""
    channel, reader = apart.channel, apart.reader
    began = datetime.now(UTC) - timedelta(minutes=1)
    receipt = await channel.send(now_post(1, "Who is allowed to undo the screws?"))
    handle = f"@{apart.author.account.name}"
    await reader.call("POST", "statuses", status=f"{handle} I am, I hope.", in_reply_to_id=receipt.remote_id)
    for done in ("favourite", "reblog"):
        await patiently(partial(reader.call, "POST", f"statuses/{receipt.remote_id}/{done}"))
    engagement = await heard(apart, receipt, {Kind.LIKE, Kind.REPOST, Kind.REPLY})
    assert engagement.counts == {Kind.REPLY: 1, Kind.REPOST: 1, Kind.LIKE: 1}
    assert {response.author.partition("@")[0] for response in engagement.responses} == {reader.account.name}
    (reply,) = (response for response in engagement.responses if response.kind is Kind.REPLY)
    assert reply.text.endswith("I am, I hope.")
    assert (reply.to, reply.ours) == (receipt.remote_id, False)
    assert all(began < response.at for response in engagement.responses)

    answer = now_post(2, f"@{reply.author} You are.", reply_to=reply.remote_id)
    sent = await channel.send(answer)
    assert await channel.find(answer) == sent
    told = await channel.engagement(reply.remote_id)
    assert [(r.remote_id, r.to, r.ours) for r in told.responses] == [(sent.remote_id, reply.remote_id, True)]
    assert await channel.mentions(began) == ()


async def test_a_mention_out_of_the_blue_is_read(apart: Snac) -> None:
    """A status that names our account and answers nothing of ours is a mention; one from before is none."""
    written = await apart.reader.call("POST", "statuses", status=f"@{apart.author.account.name} have you read this?")
    began = datetime.now(UTC) - timedelta(minutes=1)
    for _ in range(120):
        if found := await apart.channel.mentions(began):
            break
        await asyncio.sleep(0.25)
    assert [(m.kind, m.remote_id, m.to, m.ours) for m in found] == [(Kind.MENTION, written["id"], "", False)]
    assert found[0].text.endswith("have you read this?")
    assert await apart.channel.mentions(datetime.now(UTC) + timedelta(minutes=1)) == ()
